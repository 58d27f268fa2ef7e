import { Field, ID, InputType } from 'type-graphql';
import { z } from 'zod';
import { DateTime } from '../kit/graph/DateTime.js';
import { text } from '../kit/graph/parseInput.js';
import { pastMoment } from '../kit/graph/pastMoment.js';
import { LoopOutcome } from './LoopOutcome.js';

@InputType({ description: 'How somebody followed up what a detractor said.' })
export class CloseLoopInput {
  @Field(() => ID, {
    nullable: true,
    description:
      'Who followed up: you by default, where you sign in as an employee. Another needs the scope `staff:act`.',
  })
  employeeId?: string | null;

  @Field(() => LoopOutcome, { description: 'What came of it.' })
  outcome: LoopOutcome;

  @Field(() => String, { nullable: true, description: 'What was said and done. At most 10,000 characters.' })
  note?: string | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When, where that was before now: not in the future, not before the response. Now by default.',
  })
  closedAt?: Date | null;
}

export const closeLoopInput = z.object({
  employeeId: z.string().toLowerCase().nullish(),
  outcome: z.enum(LoopOutcome),
  note: text(10_000).nullish(),
  closedAt: pastMoment.nullish(),
});
