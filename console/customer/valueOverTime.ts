interface OrderLike {
  readonly placedAt: string;
  readonly status: string;
  readonly total: { readonly amount: string; readonly currency: string };
}

/** What the orders came to, order by order, in the currency that most of them have. For a chart: the amounts are rounded to floats. */
export interface ValueOverTime {
  readonly currency: string;
  /** `at` in milliseconds since 1970, the oldest first. */
  readonly points: readonly { readonly at: number; readonly value: number }[];
}

/**
 * Adds the orders up in the order of time. Cancelled ones do not count, and currencies are never added.
 *
 * @returns null when no order counts
 */
export function valueOverTime(orders: readonly OrderLike[]): ValueOverTime | null {
  const counting = orders.filter(({ status }) => status !== 'CANCELLED');
  const counts = new Map<string, number>();
  for (const { total } of counting) counts.set(total.currency, (counts.get(total.currency) ?? 0) + 1);
  const [currency] = [...counts].sort(([, one], [, other]) => other - one)[0] ?? [];
  if (!currency) return null;
  let value = 0;
  const points = counting
    .filter(({ total }) => total.currency === currency)
    .sort((one, other) => (one.placedAt < other.placedAt ? -1 : 1))
    .map(({ placedAt, total }) => {
      value += Number(total.amount);
      return { at: Date.parse(placedAt), value };
    });
  return { currency, points };
}
