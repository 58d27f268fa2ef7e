import { waitUntil } from './waitUntil.js';

/**
 * Waits until all that was written has been taken in by whom it concerns, and the rows of customers who were merged or unmerged have followed, and
 * erasures have been told of.
 *
 * @param sql runs a statement in the database of all subgraphs
 * @param schemas those of the subgraphs
 */
export async function settled(
  sql: (statement: string) => Promise<readonly unknown[]>,
  schemas: readonly string[],
): Promise<void> {
  const outboxes = schemas.map((name) => `(SELECT 1 FROM ${name}.outbox LIMIT 1)`);
  const aliases = schemas.map((name) => `(SELECT 1 FROM ${name}.customer_alias WHERE NOT is_applied LIMIT 1)`);
  const erasures = schemas.map((name) => `(SELECT 1 FROM ${name}.erasure_account WHERE told_at IS NULL LIMIT 1)`);
  const behind = '(SELECT 1 FROM event_bus.consumer WHERE sequence < (SELECT max(sequence) FROM event_bus.log))';
  await waitUntil(
    async () => (await sql([...outboxes, ...aliases, ...erasures, behind].join(' UNION ALL '))).length === 0,
  );
}
