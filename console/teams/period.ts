/** The spans of time that a forecast can be asked for. */
export const SPANS = ['month', 'quarter', 'year'] as const;
export type Span = (typeof SPANS)[number];

const MONTHS: Readonly<Record<Span, number>> = { month: 1, quarter: 3, year: 12 };

function two(value: number): string {
  return String(value).padStart(2, '0');
}

/** A day as the graph writes it, in the reader's own calendar. */
function dayOf(date: Date): string {
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** The first and the last day of the month, quarter or year in which `now` lies. */
export function spanAround(span: Span, now: Date): { from: string; to: string } {
  const months = MONTHS[span];
  const first = Math.floor(now.getMonth() / months) * months;
  return {
    from: dayOf(new Date(now.getFullYear(), first, 1)),
    to: dayOf(new Date(now.getFullYear(), first + months, 0)),
  };
}

/** So many days up to the beginning of this hour, and as many before: what holds for an hour can be remembered. */
export function lastDays(days: number, now: Date): { period: Moments; compareTo: Moments } {
  const end = new Date(now);
  end.setMinutes(0, 0, 0);
  const back = (count: number): string => new Date(end.getTime() - count * 86_400_000).toISOString();
  return { period: { from: back(days), to: back(0) }, compareTo: { from: back(2 * days), to: back(days) } };
}

interface Moments {
  readonly from: string;
  readonly to: string;
}
