import type { EntityManager } from 'typeorm';

/** Customers, and all who were merged into them, directly or not. */
export async function membersOf(manager: EntityManager, customerIds: readonly string[]): Promise<readonly string[]> {
  const rows = await manager.query<{ id: string }[]>(
    `WITH RECURSIVE member AS (
       SELECT id FROM unnest($1::uuid[]) AS c (id)
       UNION SELECT a.customer_id FROM customer_alias a JOIN member m ON a.parent_id = m.id
     ) SELECT id FROM member ORDER BY id`,
    [customerIds],
  );
  return rows.map(({ id }) => id);
}
