import type { Faker } from '@faker-js/faker';
import { COUNTRIES, type Country } from './countries.js';
import { daysAfter, type World } from './World.js';

/** Who a customer is, and whom they know: all of it follows from the seed and their number, so that others can ask. */

const BY_WEIGHT = COUNTRIES.flatMap((country) => Array.from({ length: country.weight }, () => country));

/** The oldest customer, and the youngest, in days. */
const KNOWN_DAYS = { most: 1_450, least: 0 };

/** Every eighth customer is an organization. */
export function isOrganization(index: number): boolean {
  return index % 8 === 7;
}

/** The people who work for an organization; they stand right before it. */
export function staffOf(world: World, organization: number): number[] {
  return [organization - 1, organization - 2].filter((person) => employerOf(world, person) === organization);
}

/** The organization that somebody works for, as far as we know. */
function employerOf(world: World, index: number): number | null {
  if (index % 8 === 6) return index + 1;
  return index % 8 === 5 && world.share('employed', index) < 0.4 ? index + 2 : null;
}

/** Neither an organization nor one of its people. */
function isFree(index: number): boolean {
  return index % 8 < 5;
}

/** The first of the household of somebody who lives with another customer. */
export function householdHead(index: number): number | null {
  const head = index - (index % 10);
  return index - head <= 1 && isFree(head) && isFree(head + 1) ? head : null;
}

/** Where they live: with whom they live, and where they work. */
export function countryOf(world: World, index: number): Country {
  const anchor = employerOf(world, index) ?? householdHead(index) ?? index;
  const country = BY_WEIGHT[Math.floor(world.share('country', anchor) * BY_WEIGHT.length)];
  if (country === undefined) throw new Error('there are no countries');
  return country;
}

/** When we first knew them. We grow: there are more young customers than old ones. */
export function sinceOf(world: World, index: number): Date {
  const { most, least } = KNOWN_DAYS;
  const days = least + (most - least) * world.share('since', index) ** 1.25;
  const { utcOffset } = countryOf(world, index);
  const hour = 8 + 12 * world.share('hour', index) - utcOffset;
  const moment = world.daysAgo(Math.ceil(days) + 1 - hour / 24);
  // Somebody who works for an organization came with it or after it.
  const employer = employerOf(world, index);
  const floor = employer === null ? moment : sinceOf(world, employer);
  return moment < floor ? daysAfter(floor, 0.01) : moment;
}

/** Name and address. */
export interface Person {
  readonly displayName: string;
  /** The name that they share with whom they live with. */
  readonly family: string;
  readonly street: string;
  readonly city: string;
  readonly postalCode: string;
}

/**
 * The name of a customer and where they live; those who live together share the name and the door.
 * It starts the random numbers of the customer's country for this customer.
 */
export function personOf(world: World, index: number): Person {
  const { faker } = countryOf(world, index);
  const head = householdHead(index);
  const shared = head === null || head === index ? null : personOf(world, head);
  world.restart(faker, index);
  if (isOrganization(index)) {
    const displayName = faker.company.name();
    return { displayName, family: displayName, ...addressFrom(faker) };
  }
  const first = faker.person.firstName();
  if (shared !== null) return { ...shared, displayName: `${first} ${shared.family}` };
  const family = faker.person.lastName();
  return { displayName: `${first} ${family}`, family, ...addressFrom(faker) };
}

function addressFrom(faker: Faker): Pick<Person, 'street' | 'city' | 'postalCode'> {
  return {
    street: faker.location.streetAddress(),
    city: faker.location.city(),
    postalCode: faker.location.zipCode(),
  };
}
