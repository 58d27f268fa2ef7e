import type { Faker } from '@faker-js/faker';
import { seedId } from './seedId.js';

/** What all seeded customers share: the seed, the present, and the catalogue's ids. */
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

  /** A moment some days before the present (after it, when negative), never a fraction of a millisecond. */
  daysAgo(days: number): Date {
    return new Date(Math.round(this.now.getTime() - days * DAY));
  }

  /** Starts the random numbers of a customer anew, so that a customer is the same however many are seeded. */
  restart(faker: Faker, index: number): void {
    faker.seed([this.seed, index]);
  }
}

const DAY = 24 * 60 * 60 * 1000;

/** `moment` some days later. */
export function daysAfter(moment: Date, days: number): Date {
  return new Date(Math.round(moment.getTime() + days * DAY));
}

/** Whole days between two moments, with fractions. */
export function daysBetween(from: Date, to: Date): number {
  return (to.getTime() - from.getTime()) / DAY;
}
