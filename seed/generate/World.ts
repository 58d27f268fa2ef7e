import type { Faker } from '@faker-js/faker';
import { seedId } from './seedId.js';

const DAY = 24 * 60 * 60 * 1000;

/**
 * The present in which every story is told: a midnight (UTC) with which a week began. A story cannot see the day on which it is told, so that
 * the same seed gives the same people, amounts and events for ever; its times are moved to the calendar when its rows are written.
 */
const STORY_PRESENT = new Date('2026-11-23T00:00:00Z');

/** What all seeded customers share: the seed, and the present. */
export class World {
  /** The present of the stories, the same on every day; nothing that has happened lies after it. */
  readonly now = STORY_PRESENT;

  constructor(
    readonly seed: number,
    /** Where `now` lies on the calendar: see presentOf. */
    readonly present: Date,
  ) {}

  /** The id of a row: see seedId. */
  id(what: string, number: number, ...rest: readonly (string | number)[]): string {
    return seedId(this.seed, what, number, ...rest);
  }

  /** A number from 0 up to 1 that belongs to a name, and is the same whoever asks. */
  share(what: string, number: number, ...rest: readonly (string | number)[]): number {
    return Number.parseInt(this.id(what, number, ...rest).slice(-12), 16) / 2 ** 48;
  }

  /** A moment some days before the present (after it, when negative), never a fraction of a millisecond. */
  daysAgo(days: number): Date {
    return daysAfter(this.now, -days);
  }

  /** Where a moment of a story lies on the calendar. RowCollector asks for each time of each row. */
  onCalendar(moment: Date): Date {
    return new Date(moment.getTime() + this.present.getTime() - this.now.getTime());
  }

  /** The day (UTC) of a moment of a story, as Postgres' `date` takes it. */
  day(moment: Date): string {
    return this.onCalendar(moment).toISOString().slice(0, 10);
  }

  /** Starts random numbers anew, so that a customer is the same however many are seeded. */
  restart(faker: Faker, index: number): void {
    faker.seed([this.seed, index]);
  }
}

/** `moment` some days later. */
export function daysAfter(moment: Date, days: number): Date {
  return new Date(Math.round(moment.getTime() + days * DAY));
}

/** Days between two moments, with fractions. */
export function daysBetween(from: Date, to: Date): number {
  return (to.getTime() - from.getTime()) / DAY;
}

/**
 * The present of a seed that is begun at a moment: the midnight (UTC) with which that week began, on a Monday. Times move by whole
 * weeks only, so that nobody is at work on a Sunday, and what was due within business hours is.
 */
export function presentOf(moment: Date): Date {
  const weeks = Math.floor(daysBetween(STORY_PRESENT, moment) / 7);
  return daysAfter(STORY_PRESENT, weeks * 7);
}
