import { Field, ObjectType } from 'type-graphql';
import { CountMetric, explanation, ScoreMetric } from '../kit/graph/metrics.js';
import type { CampaignCounts } from './loaders.js';

@ObjectType({
  description:
    'How a campaign does. Customers are counted once each, however often it reached them; the control group is left out, except in `control`.',
  simpleResolvers: true,
})
export class CampaignPerformance {
  @Field(() => CountMetric, { description: 'The messages sent: exposures without those of the control group.' })
  sent: CountMetric;

  @Field(() => CountMetric, { description: 'The customers who were sent something.' })
  reach: CountMetric;

  @Field(() => CountMetric, { description: 'The customers who were sent nothing, being of the control group only.' })
  control: CountMetric;

  @Field(() => CountMetric, { description: 'The customers reached who opened something.' })
  opened: CountMetric;

  @Field(() => CountMetric, { description: 'The customers reached who clicked something.' })
  clicked: CountMetric;

  @Field(() => CountMetric, { description: 'The customers reached who responded to what they were sent.' })
  responded: CountMetric;

  @Field(() => ScoreMetric, {
    description: 'The share of the customers reached who responded, 0 to 1; null when nobody was reached.',
  })
  responseRate: ScoreMetric;
}

/** The performance of a campaign, each metric with how it came about. */
export function campaignPerformance(counts: CampaignCounts): CampaignPerformance {
  const { exposures, sent, reached, control, opened, clicked, responded } = counts;
  const count = (value: number, formula: string, inputs: Record<string, number>): CountMetric => ({
    value,
    explain: explanation(formula, inputs, exposures),
  });
  return {
    sent: count(sent, 'exposures - held back', { exposures, 'held back': exposures - sent }),
    reach: count(reached, 'customers with at least one exposure sent', { sent, reached }),
    control: count(control, 'customers with exposures, none of them sent', { exposures, sent, control }),
    opened: count(opened, 'customers reached who opened at least once', { reached, opened }),
    clicked: count(clicked, 'customers reached who clicked at least once', { reached, clicked }),
    responded: count(responded, 'customers reached who responded to something sent', { reached, responded }),
    responseRate: {
      value: reached === 0 ? null : responded / reached,
      explain: explanation('responded / reached', { responded, reached }, reached),
    },
  };
}
