import sql, { raw } from 'sql-template-tag';
import { groupByKey, pickByKey } from '../kit/sql/groupByKey.js';
import type { BatchRead } from '../kit/serve/RequestContext.js';
import type { KindCount } from './activityMix.js';
import { standing } from '../kit/ownership/standing.js';
import { Account } from './entities/Account.js';
import { ActivityDocument } from './entities/ActivityDocument.js';
import { CategorySpend } from './entities/CategorySpend.js';
import { HandoverItem, type HandoverItemKind } from './entities/HandoverItem.js';
import { OrderLine } from './entities/OrderLine.js';
import { StageChange } from './entities/StageChange.js';
import { LAPSE_DAYS, type LifecycleEvents } from './lifecycle.js';

/** Every batched read of sales. Each reads for many customers, opportunities or orders at once. */

/** The id of the employee who looks after a customer; null when nobody does. */
export const accountOwnerOf: BatchRead<string | null> = async (database, customerIds) => {
  const rows = await database.query<{ customerId: string; ownerId: string }>(sql`
    SELECT t.customer_id AS "customerId", t.owner_id AS "ownerId" FROM ${raw(standing(Account))} t
    WHERE t.customer_id = ANY(${customerIds}::uuid[])`);
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

/** What a customer's orders brought in and cost, in one currency. Amounts are exact text, of the lines whose cost is known. */
export interface MarginTotals {
  readonly customerId: string;
  readonly currency: string;
  readonly lines: number;
  readonly withoutCost: number;
  readonly revenue: string;
  readonly cost: string;
  readonly margin: string;
}

/** What was earned on a customer's orders, cancelled ones left out, by currency; empty when they ordered nothing. */
export const marginTotalsOf: BatchRead<readonly MarginTotals[]> = async (database, customerIds) => {
  const rows = await database.query<MarginTotals>(sql`
    SELECT o.customer_id AS "customerId", o.currency, count(l.unit_cost)::int AS lines,
      (count(*) - count(l.unit_cost))::int AS "withoutCost",
      coalesce(sum(l.quantity * l.unit_price - l.discount) FILTER (WHERE l.unit_cost IS NOT NULL), 0) AS revenue,
      coalesce(sum(l.quantity * l.unit_cost), 0) AS cost,
      coalesce(sum(l.quantity * (l.unit_price - l.unit_cost) - l.discount) FILTER (WHERE l.unit_cost IS NOT NULL), 0)
        AS margin
    FROM customer_order o JOIN order_line l ON l.order_id = o.id
    WHERE o.customer_id = ANY(${customerIds}::uuid[]) AND o.status <> 'CANCELLED'
    GROUP BY o.customer_id, o.currency ORDER BY o.currency`);
  return groupByKey(customerIds, rows, (row) => row.customerId);
};

/** What a customer spends in a year and currency, and how much of it with us. */
export interface Wallet {
  readonly spend: CategorySpend;
  /** Exact text. */
  readonly revenue: string;
  readonly orders: number;
}

/** What a customer spends, the latest year first; empty when nobody knows. */
export const walletsOf: BatchRead<readonly Wallet[]> = async (database, customerIds) => {
  const { columns } = database.selection(CategorySpend);
  const rows = await database.query<CategorySpend & { revenue: string; orders: number }>(sql`
    SELECT ${raw(columns)}, o.revenue, o.orders
    FROM ${raw(standing(CategorySpend))} t CROSS JOIN LATERAL (
      SELECT coalesce(sum(total), 0) AS revenue, count(*)::int AS orders FROM customer_order
      WHERE customer_id = t.customer_id AND currency = t.currency AND status <> 'CANCELLED'
        AND placed_at >= make_timestamptz(t.year, 1, 1, 0, 0, 0, 'UTC')
        AND placed_at < make_timestamptz(t.year + 1, 1, 1, 0, 0, 0, 'UTC')
    ) o
    WHERE t.customer_id = ANY(${customerIds}::uuid[]) ORDER BY t.year DESC, t.currency`);
  const wallets = rows.map(({ revenue, orders, ...row }) => ({
    spend: Object.assign(new CategorySpend(), row),
    revenue,
    orders,
  }));
  return groupByKey(customerIds, wallets, ({ spend }) => spend.customerId);
};

/** What moved a customer from stage to stage; null when sales never dealt with them. */
export const lifecycleEventsOf: BatchRead<LifecycleEvents | null> = async (database, customerIds) => {
  const rows = await database.query<Omit<LifecycleEvents, 'returns'> & { previousAts: Date[]; returnAts: Date[] }>(sql`
    WITH orders AS (
      SELECT customer_id, count(*)::int AS orders, min(placed_at) AS "firstOrderAt", max(placed_at) AS "lastOrderAt",
        min(placed_at) FILTER (WHERE place = 2) AS "secondOrderAt",
        array_agg(previous ORDER BY placed_at) FILTER (WHERE placed_at > previous + make_interval(hours => ${LAPSE_DAYS * 24}))
          AS "previousAts",
        array_agg(placed_at ORDER BY placed_at) FILTER (WHERE placed_at > previous + make_interval(hours => ${LAPSE_DAYS * 24}))
          AS "returnAts"
      FROM (
        SELECT customer_id, placed_at, row_number() OVER own AS place, lag(placed_at) OVER own AS previous
        FROM customer_order WHERE customer_id = ANY(${customerIds}::uuid[]) AND status <> 'CANCELLED'
        WINDOW own AS (PARTITION BY customer_id ORDER BY placed_at, id)
      ) placed GROUP BY customer_id
    ), leads AS (
      SELECT customer_id, count(*)::int AS leads, min(captured_at) AS "firstLeadAt" FROM lead
      WHERE customer_id = ANY(${customerIds}::uuid[]) GROUP BY customer_id
    ), opportunities AS (
      SELECT customer_id, count(*)::int AS opportunities, min(coalesce(opened_at, created_at)) AS "firstOpportunityAt"
      FROM opportunity WHERE customer_id = ANY(${customerIds}::uuid[]) GROUP BY customer_id
    )
    SELECT customer_id AS "customerId", coalesce(leads, 0) AS leads, coalesce(opportunities, 0) AS opportunities,
      coalesce(orders, 0) AS orders, "firstLeadAt", "firstOpportunityAt", "firstOrderAt", "secondOrderAt", "lastOrderAt",
      coalesce("previousAts", '{}') AS "previousAts", coalesce("returnAts", '{}') AS "returnAts"
    FROM orders FULL JOIN leads USING (customer_id) FULL JOIN opportunities USING (customer_id)`);
  const events = rows.map(({ previousAts, returnAts, ...row }) => ({
    ...row,
    returns: returnAts.map((at, index) => ({ at, previousAt: previousAts[index] ?? at })),
  }));
  return pickByKey(customerIds, events, (row) => row.customerId);
};

/** The documents of an activity, in their order. */
export const documentsOf: BatchRead<readonly ActivityDocument[]> = async (database, activityIds) => {
  const { columns } = database.selection(ActivityDocument);
  const rows = await database.query<ActivityDocument>(sql`
    SELECT ${raw(columns)} FROM activity_document t
    WHERE t.activity_id = ANY(${activityIds}::uuid[]) ORDER BY t.position`);
  return groupByKey(activityIds, database.hydrate(ActivityDocument, rows), (row) => row.activityId);
};

/** When something was last heard of an opportunity: an activity, a change of stage, its opening. Null for an unknown one. */
export const lastTouchedAtOf: BatchRead<Date | null> = async (database, opportunityIds) => {
  const rows = await database.query<{ id: string; at: Date }>(sql`
    SELECT t.id, greatest(coalesce(t.opened_at, t.created_at), a.at, s.at) AS at
    FROM opportunity t
    CROSS JOIN LATERAL (SELECT max(occurred_at) AS at FROM activity WHERE opportunity_id = t.id) a
    CROSS JOIN LATERAL (SELECT max(at) AS at FROM stage_change WHERE opportunity_id = t.id) s
    WHERE t.id = ANY(${opportunityIds}::uuid[])`);
  return pickByKey(opportunityIds, rows, (row) => row.id).map((row) => row?.at ?? null);
};

/** What an employee did in a period, by kind. A key is `employeeId from to`. */
export const kindCountsOf: BatchRead<readonly KindCount[]> = async (database, keys) => {
  const parts = keys.map((key) => key.split(' '));
  const [ids, froms, tos] = [0, 1, 2].map((index) => parts.map((part) => part[index]));
  const rows = await database.query<KindCount & { place: number }>(sql`
    SELECT p.place::int AS place, a.kind, count(*)::int AS n
    FROM unnest(${ids}::uuid[], ${froms}::date[], ${tos}::date[]) WITH ORDINALITY AS p(id, since, until, place)
    JOIN activity a ON a.employee_id = p.id
      AND a.occurred_at >= p.since::timestamptz AND a.occurred_at < (p.until + 1)::timestamptz
    GROUP BY p.place, a.kind`);
  return groupByKey(keys, rows, (row) => keys[row.place - 1] ?? '');
};

/** What a hand-over comprised, by kind and currency. */
export interface HandoverTotals {
  readonly handoverId: string;
  readonly kind: HandoverItemKind;
  /** Null where the items have no amount. */
  readonly currency: string | null;
  readonly n: number;
  /** How many were due before the hand-over. */
  readonly overdue: number;
  /** Exact text; null where `currency` is. */
  readonly amount: string | null;
}

/** What a hand-over comprised; empty when there was nothing to hand over. */
export const handoverTotalsOf: BatchRead<readonly HandoverTotals[]> = async (database, handoverIds) => {
  const rows = await database.query<HandoverTotals>(sql`
    SELECT i.handover_id AS "handoverId", i.kind, i.currency, count(*)::int AS n,
      (count(*) FILTER (WHERE i.due_at < h.at))::int AS overdue, sum(i.amount) AS amount
    FROM ${raw(standing(HandoverItem))} i JOIN handover h ON h.id = i.handover_id
    WHERE i.handover_id = ANY(${handoverIds}::uuid[])
    GROUP BY i.handover_id, i.kind, i.currency ORDER BY i.currency`);
  return groupByKey(handoverIds, rows, (row) => row.handoverId);
};
