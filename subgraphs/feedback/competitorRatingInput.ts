import { Field, ID, InputType, Int } from 'type-graphql';
import { z } from 'zod';
import { DateTime } from '../kit/graph/DateTime.js';
import { text } from '../kit/graph/parseInput.js';
import { pastMoment } from '../kit/graph/pastMoment.js';

@InputType({ description: 'How a customer sees a competitor in one experience, and us beside them.' })
export class RecordCompetitorRatingInput {
  @Field(() => ID, { description: 'Who said it.' })
  customerId: string;

  @Field(() => String, { description: 'Whom they compared us with. At most 100 characters.' })
  competitor: string;

  @Field(() => String, { description: 'In which experience: `delivery`. At most 200 characters.' })
  experience: string;

  @Field(() => Int, { description: 'How good the competitor is, 1 (worst) to 5 (best).' })
  rating: number;

  @Field(() => Int, { nullable: true, description: 'How good we are, on the same scale, where that was asked.' })
  ours?: number | null;

  @Field(() => String, { nullable: true, description: 'What they said, word for word. At most 10,000 characters.' })
  verbatim?: string | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When they said it. Not in the future, at most ten years back. Now by default.',
  })
  ratedAt?: Date | null;
}

const stars = z.int().min(1, 'must be 1 to 5').max(5, 'must be 1 to 5');

export const recordCompetitorRatingInput = z.object({
  customerId: z.string().toLowerCase(),
  competitor: text(100),
  experience: text(200),
  rating: stars,
  ours: stars.nullish(),
  verbatim: text(10_000).nullish(),
  ratedAt: pastMoment.nullish(),
});
