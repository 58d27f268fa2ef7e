import { explanation, type CountMetric, type MoneyMetric } from '../kit/graph/metrics.js';
import { money } from '../kit/graph/Money.js';
import type { OrderTotals } from './loaders.js';

function ordersIn(totals: readonly OrderTotals[]): number {
  return totals.reduce((sum, { orders }) => sum + orders, 0);
}

function revenueInputs(totals: readonly OrderTotals[]): Record<string, string> {
  return Object.fromEntries(
    totals.flatMap(({ currency, orders, revenue }) => [
      [`orders in ${currency}`, String(orders)],
      [`sum of totals in ${currency}`, money(revenue, currency).amount],
    ]),
  );
}

/** Revenue to date: the sum of the orders that are not cancelled, in each currency. */
export function lifetimeValue(totals: readonly OrderTotals[]): MoneyMetric {
  const formula = 'sum(total) of the orders that are not cancelled, in each currency';
  return {
    value: totals.map(({ revenue, currency }) => money(revenue, currency)),
    explain: explanation(formula, revenueInputs(totals), ordersIn(totals)),
  };
}

/** The mean total of the orders that are not cancelled, in each currency. */
export function averageOrderValue(totals: readonly OrderTotals[]): MoneyMetric {
  const formula =
    'sum(total) / number of the orders that are not cancelled, in each currency, rounded half up to 4 decimals';
  return {
    value: totals.map(({ average, currency }) => money(average, currency)),
    explain: explanation(formula, revenueInputs(totals), ordersIn(totals)),
  };
}

/** How many orders were not cancelled, in all currencies together. */
export function orderCount(totals: readonly OrderTotals[]): CountMetric {
  const value = ordersIn(totals);
  const inputs = Object.fromEntries(totals.map(({ currency, orders }) => [`orders in ${currency}`, orders]));
  return { value, explain: explanation('number of the orders that are not cancelled', inputs, value) };
}

/** The earliest of the orders that are not cancelled; null when there is none. */
export function firstOrderAt(totals: readonly OrderTotals[]): Date | null {
  return totals.reduce<Date | null>((first, { firstAt }) => (first && first < firstAt ? first : firstAt), null);
}

/** The latest of the orders that are not cancelled; null when there is none. */
export function lastOrderAt(totals: readonly OrderTotals[]): Date | null {
  return totals.reduce<Date | null>((last, { lastAt }) => (last && last > lastAt ? last : lastAt), null);
}
