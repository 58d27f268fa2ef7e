import { Field, ID, InputType } from 'type-graphql';
import { z } from 'zod';
import { DateTime, LocalDate } from '../kit/graph/DateTime.js';
import { EXTERNAL_ID, ExternalIdInput, externalIdInput } from '../kit/graph/ExternalIdInput.js';
import { MoneyInput, nonNegativeMoney } from '../kit/graph/Money.js';
import { emailAddress, text } from '../kit/graph/parseInput.js';
import { pastMoment } from '../kit/graph/pastMoment.js';
import { LeadSource } from './entities/Lead.js';
import { LeadAuthority } from './entities/LeadQualification.js';
import { LeadStatus } from './leadStatus.js';
import { calendarDay } from './opportunityInput.js';
import { OpportunityStage } from './opportunityStages.js';

@InputType({ description: 'Somebody who may be interested.' })
export class CaptureLeadInput {
  @Field(() => String, { description: 'Who it is, as they told us. At most 200 characters.' })
  name: string;

  @Field(() => String, { nullable: true, description: 'For which company they speak. At most 200 characters.' })
  company?: string | null;

  @Field(() => String, { nullable: true, description: 'Where to write to.' })
  email?: string | null;

  @Field(() => String, { nullable: true, description: 'Where to call, E.164: `+493012345678`.' })
  phone?: string | null;

  @Field(() => LeadSource, { description: 'How it came to us.' })
  source: LeadSource;

  @Field(() => String, { nullable: true, description: 'In what they are interested. At most 1,000 characters.' })
  interest?: string | null;

  @Field(() => ID, { nullable: true, description: 'Which customer it is, when that is known already.' })
  customerId?: string | null;

  @Field(() => ID, { nullable: true, description: 'The employee who follows it up.' })
  ownerId?: string | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When they showed their interest; now when left out. Not in the future, and at most ten years back.',
  })
  capturedAt?: Date | null;

  @Field(() => ExternalIdInput, EXTERNAL_ID)
  externalId?: ExternalIdInput | null;
}

export const captureLeadInput = z.object({
  name: text(200),
  company: text(200).nullish(),
  email: emailAddress.nullish(),
  phone: z
    .string()
    .trim()
    .regex(/^\+[1-9]\d{6,14}$/, 'must be E.164, such as +493012345678')
    .nullish(),
  source: z.enum(LeadSource),
  interest: text(1000).nullish(),
  customerId: z.string().nullish(),
  ownerId: z.string().nullish(),
  capturedAt: pastMoment.nullish(),
  externalId: externalIdInput.nullish(),
});

@InputType({ description: 'What was found out about a lead. What is left out stays as it was; null forgets it.' })
export class QualifyLeadInput {
  @Field(() => LeadStatus, {
    description:
      'What comes of it: WORKING, QUALIFIED (then budget, authority, need and timing must be known) or DISQUALIFIED.',
  })
  status: LeadStatus;

  @Field(() => MoneyInput, { nullable: true, description: 'What they can spend, zero or more.' })
  budget?: MoneyInput | null;

  @Field(() => LeadAuthority, { nullable: true, description: 'What they have to say in it.' })
  authority?: LeadAuthority | null;

  @Field(() => String, { nullable: true, description: 'What they need it for. At most 1,000 characters.' })
  need?: string | null;

  @Field(() => LocalDate, { nullable: true, description: 'By when they want to buy, 1900 to 2199.' })
  timing?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Why it is not worth an opportunity, at most 1,000 characters. Needed for DISQUALIFIED, refused otherwise.',
  })
  disqualifiedReason?: string | null;

  @Field(() => ID, { nullable: true, description: 'The employee who follows it up from now on.' })
  ownerId?: string | null;
}

export const qualifyLeadInput = z.object({
  status: z.enum(LeadStatus),
  budget: nonNegativeMoney.nullish(),
  authority: z.enum(LeadAuthority).nullish(),
  need: text(1000).nullish(),
  timing: calendarDay.nullish(),
  disqualifiedReason: text(1000).nullish(),
  ownerId: z.string().nullish(),
});

@InputType({ description: 'The opportunity that a lead becomes.' })
export class ConvertLeadInput {
  @Field(() => ID, {
    nullable: true,
    description:
      'The customer whom it became: identify them first. Left out: the one that the lead has already. It cannot be another than that.',
  })
  customerId?: string | null;

  @Field(() => String, { description: 'What the opportunity is about. At most 200 characters.' })
  name: string;

  @Field(() => OpportunityStage, {
    defaultValue: 'QUALIFICATION',
    description: 'How far it has come already: any stage but WON and LOST.',
  })
  stage: OpportunityStage;

  @Field(() => MoneyInput, { nullable: true, description: "What it is worth. Left out: the lead's budget." })
  amount?: MoneyInput | null;

  @Field(() => LocalDate, {
    nullable: true,
    description: "The day by which it should be decided, 1900 to 2199. Left out: the lead's timing.",
  })
  expectedCloseOn?: string | null;

  @Field(() => ID, { nullable: true, description: 'The product that it is about.' })
  productId?: string | null;
}

export const convertLeadInput = z.object({
  customerId: z.string().nullish(),
  name: text(200),
  stage: z.enum(OpportunityStage),
  amount: nonNegativeMoney.nullish(),
  expectedCloseOn: calendarDay.nullish(),
  productId: z.uuid('is not the id of a product').nullish(),
});
