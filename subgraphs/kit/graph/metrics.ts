import { Directive, Field, Float, Int, ObjectType } from 'type-graphql';
import { DateTime } from './DateTime.js';
import { Money } from './Money.js';

/** The types of metrics: what a number is, and how it came about. They are the same in every subgraph. */

@Directive('@shareable')
@ObjectType({ description: 'One number that went into a metric.', simpleResolvers: true })
export class MetricInput {
  @Field(() => String, { description: 'What it is, as the formula names it.' })
  name: string;

  @Field(() => String, { description: 'Its value, as exact text.' })
  value: string;
}

@Directive('@shareable')
@ObjectType({ description: 'How a metric came about, so that nobody has to take it on trust.', simpleResolvers: true })
export class Explanation {
  @Field(() => String, { description: 'The formula, in the words of the inputs.' })
  formula: string;

  @Field(() => [MetricInput], { description: 'The numbers that went into it.' })
  inputs: MetricInput[];

  @Field(() => Int, { description: 'The number of observations (rows) that it rests on.' })
  n: number;

  @Field(() => DateTime, { description: 'The moment at which it was computed.' })
  asOf: Date;
}

@Directive('@shareable')
@ObjectType({ description: 'A metric that counts.', simpleResolvers: true })
export class CountMetric {
  @Field(() => Int, { description: 'The count.' })
  value: number;

  @Field(() => Explanation, { description: 'How it came about.' })
  explain: Explanation;
}

@Directive('@shareable')
@ObjectType({ description: 'A metric that is a share, a score or a mean.', simpleResolvers: true })
export class ScoreMetric {
  @Field(() => Float, { nullable: true, description: 'The value; null when there is nothing to compute it from.' })
  value: number | null;

  @Field(() => Explanation, { description: 'How it came about.' })
  explain: Explanation;
}

@Directive('@shareable')
@ObjectType({ description: 'A metric that is an amount of money.', simpleResolvers: true })
export class MoneyMetric {
  @Field(() => [Money], {
    description:
      'One exact amount for each currency that occurs, by currency code; currencies are never added up. Empty when there is nothing.',
  })
  value: Money[];

  @Field(() => Explanation, { description: 'How it came about.' })
  explain: Explanation;
}

@Directive('@shareable')
@ObjectType({ description: 'A metric that is a length of time.', simpleResolvers: true })
export class DurationMetric {
  @Field(() => Float, { nullable: true, description: 'Seconds; null when there is nothing to compute it from.' })
  seconds: number | null;

  @Field(() => Explanation, { description: 'How it came about.' })
  explain: Explanation;
}

/**
 * The `explain` of a metric, as of now.
 * @param inputs name to value; numbers are written out as text
 * @param n the number of observations
 */
export function explanation(formula: string, inputs: Record<string, string | number>, n: number): Explanation {
  return {
    formula,
    inputs: Object.entries(inputs).map(([name, value]) => ({ name, value: String(value) })),
    n,
    asOf: new Date(),
  };
}
