import { Field, Int, ObjectType } from 'type-graphql';
import { Explanation, explanation } from '../kit/graph/metrics.js';
import { Money, money } from '../kit/graph/Money.js';
import type { MarginTotals } from './loaders.js';

@ObjectType({ description: 'What was earned on orders, as far as the costs are known.', simpleResolvers: true })
export class GrossMarginMetric {
  @Field(() => [Money], {
    description:
      'One exact amount for each currency in which the cost of a line is known, by currency code; negative for a loss. Empty when no cost is known.',
  })
  value: Money[];

  @Field(() => Int, { description: 'How many lines are left out because nobody knows what they cost.' })
  linesWithoutCost: number;

  @Field(() => Explanation, { description: 'How it came about; n is the number of lines that count.' })
  explain: Explanation;
}

/** What was earned on the lines whose cost is known, of the orders that are not cancelled. */
export function grossMargin(totals: readonly MarginTotals[]): GrossMarginMetric {
  const counted = totals.filter(({ lines }) => lines > 0);
  const inputs = totals.flatMap(({ currency, lines, withoutCost, revenue, cost }) => [
    [`lines with a cost in ${currency}`, String(lines)],
    [`lines without a cost in ${currency}`, String(withoutCost)],
    [`sum(quantity x unit price - discount) in ${currency}`, money(revenue, currency).amount],
    [`sum(quantity x unit cost) in ${currency}`, money(cost, currency).amount],
  ]);
  return {
    value: counted.map(({ margin, currency }) => money(margin, currency)),
    linesWithoutCost: totals.reduce((sum, { withoutCost }) => sum + withoutCost, 0),
    explain: explanation(
      'sum(quantity x (unit price - unit cost) - discount) of the lines whose cost is known, in orders that are not cancelled, in each currency',
      Object.fromEntries(inputs),
      counted.reduce((sum, { lines }) => sum + lines, 0),
    ),
  };
}
