import type { EntityManager } from 'typeorm';
import { OF_CUSTOMERS } from '../flow/deadLetters.js';
import { eraseRows } from './eraseRows.js';
import { tablesOf } from './ownedTables.js';

/** What tells who customers are, and that they are no more, holds ids only, and stays: whoever was away must hear of it. */
const THAT_STAY = `${OF_CUSTOMERS}%`;

/**
 * Erases customers from a subgraph's own tables, as its entities declare it, and from those of the kit.
 *
 * @param customerIds as they were recorded: those of all who are one, which whoever erases them says
 */
export async function eraseCustomers(manager: EntityManager, customerIds: readonly string[]): Promise<void> {
  await manager.query('INSERT INTO erased_customer (customer_id) SELECT unnest($1::uuid[]) ON CONFLICT DO NOTHING', [
    customerIds,
  ]);
  await eraseRows(manager, tablesOf(manager.dataSource), customerIds);
  await eraseTraces(manager, customerIds);
}

/** Removes what the kit itself keeps of customers who are erased: events that wait to be published or were parked. */
async function eraseTraces(manager: EntityManager, customerIds: readonly string[]): Promise<void> {
  await manager.query(
    `DELETE FROM outbox WHERE lower(event->>'subject') = ANY($1::text[]) AND event->>'type' NOT LIKE $2`,
    [customerIds, THAT_STAY],
  );
  await manager.query(
    `DELETE FROM dead_letter WHERE event->>'type' NOT LIKE $2
       AND (lower(event->>'subject') = ANY($1::text[]) OR lower(event->'data'->>'customerId') = ANY($1::text[]))`,
    [customerIds, THAT_STAY],
  );
}
