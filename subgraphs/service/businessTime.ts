import { Temporal } from 'temporal-polyfill';

/** When service works: the same hours on each business day, by the wall clock of one time zone. */
export interface BusinessCalendar {
  /** Days of the week, ISO 8601: 1 is Monday, 7 is Sunday. At least one. */
  readonly days: ReadonlySet<number>;
  /** Minutes from midnight, 0 to 1439. */
  readonly opensAt: number;
  /** Minutes from midnight, after `opensAt`; 1440 is the midnight that ends the day. */
  readonly closesAt: number;
  /** IANA: `Europe/Vienna`. */
  readonly timeZone: string;
  /** Days on which nobody works, as `2026-12-25`. */
  readonly holidays: ReadonlySet<string>;
}

/** From one moment up to, and without, another; milliseconds since the epoch. */
interface Window {
  readonly from: number;
  readonly to: number;
}

const MINUTES_A_DAY = 1440;

/** The moment at which the wall clock shows a time of a day. A time that the clock skips is taken after the gap, one that it shows twice, the first time. */
function momentOf(date: Temporal.PlainDate, minutes: number, timeZone: string): Temporal.ZonedDateTime {
  if (minutes === 0) return date.toZonedDateTime(timeZone);
  if (minutes === MINUTES_A_DAY) return date.add({ days: 1 }).toZonedDateTime(timeZone);
  const plainTime = new Temporal.PlainTime(Math.floor(minutes / 60), minutes % 60);
  return date.toZonedDateTime({ timeZone, plainTime });
}

/** The business hours of a day; null when there are none. */
function windowOf(calendar: BusinessCalendar, date: Temporal.PlainDate): Window | null {
  if (!calendar.days.has(date.dayOfWeek) || calendar.holidays.has(date.toString())) return null;
  const opens = momentOf(date, calendar.opensAt, calendar.timeZone);
  // A zone that changes sides of the date line skips a whole day; its opening would be the next day's.
  if (!opens.toPlainDate().equals(date)) return null;
  const [from, to] = [opens.epochMilliseconds, momentOf(date, calendar.closesAt, calendar.timeZone).epochMilliseconds];
  return from < to ? { from, to } : null;
}

function dayOf(calendar: BusinessCalendar, moment: number): Temporal.PlainDate {
  return Temporal.Instant.fromEpochMilliseconds(moment).toZonedDateTimeISO(calendar.timeZone).toPlainDate();
}

/**
 * The earliest moment by which so much business time has passed since `start`. Time outside the business hours does not
 * count; an hour that the clock shows twice counts twice, one that it skips does not.
 * @param milliseconds zero or more; zero is `start` itself
 */
export function addBusinessTime(calendar: BusinessCalendar, start: Date, milliseconds: number): Date {
  if (milliseconds <= 0) return start;
  let left = milliseconds;
  for (let date = dayOf(calendar, start.getTime()); ; date = date.add({ days: 1 })) {
    const window = windowOf(calendar, date);
    if (window === null) continue;
    const from = Math.max(window.from, start.getTime());
    if (from >= window.to) continue;
    if (left <= window.to - from) return new Date(from + left);
    left -= window.to - from;
  }
}

/** How much business time lies between two moments, in milliseconds; zero when `end` is not after `start`. */
export function businessTimeBetween(calendar: BusinessCalendar, start: Date, end: Date): number {
  if (end <= start) return 0;
  const [first, last] = [dayOf(calendar, start.getTime()), dayOf(calendar, end.getTime())];
  let total = 0;
  for (let date = first; Temporal.PlainDate.compare(date, last) <= 0; date = date.add({ days: 1 })) {
    const window = windowOf(calendar, date);
    if (window === null) continue;
    total += Math.max(0, Math.min(window.to, end.getTime()) - Math.max(window.from, start.getTime()));
  }
  return total;
}
