import sql, { type Sql } from 'sql-template-tag';
import { Field, ID, InputType } from 'type-graphql';
import { enumType } from '../kit/graph/enumType.js';
import { idFilter } from '../kit/sql/idFilter.js';
import type { ListOrder } from '../kit/sql/readPages.js';
import { JourneyStatus } from './entities/Journey.js';

export const JourneyOrderBy = enumType('JourneyOrderBy', 'An order of journeys.', {
  LAST_TOUCH_AT_DESC: 'Those on which something happened last first.',
  OPENED_AT_DESC: 'Those that began last first.',
});
export type JourneyOrderBy = keyof typeof JourneyOrderBy;

export const JOURNEY_ORDERS: Record<JourneyOrderBy, ListOrder> = {
  LAST_TOUCH_AT_DESC: { by: 't.last_touch_at', type: 'timestamptz', direction: 'DESC' },
  OPENED_AT_DESC: { by: 't.opened_at', type: 'timestamptz', direction: 'DESC' },
};

@InputType({ description: 'Which journeys; all conditions must hold.' })
export class JourneyFilter {
  @Field(() => JourneyStatus, { nullable: true, description: 'Whether the customer is still at it.' })
  status?: JourneyStatus | null;

  @Field(() => ID, { nullable: true, description: 'Of this customer.' })
  customerId?: string | null;
}

/** The conditions of a filter, over the alias `t`. */
export function journeyConditions(filter: Partial<JourneyFilter> | null | undefined): Sql[] {
  const conditions: Sql[] = [];
  if (filter?.status) conditions.push(sql`t.status = ${filter.status}`);
  if (typeof filter?.customerId === 'string') conditions.push(idFilter('customer_id', filter.customerId));
  return conditions;
}
