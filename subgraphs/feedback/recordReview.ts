import type { z } from 'zod';
import type { Idempotency } from '../kit/flow/oncePerKey.js';
import { findExternal } from '../kit/ownership/findExternal.js';
import type { RequestContext } from '../kit/serve/RequestContext.js';
import { Review } from './entities/Review.js';
import { reportReview } from './reports.js';
import type { recordReviewInput } from './reviewInput.js';

/**
 * Records what somebody said about us in public; once for each `externalId`.
 * @throws BAD_USER_INPUT for an unknown customer, or an `externalId` under which something else is recorded
 */
export async function recordReview(
  context: RequestContext,
  input: z.output<typeof recordReviewInput>,
  once: Idempotency,
): Promise<Review> {
  await context.references.require('Customer', { 'input.customerId': input.customerId }, context.requestId);
  return context.write(async (manager, outbox) => {
    const said = { customerId: input.customerId ?? null, site: input.site, rating: input.rating };
    const { id, there } = await findExternal(context.database, manager, Review, input.externalId, said);
    if (there) return there;
    const now = new Date();
    const review = manager.create(Review, {
      id,
      customerId: input.customerId ?? null,
      site: input.site,
      rating: input.rating,
      title: input.title ?? null,
      text: input.text ?? null,
      recommended: input.recommended ?? null,
      estimatedReach: input.estimatedReach,
      publishedAt: input.publishedAt ?? now,
      source: null,
      sourceKey: null,
      createdAt: now,
    });
    await manager.insert(Review, review);
    reportReview(outbox, review);
    return review;
  }, once);
}
