import type { EntityManager } from 'typeorm';
import { validate as isUuid } from 'uuid';
import { badUserInput } from '../kit/errors.js';
import { Case } from './entities/Case.js';

/**
 * Makes sure that `input.caseId`, where one is given, is a case of the customer.
 * @throws BAD_USER_INPUT when it is not
 */
export async function requireCaseOf(manager: EntityManager, caseId: string | null, customerId: string): Promise<void> {
  if (caseId === null) return;
  if (isUuid(caseId) && (await manager.existsBy(Case, { id: caseId, customerId }))) return;
  throw badUserInput(`input.caseId: there is no Case ${caseId} of Customer ${customerId}`, 'input.caseId');
}
