import { v7 as uuid } from 'uuid';
import type { z } from 'zod';
import type { Idempotency } from '../kit/flow/oncePerKey.js';
import type { RequestContext } from '../kit/serve/RequestContext.js';
import type { recordCompetitorRatingInput } from './competitorRatingInput.js';
import { CompetitorRating } from './entities/CompetitorRating.js';
import { reportCompetitorRating } from './reports.js';

/**
 * Records how a customer sees a competitor, and us beside them.
 * @throws BAD_USER_INPUT for an unknown customer
 */
export async function recordCompetitorRating(
  context: RequestContext,
  input: z.output<typeof recordCompetitorRatingInput>,
  once: Idempotency,
): Promise<CompetitorRating> {
  await context.references.require('Customer', { 'input.customerId': input.customerId }, context.requestId);
  return context.write(async (manager, outbox) => {
    const now = new Date();
    const rating = manager.create(CompetitorRating, {
      id: uuid(),
      ...input,
      ours: input.ours ?? null,
      verbatim: input.verbatim ?? null,
      ratedAt: input.ratedAt ?? now,
      createdAt: now,
    });
    await manager.insert(CompetitorRating, rating);
    reportCompetitorRating(outbox, rating);
    return rating;
  }, once);
}
