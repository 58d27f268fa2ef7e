import type { Idempotency } from '../kit/flow/oncePerKey.js';
import { requireActive } from '../kit/guard/requireActive.js';
import type { RequestContext } from '../kit/serve/RequestContext.js';
import { requireLive } from './caseStatus.js';
import { changeCase, type CaseToChange } from './changeCase.js';
import type { Case } from './entities/Case.js';

/**
 * Gives a case to an employee, or, with null, to nobody.
 * @throws BAD_USER_INPUT for an unknown case, an employee who is unknown or left, or a case that is over; CONFLICT when the version is stale
 */
export async function assignCase(
  context: RequestContext,
  which: CaseToChange,
  assigneeId: string | null,
  once: Idempotency,
): Promise<Case> {
  return changeCase(
    context,
    which,
    once,
    (current, deciding) => {
      requireLive(current, deciding);
      return { columns: { assigneeId: assigneeId?.toLowerCase() ?? null } };
    },
    (manager) => requireActive(manager, { assigneeId }),
  );
}
