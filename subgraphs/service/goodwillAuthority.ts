import sql, { raw } from 'sql-template-tag';
import type { EntityManager } from 'typeorm';
import type { Database } from '../kit/Database.js';
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

/** How many of those who may grant an amount are named. */
const NAMED = 5;

/** Who may grant this amount to one customer, those with the smallest limit first; at most five. */
export async function employeesWhoMayGrant(
  database: Database,
  manager: EntityManager,
  amount: string,
  currency: string,
): Promise<GoodwillAuthority[]> {
  const { table, columns } = database.selection(GoodwillAuthority);
  const rows = await database.query(
    sql`SELECT * FROM (
        SELECT DISTINCT ON (t.employee_id) ${raw(columns)} FROM ${raw(table)} t
        WHERE t.currency = ${currency} ORDER BY t.employee_id, t.version DESC) AS current
      WHERE current."limitValue" >= ${amount}::numeric ORDER BY current."limitValue", current."employeeId" LIMIT ${NAMED}`,
    manager,
  );
  return database.hydrate(GoodwillAuthority, rows);
}
