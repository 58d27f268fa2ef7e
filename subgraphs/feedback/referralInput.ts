import { Field, ID, InputType } from 'type-graphql';
import { z } from 'zod';
import { DateTime } from '../kit/graph/DateTime.js';
import { text } from '../kit/graph/parseInput.js';
import { pastMoment } from '../kit/graph/pastMoment.js';

@InputType({ description: 'A customer who brought us another.' })
export class RecordReferralInput {
  @Field(() => ID, { description: 'Who recommended us.' })
  customerId: string;

  @Field(() => ID, { description: 'Whom they brought to us: another customer.' })
  referredCustomerId: string;

  @Field(() => String, { nullable: true, description: 'How it came about. At most 10,000 characters.' })
  note?: string | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When they recommended us. Not in the future, at most ten years back. Now by default.',
  })
  referredAt?: Date | null;
}

export const recordReferralInput = z
  .object({
    customerId: z.string().toLowerCase(),
    referredCustomerId: z.string().toLowerCase(),
    note: text(10_000).nullish(),
    referredAt: pastMoment.nullish(),
  })
  .refine(({ customerId, referredCustomerId }) => customerId !== referredCustomerId, {
    path: ['referredCustomerId'],
    message: 'must be another customer',
  });
