import { Big } from 'big.js';
import { GraphQLCurrency } from 'graphql-scalars';
import { Directive, Field, InputType, ObjectType } from 'type-graphql';
import { z } from 'zod';
import { Decimal } from './Decimal.js';
import { strictScalar } from './strictScalar.js';

/** ISO 4217. */
export const CurrencyCode = strictScalar({
  ...GraphQLCurrency.toConfig(),
  name: 'CurrencyCode',
  description: 'A currency by its ISO 4217 code: `EUR`, `USD`, `JPY`.',
});

@Directive('@shareable')
@ObjectType({
  description: 'An exact amount in one currency. Amounts of different currencies are never added.',
  simpleResolvers: true,
})
export class Money {
  @Field(() => Decimal, { description: 'The amount, exact, with at least the currency\'s own decimals: `"12.50"`.' })
  amount: string;

  @Field(() => CurrencyCode, { description: 'ISO 4217.' })
  currency: string;
}

@InputType({ description: 'An exact amount in one currency.' })
export class MoneyInput {
  @Field(() => Decimal, { description: 'The amount, exact: `"12.50"`.' })
  amount: string;

  @Field(() => CurrencyCode, { description: 'ISO 4217.' })
  currency: string;
}

/** A `MoneyInput` of zero or more. */
export const nonNegativeMoney = z.object({
  amount: z.string().refine((amount) => !amount.startsWith('-'), 'must not be negative'),
  currency: z.string(),
});

const decimalsOf = new Map<string, number>();

/** How many decimals ISO 4217 gives a currency: 2 for EUR, 0 for JPY, 3 for KWD. */
function currencyDecimals(currency: string): number {
  let decimals = decimalsOf.get(currency);
  if (decimals === undefined) {
    decimals =
      new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
    decimalsOf.set(currency, decimals);
  }
  return decimals;
}

/**
 * Money as the graph shows it.
 * @param amount a `numeric` as Postgres gives it: `12.5000` becomes `12.50`; no digit that counts is dropped
 * @param currency ISO 4217
 */
export function money(amount: string, currency: string): Money {
  const exact = new Big(amount);
  const digits = exact.toFixed();
  const point = digits.indexOf('.');
  const scale = point < 0 ? 0 : digits.length - point - 1;
  return Object.assign(new Money(), { amount: exact.toFixed(Math.max(scale, currencyDecimals(currency))), currency });
}
