import sql, { raw, type Sql } from 'sql-template-tag';
import type { EntityManager } from 'typeorm';
import type { Database } from '../kit/sql/Database.js';
import { GoodwillAuthority } from './entities/GoodwillAuthority.js';

/**
 * Waits until nobody else grants goodwill of this employee in this currency or changes their authority, and keeps the
 * others waiting until the transaction ends.
 */
export async function lockAuthority(
  database: Database,
  manager: EntityManager,
  employeeId: string,
  currency: string,
): Promise<void> {
  const subject = `goodwill ${employeeId} ${currency}`;
  await database.query(sql`SELECT pg_advisory_xact_lock(hashtextextended(${subject}, 0))`, manager);
}

/** What an employee may grant in a currency as it counts now; null when nothing was ever said about that. */
export async function currentAuthority(
  database: Database,
  manager: EntityManager,
  employeeId: string,
  currency: string,
): Promise<GoodwillAuthority | null> {
  const { table, columns } = database.selection(GoodwillAuthority);
  const rows = await database.query(
    sql`SELECT ${raw(columns)} FROM ${raw(table)} t
      WHERE t.employee_id = ${employeeId}::uuid AND t.currency = ${currency} ORDER BY t.version DESC LIMIT 1`,
    manager,
  );
  return database.hydrate(GoodwillAuthority, rows)[0] ?? null;
}

/** Over how many days what an employee grants to one customer is added up. */
export const AUTHORITY_DAYS = 30;

/** A grant that somebody asks for. */
interface AskedGrant {
  readonly customerId: string;
  readonly employeeId: string;
  readonly amount: { readonly amount: string; readonly currency: string };
}

function windowStart(now: Date): Date {
  return new Date(now.getTime() - AUTHORITY_DAYS * 86_400_000);
}

/** Rows of who was merged follow moments later, and a limit must hold at every moment: those who are one are asked for by whom a row was recorded for. */
function isOf(recorded: Sql, customerId: string): Sql {
  return sql`(${recorded} = ${customerId}::uuid OR ${recorded} IN (
    SELECT a.customer_id FROM customer_alias a WHERE a.canonical_id = (SELECT coalesce(
      (SELECT canonical_id FROM customer_alias WHERE customer_id = ${customerId}::uuid), ${customerId}::uuid))))`;
}

/** What the employee has granted to the customer in the currency within the days that count: exact text. */
export async function grantedLately(
  database: Database,
  manager: EntityManager,
  { customerId, employeeId, amount: { currency } }: AskedGrant,
  now: Date,
): Promise<string> {
  const [row] = await database.query<{ total: string }>(
    sql`SELECT coalesce(sum(t.amount), 0)::text AS total FROM goodwill t
      WHERE ${isOf(sql`t.recorded_for`, customerId)} AND t.granted_at > ${windowStart(now)}::timestamptz
        AND t.employee_id = ${employeeId}::uuid AND t.currency = ${currency}`,
    manager,
  );
  return row?.total ?? '0';
}

/** How many of those who may grant an amount are named. */
const NAMED = 5;

/** Who may grant this amount to this customer, those with the smallest limit first; at most five. */
export async function employeesWhoMayGrant(
  database: Database,
  manager: EntityManager,
  { customerId, amount: { amount, currency } }: AskedGrant,
  now: Date,
): Promise<GoodwillAuthority[]> {
  const { table, columns } = database.selection(GoodwillAuthority);
  const rows = await database.query(
    sql`SELECT current.* FROM (
        SELECT DISTINCT ON (t.employee_id) ${raw(columns)} FROM ${raw(table)} t
        WHERE t.currency = ${currency} ORDER BY t.employee_id, t.version DESC) AS current
      JOIN employee_copy e ON e.id = current."employeeId" AND e.active
      LEFT JOIN (
        SELECT employee_id, sum(amount) AS total FROM goodwill
        WHERE ${isOf(sql`recorded_for`, customerId)} AND granted_at > ${windowStart(now)}::timestamptz
          AND currency = ${currency}
        GROUP BY employee_id) AS granted ON granted.employee_id = current."employeeId"
      WHERE current."limitValue" >= coalesce(granted.total, 0) + ${amount}::numeric
      ORDER BY current."limitValue", current."employeeId" LIMIT ${NAMED}`,
    manager,
  );
  return database.hydrate(GoodwillAuthority, rows);
}
