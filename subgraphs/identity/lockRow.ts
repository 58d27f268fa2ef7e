import type { EntityManager, FindOptionsWhere, ObjectLiteral } from 'typeorm';
import { validate as isUuid } from 'uuid';
import type { Class } from '../kit/graph/Class.js';
import { badUserInput, conflict } from '../kit/graph/errors.js';

/** Which row a caller wants to change, and what they have seen of it. */
export interface Change {
  readonly id: string;
  /** The name under which the caller gave the id. */
  readonly argument: string;
  /** The version that the caller has seen; null to change whatever is there. */
  readonly expectedVersion: number | null;
}

/**
 * The row, locked until the transaction ends (but for those who only refer to it), so that of two writers at once the second sees what the first wrote.
 * @throws BAD_USER_INPUT when there is none; CONFLICT when its version is another than the expected one
 */
export async function lockRow<T extends ObjectLiteral & { id: string; version: number }>(
  manager: EntityManager,
  entity: Class<T>,
  { id, argument, expectedVersion }: Change,
): Promise<T> {
  const where = { id } as FindOptionsWhere<T>;
  const row = isUuid(id) ? await manager.findOne(entity, { where, lock: { mode: 'for_no_key_update' } }) : null;
  if (row === null) throw badUserInput(`${argument}: there is no ${entity.name} ${id}`, argument);
  if (expectedVersion !== null && row.version !== expectedVersion) {
    throw conflict(`The ${entity.name.toLowerCase()}`, row.version);
  }
  return row;
}
