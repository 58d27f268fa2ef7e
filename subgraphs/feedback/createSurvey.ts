import { v7 as uuid } from 'uuid';
import type { z } from 'zod';
import type { Idempotency } from '../kit/flow/oncePerKey.js';
import type { RequestContext } from '../kit/serve/RequestContext.js';
import { Survey } from './entities/Survey.js';
import type { createSurveyInput } from './surveyInput.js';

/** Makes a survey that takes responses at once. */
export function createSurvey(
  context: RequestContext,
  input: z.output<typeof createSurveyInput>,
  once: Idempotency,
): Promise<Survey> {
  return context.write(async (manager) => {
    const now = new Date();
    const state = { active: true, closedAt: null, createdAt: now, updatedAt: now, version: 1 };
    const survey = manager.create(Survey, { id: uuid(), ...input, ...state });
    await manager.insert(Survey, survey);
    return survey;
  }, once);
}
