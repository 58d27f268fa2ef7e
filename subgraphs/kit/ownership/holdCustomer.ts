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
  await manager.query(
    `SELECT pg_advisory_xact_lock_shared(hashtext('customer360.customers.' || current_schema()), customer_lock(named_customer($1)))`,
    [customerId],
  );
  // In a statement of its own, which sees whatever went before.
  const [row] = await manager.query<{ named: string; current: string }[]>(
    `SELECT n.id AS named, coalesce(a.canonical_id, n.id) AS current
     FROM (SELECT named_customer($1) AS id) AS n LEFT JOIN customer_alias a ON a.customer_id = n.id`,
    [customerId],
  );
  const { named = customerId, current = customerId } = row ?? {};
  if (current !== customerId && current !== named) await nameMerged(manager, named, current);
  return current;
}
