import { validate as isUuid } from 'uuid';
import type { z } from 'zod';
import { badUserInput } from '../kit/graph/errors.js';
import type { Idempotency } from '../kit/flow/oncePerKey.js';
import { findExternal } from '../kit/ownership/findExternal.js';
import type { RequestContext } from '../kit/serve/RequestContext.js';
import { Survey } from './entities/Survey.js';
import { SurveyResponse } from './entities/SurveyResponse.js';
import { reportResponse } from './reports.js';
import { SCALES } from './surveyKind.js';
import type { submitSurveyResponseInput } from './surveyResponseInput.js';

function checkSurvey(survey: Survey | null, surveyId: string, score: number): asserts survey is Survey {
  if (survey === null) throw badUserInput(`input.surveyId: there is no Survey ${surveyId}`, 'input.surveyId');
  if (!survey.active) {
    throw badUserInput(`input.surveyId: the survey "${survey.title}" takes no more responses`, 'input.surveyId');
  }
  const { min, max } = SCALES[survey.kind];
  if (score < min || score > max) {
    throw badUserInput(`input.score must be ${min} to ${max} for ${survey.kind}, not ${score}`, 'input.score', {
      min,
      max,
    });
  }
}

/**
 * Records a response. A customer may answer the same survey again, after another experience; it is recorded once for each `externalId`.
 * @throws BAD_USER_INPUT for an unknown customer or survey, a survey that is not active, a score that is not on its scale, or an
 *   `externalId` under which something else is recorded
 */
export async function submitSurveyResponse(
  context: RequestContext,
  input: z.output<typeof submitSurveyResponseInput>,
  once: Idempotency,
): Promise<SurveyResponse> {
  const { surveyId, customerId, score } = input;
  await context.references.require('Customer', { 'input.customerId': customerId }, context.requestId);
  return context.write(async (manager, outbox) => {
    const said = { customerId, surveyId: surveyId.toLowerCase() };
    const { id, there } = await findExternal(context.database, manager, SurveyResponse, input.externalId, said);
    if (there) return there;
    // A shared lock: many may answer at once, while nobody ends the survey under them.
    const survey = isUuid(surveyId)
      ? await manager.findOne(Survey, { where: { id: surveyId }, lock: { mode: 'pessimistic_read' } })
      : null;
    checkSurvey(survey, surveyId, score);
    const now = new Date();
    const response = manager.create(SurveyResponse, {
      id,
      surveyId,
      customerId,
      kind: survey.kind,
      score,
      verbatim: input.verbatim ?? null,
      language: input.language ?? null,
      respondentGroup: input.respondentGroup ?? null,
      experience: input.experience ?? null,
      importance: input.importance ?? null,
      expected: input.expected ?? null,
      delivered: input.delivered ?? null,
      channel: input.channel ?? null,
      respondedAt: input.respondedAt ?? now,
      source: null,
      sourceKey: null,
      createdAt: now,
      loopClosedAt: null,
      loopEmployeeId: null,
      loopOutcome: null,
      loopNote: null,
      version: 1,
    });
    await manager.insert(SurveyResponse, response);
    reportResponse(outbox, response);
    return response;
  }, once);
}
