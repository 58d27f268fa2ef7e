import { Field, Float, Int, ObjectType } from 'type-graphql';
import { Explanation, explanation, type ScoreMetric } from '../kit/graph/metrics.js';
import type { ResponseFigures } from './loaders.js';
import { NpsCategory, npsCategory } from './npsCategory.js';

@ObjectType({ description: 'The net promoter score of one customer, and where they stand now.', simpleResolvers: true })
export class NpsMetric {
  @Field(() => Float, {
    nullable: true,
    description:
      '100 x (promoters - detractors) / n over all their NPS responses, -100 to 100; null when there is none.',
  })
  value: number | null;

  @Field(() => NpsCategory, { nullable: true, description: 'What their latest NPS response says; null without one.' })
  category: NpsCategory | null;

  @Field(() => Int, {
    nullable: true,
    description: 'The score of their latest NPS response, 0 to 10; null without one.',
  })
  latestScore: number | null;

  @Field(() => Explanation, { description: 'How `value` came about.' })
  explain: Explanation;
}

@ObjectType({ description: 'The customer effort score: how easy we make it for a customer.', simpleResolvers: true })
export class EffortMetric {
  @Field(() => Float, {
    nullable: true,
    description: 'The mean of the scores, 1 (very difficult) to 7 (very easy); null when there is none.',
  })
  value: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'The share of responses with a score of 5 to 7, 0 to 1; null when there is none.',
  })
  easyShare: number | null;

  @Field(() => Explanation, { description: 'How it came about.' })
  explain: Explanation;
}

/** NPS = 100 x (promoters - detractors) / n; the category is that of the latest response. */
export function npsScore(figures: ResponseFigures): NpsMetric {
  const { promoters, passives, detractors, latestNpsScore: latestScore } = figures;
  const n = promoters + passives + detractors;
  return {
    value: n === 0 ? null : (100 * (promoters - detractors)) / n,
    category: latestScore === null ? null : npsCategory(latestScore),
    latestScore,
    explain: explanation(
      '100 x (promoters - detractors) / (promoters + passives + detractors)',
      { promoters, passives, detractors },
      n,
    ),
  };
}

/** CSAT = 100 x satisfied / n, where satisfied is a score of 4 or 5. */
export function satisfaction({ satisfied, csatResponses: responses }: ResponseFigures): ScoreMetric {
  return {
    value: responses === 0 ? null : (100 * satisfied) / responses,
    explain: explanation('100 x satisfied / responses', { satisfied, responses }, responses),
  };
}

/** CES = mean score, with the share of scores of 5 to 7. */
export function effort({ easy, cesScores: scores, cesResponses: responses }: ResponseFigures): EffortMetric {
  return {
    value: responses === 0 ? null : scores / responses,
    easyShare: responses === 0 ? null : easy / responses,
    explain: explanation(
      'value = sum of scores / responses; easyShare = easy / responses',
      { 'sum of scores': scores, easy, responses },
      responses,
    ),
  };
}
