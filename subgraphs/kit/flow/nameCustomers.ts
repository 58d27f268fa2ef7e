import type { EntityManager } from 'typeorm';

/**
 * Says by which id somebody named a customer who was merged: what the rest of the transaction writes of the customer is recorded for that id, so that it is theirs again
 * after an unmerge.
 *
 * @param names by the current id
 */
export async function nameCustomers(manager: EntityManager, names: ReadonlyMap<string, string>): Promise<void> {
  await manager.query(`SELECT set_config('customer360.named_customers', $1, true)`, [
    names.size === 0 ? '' : JSON.stringify(Object.fromEntries(names)),
  ]);
}

/**
 * Says that a customer is another one by now, who was merged while somebody waited for them: what is written of the other is recorded for the id by
 * which the first was named.
 */
export async function nameMerged(manager: EntityManager, former: string, current: string): Promise<void> {
  await manager.query(
    `SELECT set_config('customer360.named_customers', (names || jsonb_build_object($2::text, coalesce(names ->> $1, $1)))::text, true)
     FROM (SELECT coalesce(nullif(current_setting('customer360.named_customers', true), '')::jsonb, '{}') AS names) AS n`,
    [former.toLowerCase(), current.toLowerCase()],
  );
}

/** Says that what the rest of the transaction writes of a customer is recorded for another id of theirs, whatever was said before. */
export async function nameAs(manager: EntityManager, current: string, recordedFor: string): Promise<void> {
  await manager.query(
    `SELECT set_config('customer360.named_customers',
       (coalesce(nullif(current_setting('customer360.named_customers', true), '')::jsonb, '{}') || jsonb_build_object($1::text, $2::text))::text, true)`,
    [current.toLowerCase(), recordedFor.toLowerCase()],
  );
}
