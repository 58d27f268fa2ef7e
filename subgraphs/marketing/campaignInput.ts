import { Field, Float, InputType } from 'type-graphql';
import { z } from 'zod';
import { Channel } from '../kit/graph/Channel.js';
import { DateTime } from '../kit/graph/DateTime.js';
import { MoneyInput, nonNegativeMoney } from '../kit/graph/Money.js';
import { text } from '../kit/graph/parseInput.js';
import { plannedMoment } from './plannedMoment.js';

@InputType({ description: 'A new campaign.' })
export class CreateCampaignInput {
  @Field(() => String, { description: 'What we call it. At most 200 characters; names may repeat.' })
  name: string;

  @Field(() => Channel, { description: 'The channel on which it reaches customers. It stays.' })
  channel: Channel;

  @Field(() => String, { nullable: true, description: 'What it is to achieve. At most 10,000 characters.' })
  objective?: string | null;

  @Field(() => MoneyInput, { nullable: true, description: 'What it may cost in all, zero or more.' })
  budget?: MoneyInput | null;

  @Field(() => Float, {
    nullable: true,
    description: 'The share, 0 to 1, at most four decimals, of those chosen who are left out on purpose. Default: 0.',
  })
  controlShare?: number | null;

  @Field(() => DateTime, { description: 'When it starts: within twenty years of now.' })
  startsAt: Date;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When it ends, not before it starts; null while that is open.',
  })
  endsAt?: Date | null;
}

@InputType({ description: 'What to change of a campaign; what is left out stays.' })
export class UpdateCampaignInput {
  @Field(() => String, { nullable: true, description: 'What we call it. At most 200 characters.' })
  name?: string;

  @Field(() => String, {
    nullable: true,
    description: 'What it is to achieve. At most 10,000 characters; null takes it away.',
  })
  objective?: string | null;

  @Field(() => MoneyInput, {
    nullable: true,
    description: 'What it may cost in all, zero or more; null takes it away.',
  })
  budget?: MoneyInput | null;

  @Field(() => Float, { nullable: true, description: 'The share of the control group, 0 to 1, at most four decimals.' })
  controlShare?: number;

  @Field(() => DateTime, { nullable: true, description: 'When it starts: within twenty years of now.' })
  startsAt?: Date;

  @Field(() => DateTime, { nullable: true, description: 'When it ends, not before it starts; null leaves it open.' })
  endsAt?: Date | null;
}

const share = z
  .number()
  .min(0, 'must be 0 to 1')
  .max(1, 'must be 0 to 1')
  .refine((value) => Number(value.toFixed(4)) === value, 'must have at most four decimals');

export const createCampaignInput = z.object({
  name: text(200),
  channel: z.enum(Channel),
  objective: text(10_000).nullish(),
  budget: nonNegativeMoney.nullish(),
  controlShare: share.nullish().transform((value) => value ?? 0),
  startsAt: plannedMoment,
  endsAt: plannedMoment.nullish(),
});

export const updateCampaignInput = z.object({
  name: text(200).optional(),
  objective: text(10_000).nullish(),
  budget: nonNegativeMoney.nullish(),
  controlShare: share.optional(),
  startsAt: plannedMoment.optional(),
  endsAt: plannedMoment.nullish(),
});
