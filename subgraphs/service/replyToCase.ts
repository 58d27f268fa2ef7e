import { v7 as uuid } from 'uuid';
import type { z } from 'zod';
import type { Idempotency } from '../kit/flow/oncePerKey.js';
import { actingEmployee } from '../kit/guard/actingEmployee.js';
import type { RequestContext } from '../kit/serve/RequestContext.js';
import type { replyToCaseInput } from './caseInput.js';
import { requireLive, type CaseStatus } from './caseStatus.js';
import { changeCase, type CaseToChange } from './changeCase.js';
import type { Case } from './entities/Case.js';
import { CaseMessage } from './entities/CaseMessage.js';
import { reportMessage } from './reports.js';

type Input = z.output<typeof replyToCaseInput>;

function statusAfter(status: CaseStatus, { employeeId, awaitingCustomer }: Input): CaseStatus {
  if (!employeeId) return status === 'AWAITING_CUSTOMER' ? 'OPEN' : status;
  if (typeof awaitingCustomer !== 'boolean') return status;
  return awaitingCustomer ? 'AWAITING_CUSTOMER' : 'OPEN';
}

/**
 * Adds a message of the customer or of an employee. The first one of an employee is the first response.
 * @throws FORBIDDEN for another employee than the caller; BAD_USER_INPUT for an unknown case, an employee who is unknown or left, or a case that is over; CONFLICT when the version is stale
 */
export async function replyToCase(
  context: RequestContext,
  which: CaseToChange,
  input: Input,
  once: Idempotency,
): Promise<Case> {
  const employeeId = input.employeeId ?? null;
  const change: Parameters<typeof changeCase>[3] = async (current, deciding) => {
    requireLive(current, deciding);
    const { manager, outbox, now } = deciding;
    const message = {
      id: uuid(),
      caseId: current.id,
      author: employeeId === null ? ('CUSTOMER' as const) : ('EMPLOYEE' as const),
      employeeId,
      body: input.body,
      sentAt: now,
    };
    await manager.insert(CaseMessage, message);
    reportMessage(outbox, current, message);
    const firstRespondedAt = current.firstRespondedAt ?? (employeeId === null ? null : now);
    return { columns: { status: statusAfter(current.status, input), firstRespondedAt } };
  };
  return changeCase(context, which, once, change, async (manager) => {
    // Without one it is the customer who writes, whoever enters it.
    if (employeeId !== null) await actingEmployee(context, manager, employeeId, 'input.employeeId');
  });
}
