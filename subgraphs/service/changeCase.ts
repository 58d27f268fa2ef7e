import type { EntityManager } from 'typeorm';
import { validate as isUuid } from 'uuid';
import { badUserInput, conflict } from '../kit/errors.js';
import { Case } from './entities/Case.js';

/** Which case a caller wants to change. */
export interface CaseToChange {
  readonly id: string;
  /** The name of the argument that gave the id. */
  readonly argument: string;
  /** The version that the caller has seen; null to change whatever is there. */
  readonly expectedVersion: number | null;
}

/**
 * Changes one case, locked until the transaction ends, so that two writers take turns.
 * @param change what becomes of it, decided from what it is; it may write other rows and throw
 * @returns the case as it is now, one version on
 * @throws BAD_USER_INPUT for an unknown case; CONFLICT when the version is stale
 */
export async function changeCase(
  manager: EntityManager,
  { id, argument, expectedVersion }: CaseToChange,
  change: (current: Case, now: Date) => Promise<Partial<Case>> | Partial<Case>,
): Promise<Case> {
  const current = isUuid(id)
    ? await manager.findOne(Case, { where: { id }, lock: { mode: 'pessimistic_write' } })
    : null;
  if (current === null) throw badUserInput(`${argument}: there is no Case ${id}`, argument);
  if (expectedVersion !== null && current.version !== expectedVersion) throw conflict('The case', current.version);
  // After the lock, so that the times of two writers are in the order of their writes.
  const now = new Date();
  const changed = { ...(await change(current, now)), updatedAt: now, version: current.version + 1 };
  await manager.update(Case, { id: current.id }, changed);
  return Object.assign(current, changed);
}
