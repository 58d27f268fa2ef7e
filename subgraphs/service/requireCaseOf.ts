import type { EntityManager } from 'typeorm';
import { validate as isUuid } from 'uuid';
import { badUserInput } from '../kit/graph/errors.js';
import { recordAsOf } from '../kit/ownership/rowOwner.js';
import { Case } from './entities/Case.js';

/**
 * The case that `input.caseId` names, which must be the customer's; null when none is given. What is then written of the customer is recorded for whom the case was.
 * @throws BAD_USER_INPUT when it is not
 */
export async function requireCaseOf(
  manager: EntityManager,
  caseId: string | null,
  customerId: string,
): Promise<Case | null> {
  if (caseId === null) return null;
  const found = isUuid(caseId) ? await manager.findOneBy(Case, { id: caseId }) : null;
  if (found !== null && (await recordAsOf(manager, Case, found.id, customerId))) return found;
  throw badUserInput(`input.caseId: there is no Case ${caseId} of Customer ${customerId}`, 'input.caseId');
}
