import sql, { type Sql } from 'sql-template-tag';
import { Field, ID, InputType } from 'type-graphql';
import { enumType } from '../kit/graph/enumType.js';
import { idFilter } from '../kit/sql/idFilter.js';
import type { ListOrder } from '../kit/sql/readPages.js';
import { ActivityKind } from './entities/Activity.js';

export const ActivityOrderBy = enumType('ActivityOrderBy', 'An order of activities.', {
  OCCURRED_AT_DESC: 'The newest first.',
  OCCURRED_AT_ASC: 'The oldest first.',
});
export type ActivityOrderBy = keyof typeof ActivityOrderBy;

export const ACTIVITY_ORDERS: Record<ActivityOrderBy, ListOrder> = {
  OCCURRED_AT_DESC: { by: 't.occurred_at', type: 'timestamptz', direction: 'DESC' },
  OCCURRED_AT_ASC: { by: 't.occurred_at', type: 'timestamptz', direction: 'ASC' },
};

/** Open next steps, those due first in front. */
export const NEXT_STEPS = {
  where: [sql`t.next_step_due_at IS NOT NULL AND t.next_step_done_at IS NULL`],
  orderName: 'NEXT_STEP_DUE_AT_ASC',
  order: { by: 't.next_step_due_at', type: 'timestamptz', direction: 'ASC' },
} as const;

@InputType({ description: 'Which overdue next steps; all conditions must hold.' })
export class FollowUpFilter {
  @Field(() => ID, { nullable: true, description: 'To be taken by this employee.' })
  employeeId?: string | null;

  @Field(() => ID, { nullable: true, description: 'For this customer.' })
  customerId?: string | null;
}

/** The conditions that a next step, over the alias `t`, is open and was due before a moment. */
export function overdueConditions(filter: FollowUpFilter | null | undefined, before: Date): Sql[] {
  const conditions: Sql[] = [...NEXT_STEPS.where, sql`t.next_step_due_at < ${before}`];
  if (typeof filter?.employeeId === 'string') conditions.push(idFilter('next_step_employee_id', filter.employeeId));
  if (typeof filter?.customerId === 'string') conditions.push(idFilter('customer_id', filter.customerId));
  return conditions;
}

@InputType({ description: 'Which activities; all conditions must hold.' })
export class ActivityFilter {
  @Field(() => ActivityKind, { nullable: true, description: 'Of this kind.' })
  kind?: ActivityKind | null;

  @Field(() => ID, { nullable: true, description: 'For or with this customer.' })
  customerId?: string | null;

  @Field(() => ID, { nullable: true, description: 'About this opportunity.' })
  opportunityId?: string | null;

  @Field(() => ID, { nullable: true, description: 'Done by this employee.' })
  employeeId?: string | null;
}

/** The conditions of a filter, over the alias `t`. */
export function activityConditions(filter: Partial<ActivityFilter> | null | undefined): Sql[] {
  const conditions: Sql[] = [];
  if (filter?.kind) conditions.push(sql`t.kind = ${filter.kind}`);
  if (typeof filter?.customerId === 'string') conditions.push(idFilter('customer_id', filter.customerId));
  if (typeof filter?.opportunityId === 'string') conditions.push(idFilter('opportunity_id', filter.opportunityId));
  if (typeof filter?.employeeId === 'string') conditions.push(idFilter('employee_id', filter.employeeId));
  return conditions;
}
