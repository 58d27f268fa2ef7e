import { Field, ID, InputType } from 'type-graphql';
import { z } from 'zod';
import { DateTime } from '../kit/graph/DateTime.js';
import { MoneyInput, nonNegativeMoney } from '../kit/graph/Money.js';
import { text } from '../kit/graph/parseInput.js';
import { plannedMoment } from './plannedMoment.js';

@InputType({ description: 'Something at a price for a time. It belongs to a proposition, a campaign, or both.' })
export class CreateOfferInput {
  @Field(() => String, { description: 'What we call it. At most 200 characters; names may repeat.' })
  name: string;

  @Field(() => ID, { nullable: true, description: 'The proposition out of which it is made.' })
  propositionId?: string | null;

  @Field(() => ID, { nullable: true, description: 'The campaign in which it is made.' })
  campaignId?: string | null;

  @Field(() => DateTime, { description: 'From when it may be taken up: within twenty years of now.' })
  validFrom: Date;

  @Field(() => DateTime, {
    nullable: true,
    description: 'Until when, that moment not included; after `validFrom`; null while that is open.',
  })
  validUntil?: Date | null;

  @Field(() => MoneyInput, { description: 'What it costs the customer, zero or more.' })
  price: MoneyInput;

  @Field(() => String, { nullable: true, description: 'Its conditions, in words. At most 10,000 characters.' })
  terms?: string | null;
}

@InputType({ description: 'What to change of an offer; what is left out stays.' })
export class UpdateOfferInput {
  @Field(() => String, { nullable: true, description: 'What we call it. At most 200 characters.' })
  name?: string;

  @Field(() => ID, {
    nullable: true,
    description: 'The proposition out of which it is made; null takes it out, while it has a campaign.',
  })
  propositionId?: string | null;

  @Field(() => ID, {
    nullable: true,
    description: 'The campaign in which it is made; null takes it out, while it has a proposition.',
  })
  campaignId?: string | null;

  @Field(() => DateTime, { nullable: true, description: 'From when it may be taken up: within twenty years of now.' })
  validFrom?: Date;

  @Field(() => DateTime, {
    nullable: true,
    description: 'Until when, that moment not included; after `validFrom`; null leaves it open.',
  })
  validUntil?: Date | null;

  @Field(() => MoneyInput, { nullable: true, description: 'What it costs the customer, zero or more.' })
  price?: MoneyInput;

  @Field(() => String, {
    nullable: true,
    description: 'Its conditions, in words. At most 10,000 characters; null takes them away.',
  })
  terms?: string | null;
}

const id = z.string().toLowerCase().nullish();

export const createOfferInput = z.object({
  name: text(200),
  propositionId: id,
  campaignId: id,
  validFrom: plannedMoment,
  validUntil: plannedMoment.nullish(),
  price: nonNegativeMoney,
  terms: text(10_000).nullish(),
});

export const updateOfferInput = z.object({
  name: text(200).optional(),
  propositionId: id,
  campaignId: id,
  validFrom: plannedMoment.optional(),
  validUntil: plannedMoment.nullish(),
  price: nonNegativeMoney.optional(),
  terms: text(10_000).nullish(),
});
