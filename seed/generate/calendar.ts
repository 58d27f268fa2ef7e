import type { Life } from './Life.js';
import { daysAfter, daysBetween } from './World.js';

/** When people do things: we work in office hours, firms order in them, and people shop in the evening. */

const HOUR = 1 / 24;
const OPENS = 8.5 * HOUR;
const CLOSES = 17.5 * HOUR;

/** How often private customers are up to something, by the hour of their clock. */
const LEISURE = [1, 0, 0, 0, 0, 1, 2, 4, 5, 5, 6, 6, 7, 6, 5, 5, 6, 7, 9, 11, 13, 12, 8, 3];
const LEISURE_HOURS = LEISURE.flatMap((weight, hour) => Array<number>(weight).fill(hour));

/**
 * How much is bought in each month of the stories' calendar, beside an average one: there are quiet times and busy ones. They move with the
 * present, as all times do, away from the calendar's own months.
 */
const MONTHS = [0.75, 0.8, 0.95, 1.05, 1.05, 0.95, 0.8, 0.75, 0.95, 1.05, 1.45, 1.55];
/** The same for the days of the week, from Sunday. */
const PRIVATE_DAYS = [1.35, 1.1, 0.95, 0.9, 0.9, 0.9, 1.1];
const BUSINESS_DAYS = [0, 1.2, 1.3, 1.2, 1.1, 0.8, 0];

/** The customer's clock as if it were UTC, for reading hours and days off it. */
function local(life: Life, moment: Date): Date {
  return daysAfter(moment, life.country.utcOffset * HOUR);
}

function dayPart(moment: Date): number {
  return (moment.getTime() / 86_400_000) % 1;
}

/** The first moment from `from` on at which somebody is at work where the customer is. */
export function officeMoment(life: Life, from: Date): Date {
  const clock = local(life, from);
  const weekday = clock.getUTCDay();
  const part = dayPart(clock);
  const working = weekday >= 1 && weekday <= 5;
  if (working && part >= OPENS && part <= CLOSES) return from;
  let days = working && part < OPENS ? 0 : 1;
  while ([0, 6].includes((weekday + days) % 7)) days += 1;
  return daysAfter(from, days - part + OPENS + life.faker.number.float({ max: 3 * HOUR }));
}

/** A moment from `from` on, within a day and a half, at which a private customer has time. */
function leisureMoment(life: Life, from: Date): Date {
  const clock = local(life, from);
  const hour = life.faker.helpers.arrayElement(LEISURE_HOURS) + life.faker.number.float();
  const then = daysAfter(from, hour * HOUR - dayPart(clock));
  return then < from ? daysAfter(then, 1) : then;
}

/** A moment from `from` on, soon after it, at which the customer has time for us. */
export function customerMoment(life: Life, from: Date): Date {
  return life.isOrganization ? officeMoment(life, from) : leisureMoment(life, from);
}

/** A moment since we know the customer, more likely when much is bought. */
export function seasonalMoment(life: Life): Date {
  const known = daysBetween(life.since, life.world.now);
  const days = life.isOrganization ? BUSINESS_DAYS : PRIVATE_DAYS;
  let moment = life.since;
  for (let attempt = 0; attempt < 4; attempt += 1) {
    moment = daysAfter(life.since, life.faker.number.float({ max: known }));
    const clock = local(life, moment);
    const weight = (MONTHS[clock.getUTCMonth()] ?? 1) * (days[clock.getUTCDay()] ?? 1);
    if (life.faker.number.float({ max: 2 }) < weight) break;
  }
  const dayBegins = daysAfter(moment, -dayPart(local(life, moment)));
  const then = customerMoment(life, dayBegins);
  return then < life.since ? customerMoment(life, life.since) : then;
}
