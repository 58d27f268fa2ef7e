const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto', style: 'long' });
const dateTime = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'long' });
const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });
const month = new Intl.DateTimeFormat(undefined, { month: 'short', year: '2-digit' });

/** A moment as the reader's own language writes it: `1 Mar 2026, 09:30`. */
export const formatDateTime = (moment: string): string => dateTime.format(new Date(moment));

/** The same with weekday, seconds and zone, for those who want to know exactly. */
export const formatFully = (moment: string): string => full.format(new Date(moment));

/** A day: `1 Mar 2026`. */
export const formatDay = (moment: string): string => day.format(new Date(moment));

/** A month, for the axis of a chart: `Mar 26`. */
export const formatMonth = (moment: string | number): string => month.format(new Date(moment));

/**
 * How long ago or ahead, in the largest unit that fits: `3 hours ago`, `in 2 days`; beyond a month the day itself.
 *
 * @param now milliseconds since 1970
 */
export function formatAgo(moment: string, now: number): string {
  const seconds = (Date.parse(moment) - now) / 1000;
  const size = Math.abs(seconds);
  if (size < 45) return relative.format(0, 'second');
  if (size < HOUR) return relative.format(Math.round(seconds / MINUTE), 'minute');
  if (size < DAY) return relative.format(Math.round(seconds / HOUR), 'hour');
  if (size < 31 * DAY) return relative.format(Math.round(seconds / DAY), 'day');
  return formatDay(moment);
}
