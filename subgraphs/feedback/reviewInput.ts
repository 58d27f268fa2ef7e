import { Field, ID, InputType, Int } from 'type-graphql';
import { z } from 'zod';
import { DateTime } from '../kit/graph/DateTime.js';
import { EXTERNAL_ID, ExternalIdInput, externalIdInput } from '../kit/graph/ExternalIdInput.js';
import { text } from '../kit/graph/parseInput.js';
import { pastMoment } from '../kit/graph/pastMoment.js';

@InputType({ description: 'What somebody said about us in public.' })
export class RecordReviewInput {
  @Field(() => ID, { nullable: true, description: 'Who wrote it, where we know.' })
  customerId?: string | null;

  @Field(() => String, { description: 'Where it stands: `Trustpilot`. At most 100 characters.' })
  site: string;

  @Field(() => Int, { description: 'Stars, 1 (worst) to 5 (best).' })
  rating: number;

  @Field(() => String, { nullable: true, description: 'Its heading. At most 200 characters.' })
  title?: string | null;

  @Field(() => String, { nullable: true, description: 'What they wrote, word for word. At most 10,000 characters.' })
  text?: string | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether they recommend us, where they say so.' })
  recommended?: boolean | null;

  @Field(() => Int, { defaultValue: 0, description: 'How many people are likely to have read it: an estimate.' })
  estimatedReach: number;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When it was published. Not in the future, at most ten years back. Now by default.',
  })
  publishedAt?: Date | null;

  @Field(() => ExternalIdInput, EXTERNAL_ID)
  externalId?: ExternalIdInput | null;
}

export const recordReviewInput = z.object({
  customerId: z.string().toLowerCase().nullish(),
  site: text(100),
  rating: z.int().min(1, 'must be 1 to 5').max(5, 'must be 1 to 5'),
  title: text(200).nullish(),
  text: text(10_000).nullish(),
  recommended: z.boolean().nullish(),
  estimatedReach: z.int().min(0, 'must not be negative'),
  publishedAt: pastMoment.nullish(),
  externalId: externalIdInput.nullish(),
});
