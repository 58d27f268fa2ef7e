const plain = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });
const percent = new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 0 });
const signed = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1, signDisplay: 'exceptZero' });

/** A number with one decimal at most; "–" for none. Takes exact decimals as the graph writes them. */
export function formatNumber(value: number | string | null | undefined): string {
  return value === null || value === undefined ? '–' : plain.format(Number(value));
}

/** A share of 0 to 1 as percent; "–" for none. */
export function formatShare(value: number | string | null | undefined): string {
  return value === null || value === undefined ? '–' : percent.format(Number(value));
}

/** A change, with its sign; "–" for none. */
export function formatChange(value: number | string | null | undefined): string {
  return value === null || value === undefined ? '–' : signed.format(Number(value));
}
