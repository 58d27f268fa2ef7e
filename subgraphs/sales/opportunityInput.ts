import { Field, Float, ID, InputType } from 'type-graphql';
import { z } from 'zod';
import { DateTime, LocalDate } from '../kit/graph/DateTime.js';
import { MoneyInput, nonNegativeMoney } from '../kit/graph/Money.js';
import { text } from '../kit/graph/parseInput.js';
import { pastMoment } from '../kit/graph/pastMoment.js';
import { OpportunityStage } from './opportunityStages.js';

@InputType({ description: 'A sale that may come about.' })
export class OpenOpportunityInput {
  @Field(() => ID, { nullable: true, description: 'Who may buy; left out while no account is known.' })
  customerId?: string | null;

  @Field(() => String, { description: 'What it is about. At most 200 characters.' })
  name: string;

  @Field(() => OpportunityStage, {
    defaultValue: 'PROSPECTING',
    description: 'How far it has come already: any stage but WON and LOST.',
  })
  stage: OpportunityStage;

  @Field(() => MoneyInput, { nullable: true, description: 'What it is worth, zero or more.' })
  amount?: MoneyInput | null;

  @Field(() => Float, {
    nullable: true,
    description:
      'How likely it is to be won, 0 to 1, kept with 4 decimals. Left out: the usual value of the stage. It holds until the stage changes.',
  })
  probability?: number | null;

  @Field(() => LocalDate, { nullable: true, description: 'The day by which it should be decided, 1900 to 2199.' })
  expectedCloseOn?: string | null;

  @Field(() => ID, { nullable: true, description: 'The employee who pursues it.' })
  ownerId?: string | null;

  @Field(() => ID, { nullable: true, description: 'The product that it is about.' })
  productId?: string | null;

  @Field(() => String, { nullable: true, description: 'Who else is after it. At most 200 characters.' })
  competitor?: string | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When it began; now when left out. Not in the future, and at most ten years back.',
  })
  openedAt?: Date | null;
}

/** A competitor's name. */
export const competitorName = text(200).nullish();

/** Why an opportunity was lost. */
export const lostReasonText = text(1000).nullish();

/** A day that somebody may have meant. */
export const calendarDay = z.string().regex(/^(19|20|21)/, 'must be a day of the years 1900 to 2199');

export const openOpportunityInput = z.object({
  customerId: z.string().nullish(),
  name: text(200),
  stage: z.enum(OpportunityStage),
  amount: nonNegativeMoney.nullish(),
  probability: z.number().min(0, 'must be 0 to 1').max(1, 'must be 0 to 1').nullish(),
  expectedCloseOn: calendarDay.nullish(),
  ownerId: z.string().nullish(),
  productId: z.uuid('is not the id of a product').nullish(),
  competitor: competitorName,
  openedAt: pastMoment.nullish(),
});
