import { Field, InputType } from 'type-graphql';
import { z } from 'zod';
import { DateTime } from '../kit/graph/DateTime.js';

@InputType({ description: 'A stretch of time, at most ten years long.' })
export class FeedbackPeriodInput {
  @Field(() => DateTime, { description: 'Its first moment.' })
  from: Date;

  @Field(() => DateTime, { description: 'Its end: the first moment that is no more part of it. After `from`.' })
  to: Date;
}

/** A period: not empty, and not so long that it must be a mistake. */
export interface Period {
  readonly from: Date;
  readonly to: Date;
}

const TEN_YEARS_MS = 3_653 * 24 * 3_600_000;

/** Checks a `FeedbackPeriodInput`. */
export const period = z
  .object({ from: z.date(), to: z.date() })
  .refine(({ from, to }) => to > from, { path: ['to'], message: 'must be after from' })
  .refine(({ from, to }) => to.getTime() - from.getTime() <= TEN_YEARS_MS, {
    path: ['to'],
    message: 'must be at most ten years after from',
  });
