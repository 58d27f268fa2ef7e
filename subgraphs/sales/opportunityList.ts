import sql, { type Sql } from 'sql-template-tag';
import { Field, ID, InputType } from 'type-graphql';
import { enumType } from '../kit/graph/enumType.js';
import { idFilter } from '../kit/sql/idFilter.js';
import type { ListOrder } from '../kit/sql/readPages.js';
import { OpportunityStage } from './opportunityStages.js';

export const OpportunityOrderBy = enumType('OpportunityOrderBy', 'An order of opportunities.', {
  OPENED_AT_DESC: 'Those opened last first; those of which nobody knows when they were opened at the end.',
  OPENED_AT_ASC: 'Those of which nobody knows when they were opened first, then the oldest.',
  AMOUNT_DESC: 'By the figure of the amount, whatever its currency: the largest first, those without one at the end.',
  EXPECTED_CLOSE_ON_ASC: 'Those that should be decided soonest first; those without a day at the end.',
});
export type OpportunityOrderBy = keyof typeof OpportunityOrderBy;

export const OPPORTUNITY_ORDERS: Record<OpportunityOrderBy, ListOrder> = {
  OPENED_AT_DESC: { by: "coalesce(t.opened_at, '-infinity')", type: 'timestamptz', direction: 'DESC' },
  OPENED_AT_ASC: { by: "coalesce(t.opened_at, '-infinity')", type: 'timestamptz', direction: 'ASC' },
  AMOUNT_DESC: { by: 'coalesce(t.amount, -1)', type: 'numeric', direction: 'DESC' },
  EXPECTED_CLOSE_ON_ASC: { by: "coalesce(t.expected_close_on, 'infinity')", type: 'date', direction: 'ASC' },
};

/** Opportunities, over the alias `t`, that can still go either way: in the words of the partial indexes. */
export const OPEN_OPPORTUNITY = sql`t.stage NOT IN ('WON', 'LOST')`;

/** The condition that nothing was heard of an opportunity, over the alias `t`, since a moment: no activity, no change of stage. */
export function untouchedSince(moment: Date): Sql {
  return sql`coalesce(t.opened_at, t.created_at) < ${moment}
    AND NOT EXISTS (SELECT FROM activity a WHERE a.opportunity_id = t.id AND a.occurred_at >= ${moment})
    AND NOT EXISTS (SELECT FROM stage_change s WHERE s.opportunity_id = t.id AND s.at >= ${moment})`;
}

@InputType({ description: 'Which stalled opportunities.' })
export class StalledFilter {
  @Field(() => ID, { nullable: true, description: 'Pursued by this employee.' })
  ownerId?: string | null;
}

@InputType({ description: 'Which opportunities; all conditions must hold.' })
export class OpportunityFilter {
  @Field(() => OpportunityStage, { nullable: true, description: 'In this stage.' })
  stage?: OpportunityStage | null;

  @Field(() => ID, { nullable: true, description: 'Of this customer.' })
  customerId?: string | null;

  @Field(() => ID, { nullable: true, description: 'Pursued by this employee.' })
  ownerId?: string | null;

  @Field(() => ID, { nullable: true, description: 'About this product.' })
  productId?: string | null;
}

/** The conditions of a filter, over the alias `t`. */
export function opportunityConditions(filter: Partial<OpportunityFilter> | null | undefined): Sql[] {
  const conditions: Sql[] = [];
  if (filter?.stage) conditions.push(sql`t.stage = ${filter.stage}`);
  if (typeof filter?.customerId === 'string') conditions.push(idFilter('customer_id', filter.customerId));
  if (typeof filter?.ownerId === 'string') conditions.push(idFilter('owner_id', filter.ownerId));
  if (typeof filter?.productId === 'string') conditions.push(idFilter('product_id', filter.productId));
  return conditions;
}
