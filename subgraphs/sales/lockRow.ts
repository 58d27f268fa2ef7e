import type { EntityManager, FindOptionsWhere } from 'typeorm';
import { validate as isUuid } from 'uuid';
import type { Class } from '../kit/graph/Class.js';
import { badUserInput, conflict } from '../kit/graph/errors.js';

/** Which row a mutation changes, as its caller names it. */
export interface RowToLock {
  /** The argument that holds the id, for the error. */
  readonly argument: string;
  readonly id: string;
  /** The version that the caller has seen; null or undefined to change whatever is there. */
  readonly expectedVersion?: number | null | undefined;
}

/**
 * Reads a row and keeps others from changing it until the transaction ends.
 * @throws BAD_USER_INPUT when there is no such row; CONFLICT when the version is stale
 */
export async function lockRow<T extends { id: string; version: number }>(
  manager: EntityManager,
  entity: Class<T>,
  { argument, id, expectedVersion }: RowToLock,
): Promise<T> {
  const where = { id } as FindOptionsWhere<T>;
  const row = isUuid(id) ? await manager.findOne<T>(entity, { where, lock: { mode: 'pessimistic_write' } }) : null;
  if (row === null) throw badUserInput(`${argument}: there is no ${entity.name} ${id}`, argument);
  if (typeof expectedVersion === 'number' && row.version !== expectedVersion) {
    throw conflict(`The ${entity.name.toLowerCase()}`, row.version);
  }
  return row;
}
