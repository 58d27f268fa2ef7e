import { Field, ID, InputType } from 'type-graphql';
import { z } from 'zod';
import { Channel } from '../kit/graph/Channel.js';
import { text } from '../kit/graph/parseInput.js';
import { ConsentPurpose } from './entities/Consent.js';

@InputType({ description: 'A yes of a customer.' })
export class GrantConsentInput {
  @Field(() => ID, { description: 'Who said so.' })
  customerId: string;

  @Field(() => ConsentPurpose, { description: 'What it allows.' })
  purpose: ConsentPurpose;

  @Field(() => Channel, { nullable: true, description: 'For this channel alone; left out or null, for all channels.' })
  channel?: Channel | null;

  @Field(() => String, { description: 'Where they said so: `web form`, `call centre`. At most 100 characters.' })
  source: string;

  @Field(() => String, { description: 'The wording that they agreed to, whole. At most 10,000 characters.' })
  text: string;
}

@InputType({ description: 'A no of a customer.' })
export class WithdrawConsentInput {
  @Field(() => ID, { description: 'Who said so.' })
  customerId: string;

  @Field(() => ConsentPurpose, { description: 'What it forbids.' })
  purpose: ConsentPurpose;

  @Field(() => Channel, { nullable: true, description: 'For this channel alone; left out or null, for all channels.' })
  channel?: Channel | null;

  @Field(() => String, { description: 'Where they said so: `web form`, `call centre`. At most 100 characters.' })
  source: string;

  @Field(() => String, {
    nullable: true,
    description: 'What they said, if noted; it goes when they are erased. At most 10,000 characters.',
  })
  note?: string | null;
}

const scope = {
  customerId: z.string().toLowerCase(),
  purpose: z.enum(ConsentPurpose),
  channel: z
    .enum(Channel)
    .nullish()
    .transform((channel) => channel ?? null),
  source: text(100),
};

export const grantConsentInput = z
  .object({ ...scope, text: text(10_000) })
  .transform((yes) => ({ ...yes, note: null }));

export const withdrawConsentInput = z
  .object({
    ...scope,
    note: text(10_000)
      .nullish()
      .transform((words) => words ?? null),
  })
  .transform((no) => ({ ...no, text: null }));
