import { Field, Float, Int, ObjectType } from 'type-graphql';
import { DateTime } from '../kit/graph/DateTime.js';
import { enumType } from '../kit/graph/enumType.js';
import { Explanation } from '../kit/graph/metrics.js';

export const TrendInterval = enumType('TrendInterval', 'How long each step of a trend is.', {
  WEEK: 'A week from Monday, UTC.',
  MONTH: 'A month of the calendar, UTC.',
});
export type TrendInterval = keyof typeof TrendInterval;

@ObjectType({ description: 'What scored the texts. Another version may score otherwise.', simpleResolvers: true })
export class TextScorer {
  @Field(() => String, { description: 'The library.' })
  library: string;

  @Field(() => String, { description: 'Its version.' })
  version: string;

  @Field(() => String, { description: 'The language model that it uses.' })
  model: string;

  @Field(() => String, { description: "The model's version." })
  modelVersion: string;

  @Field(() => [String], { description: 'The languages that it knows, BCP 47. Texts in others are not scored.' })
  languages: string[];
}

@ObjectType({ description: 'What feeling there is in what a customer wrote.', simpleResolvers: true })
export class TextSentiment {
  @Field(() => Float, {
    nullable: true,
    description: 'The mean over the verbatims scored, -1 (negative) to 1 (positive); null when there is none.',
  })
  value: number | null;

  @Field(() => Int, { description: 'How many verbatims were scored.' })
  n: number;

  @Field(() => Int, {
    description: 'How many were not: in a language that the scorer does not know, or that nobody stated.',
  })
  unscored: number;

  @Field(() => TextScorer, { description: 'What scored them.' })
  scorer: TextScorer;

  @Field(() => Explanation, { description: 'How `value` came about.' })
  explain: Explanation;
}

@ObjectType({ description: 'One step of a trend.', simpleResolvers: true })
export class SentimentBucket {
  /** Of the trend that it is part of, to read the texts. */
  key: string;

  @Field(() => DateTime, { description: 'Its first moment; the first step of a trend may begin before the period.' })
  from: Date;

  @Field(() => Float, { description: 'The mean of the scores, each brought to -1 (worst) to 1 (best).' })
  value: number;

  @Field(() => Int, { description: 'How many responses.' })
  n: number;

  @Field(() => Explanation, { description: 'How `value` came about.' })
  explain: Explanation;
}

@ObjectType({ description: 'How a customer felt about us over time.', simpleResolvers: true })
export class SentimentTrend {
  /** Of this trend, to read the texts. */
  key: string;

  @Field(() => DateTime, { description: 'The first moment of the period.' })
  from: Date;

  @Field(() => DateTime, { description: 'The end of the period; not part of it.' })
  to: Date;

  @Field(() => TrendInterval, { description: 'How long each step is.' })
  interval: TrendInterval;

  @Field(() => Float, {
    nullable: true,
    description: 'The mean over the whole period, -1 (worst) to 1 (best); null without responses.',
  })
  value: number | null;

  @Field(() => [SentimentBucket], { description: 'The steps with responses, the earliest first; others are left out.' })
  buckets: SentimentBucket[];

  @Field(() => Explanation, { description: 'How `value` came about.' })
  explain: Explanation;
}
