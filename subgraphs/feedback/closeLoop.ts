import { validate as isUuid } from 'uuid';
import type { z } from 'zod';
import { badUserInput, conflict } from '../kit/graph/errors.js';
import type { Idempotency } from '../kit/flow/oncePerKey.js';
import { actingEmployee } from '../kit/guard/actingEmployee.js';
import type { RequestContext } from '../kit/serve/RequestContext.js';
import type { closeLoopInput } from './closeLoopInput.js';
import { SurveyResponse } from './entities/SurveyResponse.js';
import { loopStatus, NEXT_LOOP_STATUS } from './feedbackLoop.js';
import { reportLoop } from './reports.js';

function checkOpen(response: SurveyResponse): void {
  const status = loopStatus(response);
  if (status === null) {
    const message = `responseId: a ${response.kind} score of ${response.score} is no detractor's: there is no loop to close`;
    throw badUserInput(message, 'responseId', { allowed: [] });
  }
  const allowed = NEXT_LOOP_STATUS[status];
  if (!allowed.includes('CLOSED')) {
    throw badUserInput('responseId: the loop is closed already, and stays so', 'responseId', { allowed });
  }
}

/**
 * Notes that somebody followed up what a detractor said: the loop goes from OPEN to CLOSED, once.
 * @param expectedVersion the version that the caller has seen; null to close whatever is there
 * @throws BAD_USER_INPUT for an unknown response, an employee who is unknown or left, a response that is no detractor's, a loop that is closed, or
 *   a time before the response; CONFLICT when the version is stale
 */
export async function closeLoop(
  context: RequestContext,
  responseId: string,
  input: z.output<typeof closeLoopInput>,
  expectedVersion: number | null,
  once: Idempotency,
): Promise<SurveyResponse> {
  return context.write(async (manager, outbox) => {
    const employeeId = await actingEmployee(context, manager, input.employeeId, 'input.employeeId');
    if (employeeId === null) {
      throw badUserInput('input.employeeId: say who followed up; no employee signs in as you', 'input.employeeId');
    }
    const response = isUuid(responseId)
      ? await manager.findOne(SurveyResponse, { where: { id: responseId }, lock: { mode: 'pessimistic_write' } })
      : null;
    if (response === null) throw badUserInput(`responseId: there is no SurveyResponse ${responseId}`, 'responseId');
    if (expectedVersion !== null && response.version !== expectedVersion) {
      throw conflict('The survey response', response.version);
    }
    checkOpen(response);
    const loopClosedAt = input.closedAt ?? new Date();
    if (loopClosedAt < response.respondedAt) {
      throw badUserInput('input.closedAt must not lie before the response', 'input.closedAt');
    }
    Object.assign(response, {
      loopClosedAt,
      loopEmployeeId: employeeId,
      loopOutcome: input.outcome,
      loopNote: input.note ?? null,
      version: response.version + 1,
    });
    reportLoop(outbox, response, loopClosedAt, input.outcome);
    return manager.save(response);
  }, once);
}
