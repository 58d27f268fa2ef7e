import { v7 as uuid } from 'uuid';
import type { Idempotency } from '../kit/flow/oncePerKey.js';
import { lockEmployees } from '../kit/guard/lockEmployees.js';
import type { RequestContext } from '../kit/serve/RequestContext.js';
import { requireReopenable } from './caseStatus.js';
import { changeCase, type CaseToChange } from './changeCase.js';
import type { Case } from './entities/Case.js';
import { CaseStatusChange } from './entities/CaseStatusChange.js';
import { reportCaseStep } from './reports.js';

/**
 * Reopens a resolved case. Its resolution is no more the case's, but stays in its history.
 * @param reason why, checked
 * @throws BAD_USER_INPUT for an unknown case or one that cannot be reopened (any more); CONFLICT when the version is stale
 */
export async function reopenCase(
  context: RequestContext,
  which: CaseToChange,
  reason: string,
  once: Idempotency,
): Promise<Case> {
  return changeCase(context, which, once, async (current, deciding) => {
    requireReopenable(current, deciding);
    const { manager, outbox, now } = deciding;
    const resolved = { caseId: current.id, toStatus: 'RESOLVED' as const };
    if (current.resolvedAt !== null && !(await manager.existsBy(CaseStatusChange, resolved))) {
      // Resolved before steps were kept: what is overwritten now must not be lost.
      const step = { ...resolved, id: uuid(), note: current.resolution, changedAt: current.resolvedAt };
      await manager.insert(CaseStatusChange, { ...step, fromStatus: null });
    }
    reportCaseStep(outbox, current, 'REOPENED', now, reason);
    // Who took care of it may have left since: what was over stayed theirs until now.
    const { assigneeId } = current;
    const isStaff = assigneeId !== null && (await lockEmployees(manager, [assigneeId])).get(assigneeId) === true;
    const columns = { status: 'OPEN' as const, resolvedAt: null, resolution: null };
    return { columns: { ...columns, assigneeId: isStaff ? assigneeId : null }, note: reason };
  });
}
