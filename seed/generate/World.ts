import type { Faker } from '@faker-js/faker';
import { seedId } from './seedId.js';

/** What all seeded customers share: the seed, and the present. */
export class World {
  constructor(
    readonly seed: number,
    /** The present; nothing that has happened lies after it. */
    readonly now: Date,
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
    return new Date(Math.round(this.now.getTime() - days * DAY));
  }

  /** Starts random numbers anew, so that a customer is the same however many are seeded. */
  restart(faker: Faker, index: number): void {
    faker.seed([this.seed, index]);
  }
}

const DAY = 24 * 60 * 60 * 1000;

/** `moment` some days later. */
export function daysAfter(moment: Date, days: number): Date {
  return new Date(Math.round(moment.getTime() + days * DAY));
}

/** Days between two moments, with fractions. */
export function daysBetween(from: Date, to: Date): number {
  return (to.getTime() - from.getTime()) / DAY;
}

/** The present of a seed: the midnight (UTC) with which this day began, so that seeds of one day are the same. */
export function presentOf(moment: Date): Date {
  return new Date(Math.floor(moment.getTime() / DAY) * DAY);
}
