import { v7 as uuid } from 'uuid';
import type { z } from 'zod';
import type { Idempotency } from '../kit/flow/oncePerKey.js';
import type { RequestContext } from '../kit/serve/RequestContext.js';
import { Review } from './entities/Review.js';
import { reportReview } from './reports.js';
import type { recordReviewInput } from './reviewInput.js';

/**
 * Records what somebody said about us in public.
 * @throws BAD_USER_INPUT for an unknown customer
 */
export async function recordReview(
  context: RequestContext,
  input: z.output<typeof recordReviewInput>,
  once: Idempotency,
): Promise<Review> {
  await context.references.require('Customer', { 'input.customerId': input.customerId }, context.requestId);
  return context.write(async (manager, outbox) => {
    const now = new Date();
    const review = manager.create(Review, {
      id: uuid(),
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
