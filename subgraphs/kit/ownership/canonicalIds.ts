import sql from 'sql-template-tag';
import type { EntityManager } from 'typeorm';
import type { Database } from '../sql/Database.js';

/**
 * Who each customer is by now: the id of the one into whom they were merged, else their own. Any other id is itself.
 * @param manager a transaction's, to read inside it
 */
export async function canonicalIds(
  database: Database,
  ids: readonly string[],
  manager?: EntityManager,
): Promise<readonly string[]> {
  const rows = await database.query<{ id: string; canonicalId: string }>(
    sql`SELECT customer_id AS id, canonical_id AS "canonicalId" FROM customer_alias WHERE customer_id = ANY(${ids}::uuid[])`,
    manager,
  );
  const found = new Map(rows.map(({ id, canonicalId }) => [id, canonicalId]));
  return ids.map((id) => found.get(id) ?? id);
}
