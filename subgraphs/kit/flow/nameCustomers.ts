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
