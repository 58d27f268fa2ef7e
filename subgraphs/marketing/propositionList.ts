import type { Sql } from 'sql-template-tag';
import { Field, ID, InputType } from 'type-graphql';
import { enumType } from '../kit/graph/enumType.js';
import { idFilter } from '../kit/sql/idFilter.js';
import type { ListOrder } from '../kit/sql/readPages.js';

export const PropositionOrderBy = enumType('PropositionOrderBy', 'An order of propositions.', {
  NAME_ASC: 'By name, whatever the case.',
  CREATED_AT_DESC: 'The newest first.',
});
export type PropositionOrderBy = keyof typeof PropositionOrderBy;

export const PROPOSITION_ORDERS: Record<PropositionOrderBy, ListOrder> = {
  NAME_ASC: { by: 'lower(t.name)', type: 'text', direction: 'ASC' },
  CREATED_AT_DESC: { by: 't.created_at', type: 'timestamptz', direction: 'DESC' },
};

@InputType({ description: 'Which propositions.' })
export class PropositionFilter {
  @Field(() => ID, { nullable: true, description: 'For this segment.' })
  segmentId?: string | null;
}

/** The conditions of a filter, over the alias `t`. */
export function propositionConditions(filter: PropositionFilter | null | undefined): Sql[] {
  return typeof filter?.segmentId === 'string' ? [idFilter('segment_id', filter.segmentId)] : [];
}
