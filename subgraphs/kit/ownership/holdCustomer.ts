import type { EntityManager } from 'typeorm';
import { nameMerged } from '../flow/nameCustomers.js';

/**
 * Who a customer is by now, and until the transaction ends: merges and unmerges of them wait for it, as for whoever writes a row of theirs. For what is
 * read of a customer to decide what is written of them. What is written of the current one is recorded for whom the caller named.
 *
 * @param manager of a transaction that has locked no row of theirs yet
 * @param customerId who that was when the caller asked
 */
export async function holdCustomer(manager: EntityManager, customerId: string): Promise<string> {
  const [current = customerId] = await holdCustomers(manager, [customerId]);
  return current;
}

/**
 * As `holdCustomer`, for several at once, so that two callers never wait for each other.
 * @returns who they are by now, in the order of `customerIds`
 */
export async function holdCustomers(manager: EntityManager, customerIds: readonly string[]): Promise<string[]> {
  await keepFromMerging(manager, customerIds);
  // In a statement of its own, which sees whatever went before.
  const held = await manager.query<{ given: string; named: string; current: string }[]>(
    `SELECT n.given, n.named, coalesce(a.canonical_id, n.named) AS current
     FROM (SELECT id AS given, named_customer(id) AS named, place FROM unnest($1::uuid[]) WITH ORDINALITY AS c (id, place)) AS n
     LEFT JOIN customer_alias a ON a.customer_id = n.named ORDER BY n.place`,
    [customerIds],
  );
  for (const { given, named, current } of held) {
    if (current !== given && current !== named) await nameMerged(manager, named, current);
  }
  return held.map(({ current }) => current);
}

/**
 * Keeps merges and unmerges of customers waiting until the transaction ends. For whoever holds them one by one later, and takes another lock before that which others
 * take while they hold some of them.
 */
export async function keepFromMerging(manager: EntityManager, customerIds: readonly string[]): Promise<void> {
  await manager.query(
    `SELECT pg_advisory_xact_lock_shared(hashtext('customer360.customers.' || current_schema()), lock)
     FROM (SELECT DISTINCT customer_lock(named_customer(id)) AS lock FROM unnest($1::uuid[]) AS c (id) ORDER BY 1) AS l`,
    [customerIds],
  );
}
