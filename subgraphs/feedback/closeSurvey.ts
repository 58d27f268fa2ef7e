import { validate as isUuid } from 'uuid';
import { badUserInput, conflict } from '../kit/graph/errors.js';
import type { Idempotency } from '../kit/flow/oncePerKey.js';
import type { RequestContext } from '../kit/serve/RequestContext.js';
import { Survey } from './entities/Survey.js';

/**
 * Closes a survey: it takes no more responses, and those it has stay. Responses under way are in before it closes.
 * @param expectedVersion the version that the caller has seen; null to close whatever is there
 * @throws BAD_USER_INPUT for an unknown survey, or one that is closed already; CONFLICT when the version is stale
 */
export function closeSurvey(
  context: RequestContext,
  id: string,
  expectedVersion: number | null,
  once: Idempotency,
): Promise<Survey> {
  return context.write(async (manager) => {
    const survey = isUuid(id)
      ? await manager.findOne(Survey, { where: { id }, lock: { mode: 'pessimistic_write' } })
      : null;
    if (survey === null) throw badUserInput(`id: there is no Survey ${id}`, 'id');
    if (expectedVersion !== null && survey.version !== expectedVersion) throw conflict('The survey', survey.version);
    if (!survey.active) {
      throw badUserInput(`id: the survey "${survey.title}" is closed already, and stays so`, 'id', { allowed: [] });
    }
    const now = new Date();
    Object.assign(survey, { active: false, closedAt: now, updatedAt: now, version: survey.version + 1 });
    return manager.save(survey);
  }, once);
}
