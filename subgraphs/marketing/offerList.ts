import type { Sql } from 'sql-template-tag';
import { Field, ID, InputType } from 'type-graphql';
import { enumType } from '../kit/graph/enumType.js';
import { idFilter } from '../kit/sql/idFilter.js';
import type { ListOrder } from '../kit/sql/readPages.js';

export const OfferOrderBy = enumType('OfferOrderBy', 'An order of offers.', {
  VALID_FROM_DESC: 'Those that are valid last first.',
  VALID_FROM_ASC: 'Those that are valid first first.',
  NAME_ASC: 'By name, whatever the case.',
});
export type OfferOrderBy = keyof typeof OfferOrderBy;

export const OFFER_ORDERS: Record<OfferOrderBy, ListOrder> = {
  VALID_FROM_DESC: { by: 't.valid_from', type: 'timestamptz', direction: 'DESC' },
  VALID_FROM_ASC: { by: 't.valid_from', type: 'timestamptz', direction: 'ASC' },
  NAME_ASC: { by: 'lower(t.name)', type: 'text', direction: 'ASC' },
};

@InputType({ description: 'Which offers; all conditions must hold.' })
export class OfferFilter {
  @Field(() => ID, { nullable: true, description: 'Out of this proposition.' })
  propositionId?: string | null;

  @Field(() => ID, { nullable: true, description: 'In this campaign.' })
  campaignId?: string | null;
}

/** The conditions of a filter, over the alias `t`. */
export function offerConditions(filter: OfferFilter | null | undefined): Sql[] {
  const conditions: Sql[] = [];
  if (typeof filter?.propositionId === 'string') conditions.push(idFilter('proposition_id', filter.propositionId));
  if (typeof filter?.campaignId === 'string') conditions.push(idFilter('campaign_id', filter.campaignId));
  return conditions;
}
