import { validate as isUuid } from 'uuid';
import { badUserInput, conflict } from '../kit/graph/errors.js';
import type { Idempotency } from '../kit/flow/oncePerKey.js';
import type { RequestContext } from '../kit/serve/RequestContext.js';
import { Case } from './entities/Case.js';
import { ServicePromise } from './entities/ServicePromise.js';
import { requireOwed } from './promiseStatus.js';
import { reportPromise } from './reports.js';

/** Which promise was kept, and when. */
interface KeptPromise {
  readonly id: string;
  /** The version that the caller has seen; null for whatever is there. */
  readonly expectedVersion: number | null;
  /** Null for now. */
  readonly keptAt: Date | null;
}

/**
 * Notes that we kept a promise. The row is locked, so that it is kept once.
 * @throws BAD_USER_INPUT for an unknown promise or one that is not owed (any more); CONFLICT when the version is stale
 */
export function keepPromise(
  context: RequestContext,
  { id, expectedVersion, keptAt }: KeptPromise,
  once: Idempotency,
): Promise<ServicePromise> {
  return context.write(async (manager, outbox) => {
    const current = isUuid(id)
      ? await manager.findOne(ServicePromise, { where: { id }, lock: { mode: 'pessimistic_write' } })
      : null;
    if (current === null) throw badUserInput(`id: there is no Promise ${id}`, 'id');
    if (expectedVersion !== null && current.version !== expectedVersion) throw conflict('The promise', current.version);
    const now = new Date();
    requireOwed(current, keptAt ?? now, 'id');
    const changed = { keptAt: keptAt ?? now, updatedAt: now, version: current.version + 1 };
    await manager.update(ServicePromise, { id: current.id }, changed);
    const kept = Object.assign(current, changed);
    // It may be somebody else's by now, where the promise was made while they were merged.
    const of = kept.caseId === null ? null : await manager.findOneBy(Case, { id: kept.caseId });
    reportPromise(outbox, kept, kept.keptAt, of);
    return kept;
  }, once);
}
