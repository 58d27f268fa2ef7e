import sql from 'sql-template-tag';
import { groupByKey, pickByKey } from '../kit/groupByKey.js';
import type { BatchRead } from '../kit/RequestContext.js';
import { OrderLine } from './entities/OrderLine.js';
import { StageChange } from './entities/StageChange.js';

/** Every batched read of sales. Each reads for many customers, opportunities or orders at once. */

/** The id of the employee who looks after a customer; null when nobody does. */
export const accountOwnerOf: BatchRead<string | null> = async (database, customerIds) => {
  const rows = await database.query<{ customerId: string; ownerId: string }>(sql`
    SELECT customer_id AS "customerId", owner_id AS "ownerId" FROM account WHERE customer_id = ANY(${customerIds}::uuid[])`);
  return pickByKey(customerIds, rows, (row) => row.customerId).map((row) => row?.ownerId ?? null);
};

/** The stages that an opportunity went through, the first one first. */
export const stageHistoryOf: BatchRead<readonly StageChange[]> = async (database, opportunityIds) => {
  const rows = await database.query<StageChange>(sql`
    SELECT opportunity_id AS "opportunityId", position, stage, at, employee_id AS "employeeId" FROM stage_change
    WHERE opportunity_id = ANY(${opportunityIds}::uuid[]) ORDER BY position`);
  return groupByKey(opportunityIds, database.hydrate(StageChange, rows), (row) => row.opportunityId);
};

/** The lines of an order, in their order. */
export const linesOf: BatchRead<readonly OrderLine[]> = async (database, orderIds) => {
  const rows = await database.query<OrderLine>(sql`
    SELECT l.order_id AS "orderId", l.position, l.product_id AS "productId", l.quantity,
      l.unit_price AS "unitPriceAmount", l.unit_cost AS "unitCostAmount", l.discount AS "discountAmount", o.currency
    FROM order_line l JOIN customer_order o ON o.id = l.order_id
    WHERE l.order_id = ANY(${orderIds}::uuid[]) ORDER BY l.position`);
  return groupByKey(orderIds, database.hydrate(OrderLine, rows), (row) => row.orderId);
};

/** What a customer ordered in one currency, without what was cancelled. */
export interface OrderTotals {
  readonly customerId: string;
  readonly currency: string;
  readonly orders: number;
  /** Exact text. */
  readonly revenue: string;
  /** revenue / orders, rounded half up to 4 decimals; exact text. */
  readonly average: string;
  readonly firstAt: Date;
  readonly lastAt: Date;
}

/** What a customer ordered, by currency; empty when nothing. */
export const orderTotalsOf: BatchRead<readonly OrderTotals[]> = async (database, customerIds) => {
  // round(sum / n, 4) would round twice: Postgres already rounds the quotient. Whole ten-thousandths do not.
  const rows = await database.query<OrderTotals>(sql`
    SELECT customer_id AS "customerId", currency, count(*)::int AS orders, sum(total) AS revenue,
      div(sum(total) * 20000 + count(*), 2 * count(*)) * 0.0001 AS average,
      min(placed_at) AS "firstAt", max(placed_at) AS "lastAt"
    FROM customer_order
    WHERE customer_id = ANY(${customerIds}::uuid[]) AND status <> 'CANCELLED'
    GROUP BY customer_id, currency ORDER BY currency`);
  return groupByKey(customerIds, rows, (row) => row.customerId);
};
