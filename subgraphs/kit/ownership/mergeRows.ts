import type { EntityManager } from 'typeorm';

/** Gives a subgraph's rows of one customer to another, who is not merged themselves. Again, it changes nothing. */
export async function mergeRows(manager: EntityManager, from: string, into: string): Promise<void> {
  await manager.query(
    `INSERT INTO customer_alias (customer_id, parent_id, canonical_id) VALUES ($1, $2, $2) ON CONFLICT DO NOTHING`,
    [from, into],
  );
  await manager.query('UPDATE customer_alias SET canonical_id = $2 WHERE canonical_id = $1', [from, into]);
  await manager.query('SELECT merge_customer_rows($1, $2)', [from, into]);
}
