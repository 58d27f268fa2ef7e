import type { Idempotency } from '../kit/flow/oncePerKey.js';
import type { RequestContext } from '../kit/serve/RequestContext.js';
import { requireLive } from './caseStatus.js';
import { changeCase, type CaseToChange } from './changeCase.js';
import type { Case } from './entities/Case.js';
import { reportCaseStep } from './reports.js';

/**
 * Resolves a case.
 * @param resolution how it was resolved, checked
 * @throws BAD_USER_INPUT for an unknown case or one that is over; CONFLICT when the version is stale
 */
export async function resolveCase(
  context: RequestContext,
  which: CaseToChange,
  resolution: string,
  once: Idempotency,
): Promise<Case> {
  return changeCase(context, which, once, (current, deciding) => {
    requireLive(current, deciding);
    reportCaseStep(deciding.outbox, current, 'RESOLVED', deciding.now, resolution);
    return { columns: { status: 'RESOLVED', resolution, resolvedAt: deciding.now }, note: resolution };
  });
}
