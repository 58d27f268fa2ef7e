import type { z } from 'zod';
import { badUserInput } from '../kit/graph/errors.js';
import type { Idempotency } from '../kit/flow/oncePerKey.js';
import { requireActive } from '../kit/guard/requireActive.js';
import type { RequestContext } from '../kit/serve/RequestContext.js';
import type { escalateCaseInput } from './caseInput.js';
import { requireLive } from './caseStatus.js';
import { changeCase, type CaseToChange } from './changeCase.js';
import type { Case } from './entities/Case.js';

const HIGHEST_LEVEL = 3;

/**
 * Raises a case by one level, whether it is our turn or the customer's, and hands it to somebody else where one is named.
 * @throws BAD_USER_INPUT for an unknown case or employee, a case that is over or at the highest level; CONFLICT when the
 *   version is stale
 */
export async function escalateCase(
  context: RequestContext,
  which: CaseToChange,
  { reason, assigneeId }: z.output<typeof escalateCaseInput>,
  once: Idempotency,
): Promise<Case> {
  const change: Parameters<typeof changeCase>[3] = (current, deciding) => {
    requireLive(current, deciding);
    const { argument, now } = deciding;
    if (current.escalationLevel >= HIGHEST_LEVEL) {
      const message = `${argument}: ${current.number} is at level ${HIGHEST_LEVEL} already, the highest`;
      throw badUserInput(message, argument, { escalationLevel: current.escalationLevel });
    }
    return {
      columns: {
        escalationLevel: current.escalationLevel + 1,
        escalatedAt: now,
        escalationReason: reason,
        assigneeId: assigneeId ?? current.assigneeId,
      },
    };
  };
  return changeCase(context, which, once, change, (manager) =>
    requireActive(manager, { 'input.assigneeId': assigneeId }),
  );
}
