import type { EntityManager } from 'typeorm';

/** Gives back to a customer what a merge took, with whoever was merged into them before. Who is not merged stays as they are. */
export async function unmergeRows(manager: EntityManager, customerId: string): Promise<void> {
  const [alias] = await manager.query<{ canonicalId: string }[]>(
    'SELECT canonical_id AS "canonicalId" FROM customer_alias WHERE customer_id = $1 FOR UPDATE',
    [customerId],
  );
  if (alias === undefined) return;
  await manager.query('DELETE FROM customer_alias WHERE customer_id = $1', [customerId]);
  const members = await membersOf(manager, customerId);
  await manager.query('UPDATE customer_alias SET canonical_id = $2 WHERE customer_id = ANY($1::uuid[])', [
    members,
    customerId,
  ]);
  await manager.query('SELECT unmerge_customer_rows($1::uuid[], $2)', [members, customerId]);
  // Also what was set aside because of them, of those who stay.
  const others = await membersOf(manager, alias.canonicalId);
  await manager.query('SELECT place_set_aside_rows($1::uuid[])', [[...members, ...others]]);
}

/** A customer and all who were merged into them, directly or not. */
async function membersOf(manager: EntityManager, customerId: string): Promise<string[]> {
  const rows = await manager.query<{ id: string }[]>(
    `WITH RECURSIVE member AS (
       SELECT $1::uuid AS id UNION SELECT a.customer_id FROM customer_alias a JOIN member m ON a.parent_id = m.id
     ) SELECT id FROM member`,
    [customerId],
  );
  return rows.map(({ id }) => id);
}
