import type { EntityManager, ObjectLiteral, QueryDeepPartialEntity } from 'typeorm';
import type { Class } from '../graph/Class.js';

/**
 * Inserts a row of a key of a customer (`KeyOfCustomer`), unless there is one that was recorded for whom the caller named. It follows a change of all rows that stood for the value:
 * after an unmerge, the one whom the caller named has it too.
 */
export async function insertForNamed<T extends ObjectLiteral>(
  manager: EntityManager,
  entity: Class<T>,
  row: QueryDeepPartialEntity<T>,
): Promise<void> {
  await manager.createQueryBuilder().insert().into(entity).values(row).orIgnore().execute();
}
