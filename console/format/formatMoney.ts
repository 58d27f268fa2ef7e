interface Money {
  readonly amount: string;
  readonly currency: string;
}

const formats = new Map<string, Intl.NumberFormat>();

function formatOf(currency: string, whole: boolean): Intl.NumberFormat {
  const key = `${currency}${whole}`;
  const known = formats.get(key);
  if (known) return known;
  const digits = whole ? { maximumFractionDigits: 0 } : {};
  const made = new Intl.NumberFormat(undefined, { style: 'currency', currency, ...digits });
  formats.set(key, made);
  return made;
}

/**
 * An amount in the reader's own way of writing. Exact: `Intl` reads the text of the amount, which is never made a float.
 *
 * @param whole without the small change, for headlines
 */
export function formatMoney({ amount, currency }: Money, whole = false): string {
  return formatOf(currency, whole).format(amount as Intl.StringNumericLiteral);
}

/** Several amounts, one for each currency, each on a line of its own; they are never added. "–" for none. */
export function formatAmounts(amounts: readonly Money[] | null | undefined, whole = false): string {
  if (!amounts || amounts.length === 0) return '–';
  return amounts.map((money) => formatMoney(money, whole)).join('\n');
}
