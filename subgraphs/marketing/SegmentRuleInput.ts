import { Field, ID, InputType, Int } from 'type-graphql';
import { Channel } from '../kit/graph/Channel.js';
import { DateTime } from '../kit/graph/DateTime.js';
import { ConsentPurpose } from './entities/Consent.js';
import { ExposureStep, RuleComparison, TraitComparison, TraitOperator } from './segmentRule.js';

@InputType({ description: 'A condition on a trait.' })
class TraitConditionInput {
  @Field(() => String, { description: 'The name of the trait: `age_group`. At most 200 characters.' })
  name: string;

  @Field(() => String, {
    nullable: true,
    description: 'Only as this source observed it; null for any source: it holds when the value of any source does.',
  })
  source?: string | null;

  @Field(() => TraitOperator, { description: 'How it is compared.' })
  operator: TraitOperator;

  @Field(() => TraitComparison, { nullable: true, description: 'As what it is compared. Default: TEXT.' })
  comparedAs?: TraitComparison | null;

  @Field(() => [String], {
    nullable: true,
    description:
      'What it is compared with, as text: none for EXISTS, 1 to 30 for IN, else exactly one. At most 1000 characters each. Default: none.',
  })
  values?: string[] | null;
}

@InputType({ description: 'A condition on consent.' })
class ConsentConditionInput {
  @Field(() => ConsentPurpose, { description: 'The purpose.' })
  purpose: ConsentPurpose;

  @Field(() => Channel, {
    nullable: true,
    description: 'The channel; null for all channels at once, which single yeses do not add up to.',
  })
  channel?: Channel | null;
}

@InputType({ description: 'A condition on the number of exposures.' })
class ExposureConditionInput {
  @Field(() => ExposureStep, {
    nullable: true,
    description:
      'Only exposures that came to this step are counted; the control group is never counted. Default: SENT.',
  })
  step?: ExposureStep | null;

  @Field(() => ID, { nullable: true, description: 'Only those of this campaign; null for all campaigns.' })
  campaignId?: string | null;

  @Field(() => RuleComparison, { description: 'How the count is compared.' })
  operator: RuleComparison;

  @Field(() => Int, { description: 'With what it is compared, 0 to 1,000,000.' })
  count: number;
}

@InputType({ description: 'A condition on the last exposure.' })
class LastExposureConditionInput {
  @Field(() => RuleComparison, { description: 'How the moment is compared.' })
  operator: RuleComparison;

  @Field(() => DateTime, { description: 'With what it is compared, to the millisecond.' })
  at: Date;
}

/** What `segmentRule` checks. */
@InputType({
  description:
    'A rule that decides who belongs to a segment: exactly one of these. At most 5 deep, at most 30 conditions in all. It chooses among the customers of whom marketing knows anything: a trait, a consent or an exposure.',
})
export class SegmentRuleInput {
  @Field(() => [SegmentRuleInput], {
    nullable: true,
    description: 'All of these hold; at least one of them is given, at most 30.',
  })
  all?: SegmentRuleInput[] | null;

  @Field(() => [SegmentRuleInput], {
    nullable: true,
    description: 'At least one of these holds; at least one of them is given, at most 30.',
  })
  any?: SegmentRuleInput[] | null;

  @Field(() => SegmentRuleInput, { nullable: true, description: 'This does not hold.' })
  not?: SegmentRuleInput | null;

  @Field(() => TraitConditionInput, { nullable: true, description: 'What has been observed of the customer.' })
  trait?: TraitConditionInput | null;

  @Field(() => ConsentConditionInput, {
    nullable: true,
    description: 'The customer may be contacted for a purpose on a channel, by the rules of `Customer.mayContact`.',
  })
  consent?: ConsentConditionInput | null;

  @Field(() => ExposureConditionInput, {
    nullable: true,
    description: 'How often campaigns reached the customer, or how often they did something about it.',
  })
  exposures?: ExposureConditionInput | null;

  @Field(() => LastExposureConditionInput, {
    nullable: true,
    description:
      'When a campaign reached the customer last; never holds for whom none did. A fixed moment: membership never changes by time passing alone.',
  })
  lastExposure?: LastExposureConditionInput | null;
}
