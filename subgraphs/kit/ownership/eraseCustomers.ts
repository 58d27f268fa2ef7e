import type { EntityManager } from 'typeorm';
import { OF_CUSTOMERS } from '../flow/deadLetters.js';
import { ERASED_ANSWER } from '../flow/packAnswer.js';
import { eraseRows } from './eraseRows.js';
import { tablesOf } from './ownedTables.js';

const UUID = '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}';

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
  const rowIds = await eraseRows(manager, tablesOf(manager.dataSource), customerIds);
  await eraseTraces(manager, customerIds, rowIds);
}

/**
 * Blanks what the kit itself keeps of customers who are erased: events that wait to be published or were parked, and answers that would be repeated
 * for an idempotency key.
 * @param rowIds the ids of their rows: an answer may name only these
 */
async function eraseTraces(
  manager: EntityManager,
  customerIds: readonly string[],
  rowIds: readonly string[],
): Promise<void> {
  await manager.query(
    `DELETE FROM outbox WHERE lower(event->>'subject') = ANY($1::text[]) AND event->>'type' NOT LIKE $2`,
    [customerIds, THAT_STAY],
  );
  await manager.query(
    `DELETE FROM dead_letter WHERE event->>'type' NOT LIKE $2
       AND (lower(event->>'subject') = ANY($1::text[]) OR lower(event->'data'->>'customerId') = ANY($1::text[]))`,
    [customerIds, THAT_STAY],
  );
  // The answer of the erasure itself holds nothing, and may be asked for again.
  await manager.query(
    `UPDATE idempotency_key SET answer = $2::jsonb
     WHERE mutation <> 'eraseCustomer' AND answer IS NOT NULL AND EXISTS (
       SELECT FROM regexp_matches(lower(answer::text), '(${UUID})', 'g') AS found WHERE found[1] = ANY($1::text[]))`,
    [[...customerIds, ...rowIds], JSON.stringify(ERASED_ANSWER)],
  );
}
