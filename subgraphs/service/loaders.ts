import sql, { raw } from 'sql-template-tag';
import { groupByKey, pickByKey } from '../kit/sql/groupByKey.js';
import type { BatchRead } from '../kit/serve/RequestContext.js';
import { GoodwillAuthority } from './entities/GoodwillAuthority.js';
import { breachedSql } from './sla.js';

/** Every batched read of service. Each reads for many customers or employees at once. */

/** What the metrics of one customer's cases are made from. */
export interface CaseFigures {
  readonly open: number;
  readonly awaitingCustomer: number;
  /** Complaints that are OPEN or AWAITING_CUSTOMER. */
  readonly openComplaints: number;
  /** Complaints that are RESOLVED or CLOSED. */
  readonly settledComplaints: number;
  /** Cases to which an employee has replied. */
  readonly answered: number;
  /** The seconds from opening to the first reply, over all answered cases: exact text. */
  readonly responseSeconds: string;
  /** Cases that are RESOLVED or CLOSED. */
  readonly resolved: number;
  /** The seconds from opening to resolution, over all resolved cases: exact text. */
  readonly resolutionSeconds: string;
  /** The seconds of those in which it was not our turn: exact text. */
  readonly waitedSeconds: string;
  /** Cases resolved within their agreement. */
  readonly met: number;
  /** Cases that broke it. */
  readonly missed: number;
  /** Cases that can still do either. */
  readonly undecided: number;
  readonly asOf: Date;
}

/** A customer's figures over all their cases; zeros where there are none. */
export const caseFiguresOf: BatchRead<CaseFigures> = async (database, customerIds) => {
  const asOf = new Date();
  const breached = breachedSql(asOf);
  const rows = await database.query<Omit<CaseFigures, 'asOf'> & { customerId: string }>(sql`
    SELECT t.customer_id AS "customerId",
      count(*) FILTER (WHERE t.status = 'OPEN')::int AS open,
      count(*) FILTER (WHERE t.status = 'AWAITING_CUSTOMER')::int AS "awaitingCustomer",
      count(*) FILTER (WHERE t.kind = 'COMPLAINT' AND t.resolved_at IS NULL)::int AS "openComplaints",
      count(*) FILTER (WHERE t.kind = 'COMPLAINT' AND t.resolved_at IS NOT NULL)::int AS "settledComplaints",
      count(t.first_responded_at)::int AS answered,
      trim_scale(coalesce(sum(extract(epoch FROM t.first_responded_at - t.opened_at)), 0))::text AS "responseSeconds",
      count(t.resolved_at)::int AS resolved,
      trim_scale(coalesce(sum(extract(epoch FROM t.resolved_at - t.opened_at)), 0))::text AS "resolutionSeconds",
      trim_scale(coalesce(sum(t.waited_seconds) FILTER (WHERE t.resolved_at IS NOT NULL), 0))::text AS "waitedSeconds",
      count(*) FILTER (WHERE t.resolved_at IS NOT NULL AND NOT ${breached})::int AS met,
      count(*) FILTER (WHERE ${breached})::int AS missed,
      count(*) FILTER (WHERE t.resolved_at IS NULL AND NOT ${breached})::int AS undecided
    FROM service_case t WHERE t.customer_id = ANY(${customerIds}::uuid[]) GROUP BY t.customer_id`);
  const none = {
    open: 0,
    awaitingCustomer: 0,
    openComplaints: 0,
    settledComplaints: 0,
    answered: 0,
    responseSeconds: '0',
    resolved: 0,
    resolutionSeconds: '0',
    waitedSeconds: '0',
    met: 0,
    missed: 0,
    undecided: 0,
  };
  return pickByKey(customerIds, rows, (row) => row.customerId).map((row) => ({ ...none, ...row, asOf }));
};

/** How many cases of an employee are not over. */
export interface AssignedFigures {
  readonly open: number;
  readonly awaitingCustomer: number;
  readonly asOf: Date;
}

/** An employee's figures over the cases that are not over; zeros where there are none. */
export const assignedFiguresOf: BatchRead<AssignedFigures> = async (database, employeeIds) => {
  const asOf = new Date();
  const rows = await database.query<Omit<AssignedFigures, 'asOf'> & { employeeId: string }>(sql`
    SELECT t.assignee_id AS "employeeId",
      count(*) FILTER (WHERE t.status = 'OPEN')::int AS open,
      count(*) FILTER (WHERE t.status = 'AWAITING_CUSTOMER')::int AS "awaitingCustomer"
    FROM service_case t WHERE t.assignee_id = ANY(${employeeIds}::uuid[]) AND t.resolved_at IS NULL
    GROUP BY t.assignee_id`);
  const none = { open: 0, awaitingCustomer: 0 };
  return pickByKey(employeeIds, rows, (row) => row.employeeId).map((row) => ({ ...none, ...row, asOf }));
};

/** What each employee may grant now: at most one a currency, by currency code. */
export const authoritiesOf: BatchRead<readonly GoodwillAuthority[]> = async (database, employeeIds) => {
  const { table, columns } = database.selection(GoodwillAuthority);
  const rows = await database.query(sql`
    SELECT DISTINCT ON (t.employee_id, t.currency) ${raw(columns)} FROM ${raw(table)} t
    WHERE t.employee_id = ANY(${employeeIds}::uuid[]) ORDER BY t.employee_id, t.currency, t.version DESC`);
  return groupByKey(employeeIds, database.hydrate(GoodwillAuthority, rows), (row) => row.employeeId);
};
