import sql, { type Sql } from 'sql-template-tag';
import { Field, ID, InputType } from 'type-graphql';
import { enumType } from '../kit/graph/enumType.js';
import { idFilter } from '../kit/sql/idFilter.js';
import { parseInput, text } from '../kit/graph/parseInput.js';
import type { ListOrder } from '../kit/sql/readPages.js';
import { OrderStatus } from './entities/Order.js';

export const OrderOrderBy = enumType('OrderOrderBy', 'A sequence of orders.', {
  PLACED_AT_DESC: 'The newest first.',
  PLACED_AT_ASC: 'The oldest first.',
  TOTAL_DESC: 'By the figure of the total, whatever its currency: the largest first.',
});
export type OrderOrderBy = keyof typeof OrderOrderBy;

export const ORDER_ORDERS: Record<OrderOrderBy, ListOrder> = {
  PLACED_AT_DESC: { by: 't.placed_at', type: 'timestamptz', direction: 'DESC' },
  PLACED_AT_ASC: { by: 't.placed_at', type: 'timestamptz', direction: 'ASC' },
  TOTAL_DESC: { by: 't.total', type: 'numeric', direction: 'DESC' },
};

@InputType({ description: 'Which orders; all conditions must hold.' })
export class OrderFilter {
  @Field(() => OrderStatus, { nullable: true, description: 'In this state.' })
  status?: OrderStatus | null;

  @Field(() => ID, { nullable: true, description: 'Of this customer.' })
  customerId?: string | null;

  @Field(() => String, { nullable: true, description: 'With exactly this number.' })
  number?: string | null;
}

/** The conditions of a filter, over the alias `t`. */
export function orderConditions(filter: Partial<OrderFilter> | null | undefined): Sql[] {
  const conditions: Sql[] = [];
  if (filter?.status) conditions.push(sql`t.status = ${filter.status}`);
  if (typeof filter?.customerId === 'string') conditions.push(idFilter('customer_id', filter.customerId));
  if (typeof filter?.number === 'string') {
    conditions.push(sql`t.number = ${parseInput(text(200), filter.number, 'filter.number')}`);
  }
  return conditions;
}
