import type { EntityManager, FindOptionsWhere, ObjectLiteral } from 'typeorm';
import { validate as isUuid } from 'uuid';
import type { Class } from '../kit/graph/Class.js';
import { badUserInput, conflict } from '../kit/graph/errors.js';

interface Versioned extends ObjectLiteral {
  readonly id: string;
  readonly version: number;
}

type Changes<T> = { readonly [K in keyof T]?: T[K] | undefined };

/**
 * The row to be changed, locked until the transaction ends.
 * @param expectedVersion the version that the caller has seen; null or undefined to change whatever is there
 * @throws BAD_USER_INPUT for an unknown id; CONFLICT when the version is stale
 */
export async function lockRow<T extends Versioned>(
  manager: EntityManager,
  entity: Class<T>,
  id: string,
  expectedVersion: number | null | undefined,
): Promise<T> {
  const where = { id } as FindOptionsWhere<T>;
  const row = isUuid(id) ? await manager.findOne(entity, { where, lock: { mode: 'pessimistic_write' } }) : null;
  if (row === null) throw badUserInput(`id: there is no ${entity.name} ${id}`, 'id');
  if (typeof expectedVersion === 'number' && row.version !== expectedVersion) {
    throw conflict(`The ${entity.name.toLowerCase()}`, row.version);
  }
  return row;
}

/**
 * Writes the changes of a locked row, with its next version, and reads it back as the graph shows it.
 * @param changes what is undefined stays as it is
 */
export async function saveRow<T extends Versioned>(
  manager: EntityManager,
  entity: Class<T>,
  row: T,
  changes: Changes<NoInfer<T>>,
): Promise<T> {
  const given = Object.entries(changes).filter(([, value]) => value !== undefined);
  const columns = { ...Object.fromEntries(given), version: row.version + 1, updatedAt: new Date() };
  await manager.update(entity, { id: row.id }, columns as never);
  return manager.findOneByOrFail(entity, { id: row.id } as FindOptionsWhere<T>);
}

/**
 * Makes sure that a row of ours exists.
 * @param argument names the argument that holds the id; null and undefined ids are passed over
 */
export async function requireRow<T extends ObjectLiteral>(
  manager: EntityManager,
  entity: Class<T>,
  id: string | null | undefined,
  argument: string,
): Promise<void> {
  if (id === null || id === undefined) return;
  if (!isUuid(id) || !(await manager.existsBy(entity, { id } as never))) {
    throw badUserInput(`${argument}: there is no ${entity.name} ${id}`, argument);
  }
}
