import { Field, Float, Int, ObjectType } from 'type-graphql';
import { DateTime } from '../kit/graph/DateTime.js';
import { Decimal } from '../kit/graph/Decimal.js';
import { enumType } from '../kit/graph/enumType.js';
import { Explanation } from '../kit/graph/metrics.js';
import { Survey } from './entities/Survey.js';

export const NpsGroupBy = enumType('NpsGroupBy', 'By what an NPS summary is divided.', {
  RESPONDENT_GROUP: 'By the group to which the respondents belong: `SurveyResponse.respondentGroup`.',
  EXPERIENCE: 'By the experience that they answered about: `SurveyResponse.experience`.',
  CHANNEL: 'By the channel through which they answered: `SurveyResponse.channel`.',
  SURVEY: 'By the survey that they answered.',
});
export type NpsGroupBy = keyof typeof NpsGroupBy;

export const NpsGroupKind = enumType('NpsGroupKind', 'What a group of an NPS summary is.', {
  NAMED: 'All responses with the same value.',
  UNSTATED: 'The responses that do not say.',
  OTHER: 'All groups together that are not among the fifty largest.',
});
export type NpsGroupKind = keyof typeof NpsGroupKind;

export const NpsEffect = enumType('NpsEffect', 'What moved an NPS more.', {
  MIX: 'Which groups answered how often.',
  RATE: 'How the groups themselves scored.',
});
export type NpsEffect = keyof typeof NpsEffect;

@ObjectType({ description: 'Within which bounds an NPS lies, given how few were asked.', simpleResolvers: true })
export class NpsInterval {
  @Field(() => Float, { description: 'The confidence: 0.95.' })
  level: number;

  @Field(() => Decimal, { description: 'The lower bound, at least -100.' })
  low: string;

  @Field(() => Decimal, { description: 'The upper bound, at most 100.' })
  high: string;

  @Field(() => Decimal, {
    description:
      '1.959964 x 100 x sqrt(variance / n), where each response counts +1, 0 or -1: variance = (promoters + detractors - (promoters - detractors)^2 / n) / (n - 1). A normal approximation, good from some thirty responses on; 0 when all are alike.',
  })
  margin: string;
}

@ObjectType({ description: 'The NPS of some responses, with the counts that it is made from.', simpleResolvers: true })
export class NpsFigures {
  @Field(() => Int, { description: 'How many NPS responses.' })
  n: number;

  @Field(() => Int, { description: 'Those with a score of 9 or 10.' })
  promoters: number;

  @Field(() => Int, { description: 'Those with a score of 7 or 8.' })
  passives: number;

  @Field(() => Int, { description: 'Those with a score of 0 to 6.' })
  detractors: number;

  @Field(() => Decimal, {
    nullable: true,
    description:
      '100 x (promoters - detractors) / n, -100 to 100, rounded to four decimals; null when there is no response.',
  })
  nps: string | null;

  @Field(() => NpsInterval, {
    nullable: true,
    description: 'Its 95 % confidence interval; null for fewer than two responses.',
  })
  confidenceInterval: NpsInterval | null;

  @Field(() => Explanation, { description: 'How `nps` came about.' })
  explain: Explanation;
}

@ObjectType({ description: 'What one group added to the change of the total.', simpleResolvers: true })
export class NpsGroupChange {
  @Field(() => Decimal, {
    nullable: true,
    description: 'The change of its own score: `figures.nps` - `previous.nps`; null when it is in one period only.',
  })
  nps: string | null;

  @Field(() => Decimal, {
    description:
      "What its share in the responses did: (w2 - w1) x ((s1 + s2) / 2 - (S1 + S2) / 2), where w is its share, s its score, S the total's; 1 before, 2 now. In points.",
  })
  mix: string;

  @Field(() => Decimal, {
    description: 'What its own score did: (w1 + w2) / 2 x (s2 - s1). In points; 0 for a group of one period only.',
  })
  rate: string;

  @Field(() => Decimal, { description: '`mix` + `rate`. Over all groups this adds up to the change of the total.' })
  effect: string;
}

@ObjectType({ description: 'The responses that have something in common.', simpleResolvers: true })
export class NpsGroup {
  @Field(() => NpsGroupKind, { description: 'Whether they share a value.' })
  kind: NpsGroupKind;

  @Field(() => String, {
    nullable: true,
    description:
      'The value that they share: a group, an experience, a `Channel` or the id of a survey. Null for UNSTATED and OTHER.',
  })
  key: string | null;

  @Field(() => Survey, { nullable: true, description: 'The survey, when divided by survey; else null.' })
  survey: Survey | null;

  @Field(() => NpsFigures, { description: 'In the period.' })
  figures: NpsFigures;

  @Field(() => NpsFigures, { nullable: true, description: 'In the period before; null without `compareTo`.' })
  previous: NpsFigures | null;

  @Field(() => Decimal, {
    nullable: true,
    description: 'Its share in all responses of the period, 0 to 1; the shares add up to 1. Null without responses.',
  })
  share: string | null;

  @Field(() => Decimal, { nullable: true, description: 'As `share`, in the period before; null without `compareTo`.' })
  previousShare: string | null;

  @Field(() => NpsGroupChange, {
    nullable: true,
    description: 'What it added to the change; null without `compareTo` or when one of the periods has no responses.',
  })
  change: NpsGroupChange | null;
}

@ObjectType({
  description:
    "Why the total changed. `nps` = `mix` + `rate`, and each is the sum of the groups' own: exactly, as shown. Computed in whole fractions; rounded once to four decimals, where the last digit goes to the part that rounding shortened most.",
  simpleResolvers: true,
})
export class NpsChange {
  @Field(() => Decimal, { description: 'The change of the total in points: `total.nps` - `previous.nps`.' })
  nps: string;

  @Field(() => Decimal, { description: 'The part that comes from which groups answered how often.' })
  mix: string;

  @Field(() => Decimal, { description: "The part that comes from the groups' own scores." })
  rate: string;

  @Field(() => NpsEffect, { nullable: true, description: 'Which of the two is larger; null when they are alike.' })
  larger: NpsEffect | null;

  @Field(() => Boolean, {
    description:
      "Simpson's paradox: the total moved one way, and each group that is in both periods (two at least) the other way.",
  })
  againstEveryGroup: boolean;

  @Field(() => String, { description: 'The same in a sentence.' })
  reading: string;

  @Field(() => Explanation, { description: 'How it came about; `n` counts the responses of both periods.' })
  explain: Explanation;
}

@ObjectType({
  description: 'How many recommend us: in total, by group, and against a period before.',
  simpleResolvers: true,
})
export class NpsSummary {
  @Field(() => DateTime, { description: 'The first moment of the period.' })
  from: Date;

  @Field(() => DateTime, { description: 'The end of the period; not part of it.' })
  to: Date;

  @Field(() => NpsGroupBy, { description: 'By what it is divided.' })
  groupBy: NpsGroupBy;

  @Field(() => NpsFigures, { description: 'All responses of the period.' })
  total: NpsFigures;

  @Field(() => NpsFigures, {
    nullable: true,
    description: 'All responses of the period before; null without `compareTo`.',
  })
  previous: NpsFigures | null;

  @Field(() => NpsChange, {
    nullable: true,
    description: 'Why it changed; null without `compareTo` or when one of the periods has no responses.',
  })
  change: NpsChange | null;

  @Field(() => [NpsGroup], {
    description:
      'At most 51: the fifty with the most responses in both periods together, the largest first, then OTHER where there are more.',
  })
  groups: NpsGroup[];
}
