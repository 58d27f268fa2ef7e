import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { type ApartFromTimes, apartFromTimes, daysMoved } from '../support/apartFromTimes.js';
import { clockAt, describeWithOtherClock } from '../support/otherClock.js';
import { readmeExample } from '../support/readmeExample.js';
import { openFolder } from '../support/startHarness.js';
import { startProduct } from '../support/startProduct.js';

/** Some seconds before the calendar does something: the product starts before, and answers after. */
const DAYS = [
  ['a leap day', '2028-02-28T23:59:55Z', 'UTC'],
  ["the year's end", '2027-12-31T23:59:55Z', 'UTC'],
  ['clocks going forward in Berlin', '2027-03-28T00:59:55Z', 'Europe/Berlin'],
  ['clocks going back in New York', '2028-11-05T05:59:55Z', 'America/New_York'],
] as const;

const PEOPLE = `{ customers(first: 40) { nodes {
  id displayName emails phones addresses { lines city postalCode }
  orders(first: 40) { nodes { number status placedAt total { amount currency } } }
  cases(first: 40) { nodes { subject status openedAt } }
  responses(first: 40) { nodes { score verbatim respondedAt } }
  timeline(first: 40) { nodes { summary occurredAt } }
} } }`;

let folder: ReturnType<typeof openFolder>;
beforeEach(() => {
  folder = openFolder();
});
afterEach(() => {
  folder.remove();
});

/** Four products start one after another: on a busy machine that takes longer than the usual minute for each. */
const PATIENCE = 240_000;

/** The people of the day before. */
let before: ApartFromTimes | undefined;

describeWithOtherClock('the whole product and its Postgres (needs faketime), through', () => {
  it.each(DAYS)(
    "%s: gives the README's answer to the README's first query, and has the same people",
    async (_what, moment, timeZone) => {
      const { query, answer } = await readmeExample();
      const product = await startProduct(folder.path, ['--customers', '160'], { ...clockAt(moment), TZ: timeZone });
      try {
        const promised = apartFromTimes(answer);
        const given = apartFromTimes(await product.ask(query));
        expect(given.rest).toEqual(promised.rest);
        expect(daysMoved(promised, given)).toHaveLength(1);

        const { data, errors } = await product.ask(PEOPLE);
        expect(errors).toBeUndefined();
        const people = apartFromTimes(data);
        const present = Date.parse(moment);
        const newest = Math.max(...people.times);
        expect(newest).toBeLessThan(present);
        expect(newest).toBeGreaterThan(present - 9 * 86_400_000);
        before ??= people;
        expect(people.rest).toEqual(before.rest);
        expect(daysMoved(before, people)).toHaveLength(1);
      } finally {
        await product.stop();
      }
    },
    PATIENCE,
  );
});
