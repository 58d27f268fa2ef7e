import { Field, ID, InputType } from 'type-graphql';
import type { Sql } from 'sql-template-tag';
import { idFilter } from '../kit/sql/idFilter.js';
import type { ListOrder } from '../kit/sql/readPages.js';

/** Hand-overs, the newest first. */
export const HANDOVERS = {
  orderName: 'AT_DESC',
  order: { by: 't.at', type: 'timestamptz', direction: 'DESC' },
} as const;

/** Items in no order that means anything, but always the same. */
export const HANDOVER_ITEMS: { readonly orderName: string; readonly order: ListOrder } = {
  orderName: 'ID_ASC',
  order: { by: 't.item_id', type: 'uuid', direction: 'ASC', tie: { by: 't.kind', type: 'text' } },
};

@InputType({ description: 'Which hand-overs; all conditions must hold.' })
export class HandoverFilter {
  @Field(() => ID, { nullable: true, description: 'From this employee.' })
  fromId?: string | null;

  @Field(() => ID, { nullable: true, description: 'To this employee.' })
  toId?: string | null;
}

/** The conditions of a filter, over the alias `t`. */
export function handoverConditions(filter: HandoverFilter | null | undefined): Sql[] {
  const conditions: Sql[] = [];
  if (typeof filter?.fromId === 'string') conditions.push(idFilter('from_id', filter.fromId));
  if (typeof filter?.toId === 'string') conditions.push(idFilter('to_id', filter.toId));
  return conditions;
}
