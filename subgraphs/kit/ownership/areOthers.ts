import type { EntityManager } from 'typeorm';

/**
 * Whether these are ids of different customers. The rows of who was merged follow moments later, so it is asked who they are, and not only compared.
 * @param customerIds in any case; those that are not known are passed over
 */
export async function areOthers(
  manager: EntityManager,
  customerIds: readonly (string | null | undefined)[],
): Promise<boolean> {
  const known = new Set(customerIds.filter((id) => typeof id === 'string').map((id) => id.toLowerCase()));
  if (known.size < 2) return false;
  const [row] = await manager.query<{ isOne: boolean }[]>(
    `SELECT count(DISTINCT coalesce(a.canonical_id, c.id)) = 1 AS "isOne"
     FROM unnest($1::uuid[]) AS c (id) LEFT JOIN customer_alias a ON a.customer_id = c.id`,
    [[...known]],
  );
  return row?.isOne !== true;
}
