import { Big } from 'big.js';
import { Field, Float, Int, ObjectType } from 'type-graphql';
import { Explanation, explanation } from '../kit/graph/metrics.js';
import { CurrencyCode, Money, money } from '../kit/graph/Money.js';
import type { Wallet } from './loaders.js';

@ObjectType({ description: "Our share of a customer's spending in one currency.", simpleResolvers: true })
export class WalletShare {
  @Field(() => CurrencyCode, { description: 'ISO 4217.' })
  currency: string;

  @Field(() => Float, {
    nullable: true,
    description:
      'revenue / category spend; over 1 when they spend more with us than sales knew of. Null when the spend is 0.',
  })
  share: number | null;

  @Field(() => Money, { description: 'Their orders of the year that are not cancelled.' })
  revenue: Money;

  @Field(() => Money, { description: 'What they spend in the year on what we sell, with us and with all others.' })
  categorySpend: Money;
}

@ObjectType({ description: 'How much of what a customer spends on what we sell comes to us.', simpleResolvers: true })
export class ShareOfWalletMetric {
  @Field(() => Float, {
    nullable: true,
    description:
      'The share, 1 for all of it. Null when the category spend is not known or 0, and when it is in several currencies: then see `shares`.',
  })
  value: number | null;

  @Field(() => Int, { nullable: true, description: 'The calendar year, UTC; null when no category spend is known.' })
  year: number | null;

  @Field(() => [WalletShare], { description: 'The share in each currency, by currency code.' })
  shares: WalletShare[];

  @Field(() => Explanation, { description: 'How it came about; n is the number of orders.' })
  explain: Explanation;
}

/**
 * Our share of what a customer spends.
 * @param wallets of all years, the latest first
 * @param year which; null for the latest of which the category spend is known
 */
export function shareOfWallet(wallets: readonly Wallet[], year: number | null): ShareOfWalletMetric {
  const of = year ?? wallets[0]?.spend.year ?? null;
  const counted = wallets.filter(({ spend }) => spend.year === of);
  const shares = counted.map(({ spend, revenue }) => ({
    currency: spend.currency,
    share: Number(spend.amountValue) === 0 ? null : Number(new Big(revenue).div(spend.amountValue)),
    revenue: money(revenue, spend.currency),
    categorySpend: spend.amount,
  }));
  const inputs = shares.flatMap(({ currency, revenue, categorySpend }) => [
    [`revenue in ${currency}`, revenue.amount],
    [`category spend in ${currency}`, categorySpend.amount],
  ]);
  return {
    value: shares.length === 1 ? (shares[0]?.share ?? null) : null,
    year: of,
    shares,
    explain: explanation(
      'revenue of the year (orders that are not cancelled) / category spend of the year, in each currency',
      Object.fromEntries(inputs),
      counted.reduce((sum, { orders }) => sum + orders, 0),
    ),
  };
}
