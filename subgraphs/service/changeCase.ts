import { Big } from 'big.js';
import type { EntityManager } from 'typeorm';
import { v7 as uuid, validate as isUuid } from 'uuid';
import { badUserInput, conflict } from '../kit/graph/errors.js';
import type { Outbox } from '../kit/flow/Outbox.js';
import type { Idempotency } from '../kit/flow/oncePerKey.js';
import type { RequestContext } from '../kit/serve/RequestContext.js';
import type { CaseStatus } from './caseStatus.js';
import { Case } from './entities/Case.js';
import { CaseStatusChange } from './entities/CaseStatusChange.js';
import { serviceSettings, type ServiceSettings } from './serviceSettings.js';
import { resumedDue } from './sla.js';

/** Which case a caller wants to change. */
export interface CaseToChange {
  readonly id: string;
  /** The name of the argument that gave the id. */
  readonly argument: string;
  /** The version that the caller has seen; null to change whatever is there. */
  readonly expectedVersion: number | null;
}

/** What is known when a change is decided. */
interface Deciding {
  readonly manager: EntityManager;
  readonly outbox: Outbox;
  readonly now: Date;
  readonly argument: string;
  readonly reopenDays: number;
}

/** What becomes of a case. */
interface CaseChange {
  readonly columns: Partial<Case>;
  /** Why its status changes, for the history. */
  readonly note?: string | null;
}

/**
 * Stops the clock when the customer's turn begins and lets it run on when that, or a time of being taken for resolved, is
 * over.
 */
function clockAfter(
  current: Case,
  status: CaseStatus,
  now: Date,
  calendar: ServiceSettings['calendar'],
): Partial<Case> {
  if (status === current.status) return {};
  if (status === 'AWAITING_CUSTOMER') return { waitingSince: now };
  const since = current.status === 'RESOLVED' ? current.resolvedAt : current.waitingSince;
  if (since === null) return {};
  const waited = new Big(now.getTime() - since.getTime()).div(1000);
  return {
    waitingSince: null,
    waitedSeconds: waited.plus(current.waitedSeconds).toFixed(3),
    ...resumedDue(current, since, now, calendar),
  };
}

/**
 * Changes one case in a transaction, locked until its end, so that two writers take turns. A change of status moves the
 * clock and is written down in the history.
 * @param change what becomes of it, decided from what it is; it may write other rows and throw
 * @param before what is to be done first, before the case is locked
 * @returns the case as it is now, one version on
 * @throws BAD_USER_INPUT for an unknown case; CONFLICT when the version is stale
 */
export function changeCase(
  context: RequestContext,
  { id, argument, expectedVersion }: CaseToChange,
  once: Idempotency,
  change: (current: Case, deciding: Deciding) => Promise<CaseChange> | CaseChange,
  before?: (manager: EntityManager) => Promise<void>,
): Promise<Case> {
  const { calendar, reopenDays } = context.settings(serviceSettings);
  return context.write(async (manager, outbox) => {
    await before?.(manager);
    const current = isUuid(id)
      ? await manager.findOne(Case, { where: { id }, lock: { mode: 'pessimistic_write' } })
      : null;
    if (current === null) throw badUserInput(`${argument}: there is no Case ${id}`, argument);
    if (expectedVersion !== null && current.version !== expectedVersion) throw conflict('The case', current.version);
    // After the lock, so that the times of two writers are in the order of their writes.
    const now = new Date();
    const { columns, note = null } = await change(current, { manager, outbox, now, argument, reopenDays });
    const status = columns.status ?? current.status;
    const changed = {
      ...columns,
      ...clockAfter(current, status, now, calendar),
      updatedAt: now,
      version: current.version + 1,
    };
    if (status !== current.status) {
      const step = { id: uuid(), caseId: current.id, fromStatus: current.status, toStatus: status };
      await manager.insert(CaseStatusChange, { ...step, note, changedAt: now });
    }
    await manager.update(Case, { id: current.id }, changed);
    return Object.assign(current, changed);
  }, once);
}
