import type { EntityManager } from 'typeorm';
import { validate as isUuid } from 'uuid';

/**
 * Whether employees work with us. Until the transaction ends nobody hears here that they left; then what it gave them is taken from them.
 * @param ids in lower case; what is no UUID is nobody
 * @param manager of the transaction
 * @returns of those whom we know, whether they are active
 */
export async function lockEmployees(
  manager: EntityManager,
  ids: readonly string[],
): Promise<ReadonlyMap<string, boolean>> {
  const rows = await manager.query<{ id: string; active: boolean }[]>(
    '/* employees */ SELECT id, active FROM employee_copy WHERE id = ANY($1::uuid[]) ORDER BY id FOR SHARE',
    [ids.filter((id) => isUuid(id))],
  );
  return new Map(rows.map(({ id, active }) => [id, active]));
}
