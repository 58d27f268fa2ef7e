import type { RequestContext } from '../kit/RequestContext.js';
import { requireNextStatus } from './caseStatus.js';
import { changeCase, type CaseToChange } from './changeCase.js';
import type { Case } from './entities/Case.js';

/**
 * Resolves a case.
 * @param resolution how it was resolved, checked
 * @throws BAD_USER_INPUT for an unknown case or one that is over; CONFLICT when the version is stale
 */
export async function resolveCase(context: RequestContext, which: CaseToChange, resolution: string): Promise<Case> {
  return context.write((manager) =>
    changeCase(manager, which, (current, now) => {
      requireNextStatus(current, 'RESOLVED', which.argument);
      return { status: 'RESOLVED', resolution, resolvedAt: now };
    }),
  );
}
