import sql from 'sql-template-tag';
import { v7 as uuid } from 'uuid';
import type { z } from 'zod';
import { badUserInput } from '../kit/graph/errors.js';
import type { Idempotency } from '../kit/flow/oncePerKey.js';
import { actingEmployee } from '../kit/guard/actingEmployee.js';
import type { RequestContext } from '../kit/serve/RequestContext.js';
import type { recordEmployeeSurveyInput } from './employeeSurveyInput.js';
import { EmployeeSurvey } from './entities/EmployeeSurvey.js';

/**
 * Records what an employee answered. They answer once a kind and period.
 * @throws BAD_USER_INPUT for an employee who is unknown or left, or a second answer of the same kind for the same period
 */
export async function recordEmployeeSurvey(
  context: RequestContext,
  input: z.output<typeof recordEmployeeSurveyInput>,
  once: Idempotency,
): Promise<EmployeeSurvey> {
  const { kind, score, period, verbatim } = input;
  return context.write(async (manager) => {
    const employeeId = await actingEmployee(context, manager, input.employeeId, 'input.employeeId');
    if (employeeId === null) {
      throw badUserInput('input.employeeId: say who answered; no employee signs in as you', 'input.employeeId');
    }
    const now = new Date();
    const survey = manager.create(EmployeeSurvey, {
      id: uuid(),
      employeeId,
      kind,
      score,
      period,
      verbatim: verbatim ?? null,
      answeredAt: input.answeredAt ?? now,
      createdAt: now,
    });
    const added = await context.database.query(
      sql`INSERT INTO employee_survey (id, employee_id, kind, score, period, verbatim, answered_at, created_at)
          VALUES (${survey.id}, ${employeeId}, ${kind}, ${score}, ${period}, ${survey.verbatim}, ${survey.answeredAt}, ${now})
          ON CONFLICT (employee_id, kind, period) DO NOTHING RETURNING id`,
      manager,
    );
    if (added.length === 0) {
      throw badUserInput(`input.period: they have answered ${kind} for ${period} already`, 'input.period');
    }
    return survey;
  }, once);
}
