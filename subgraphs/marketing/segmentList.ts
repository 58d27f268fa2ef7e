import sql, { type Sql } from 'sql-template-tag';
import { Field, InputType } from 'type-graphql';
import { enumType } from '../kit/graph/enumType.js';
import { parseInput, text } from '../kit/graph/parseInput.js';
import type { ListOrder } from '../kit/sql/readPages.js';

export const SegmentOrderBy = enumType('SegmentOrderBy', 'An order of segments.', {
  NAME_ASC: 'By name, whatever the case.',
  CREATED_AT_DESC: 'The newest first.',
});
export type SegmentOrderBy = keyof typeof SegmentOrderBy;

export const SEGMENT_ORDERS: Record<SegmentOrderBy, ListOrder> = {
  NAME_ASC: { by: 'lower(t.name)', type: 'text', direction: 'ASC' },
  CREATED_AT_DESC: { by: 't.created_at', type: 'timestamptz', direction: 'DESC' },
};

@InputType({ description: 'Which segments.' })
export class SegmentFilter {
  @Field(() => String, { nullable: true, description: 'With exactly this name, whatever the case.' })
  name?: string | null;
}

/** The conditions of a filter, over the alias `t`. */
export function segmentConditions(filter: SegmentFilter | null | undefined): Sql[] {
  if (typeof filter?.name !== 'string') return [];
  return [sql`lower(t.name) = lower(${parseInput(text(200), filter.name, 'filter.name')})`];
}

export const SegmentMembershipOrderBy = enumType('SegmentMembershipOrderBy', 'An order of memberships.', {
  SINCE_DESC: 'The newest first.',
  SINCE_ASC: 'The oldest first.',
});
export type SegmentMembershipOrderBy = keyof typeof SegmentMembershipOrderBy;

export const SEGMENT_MEMBERSHIP_ORDERS: Record<SegmentMembershipOrderBy, ListOrder> = {
  SINCE_DESC: { by: 't.since', type: 'timestamptz', direction: 'DESC' },
  SINCE_ASC: { by: 't.since', type: 'timestamptz', direction: 'ASC' },
};
