import type { Faker } from '@faker-js/faker';
import { Journey } from '../../subgraphs/touchpoints/entities/Journey.js';
import { Touchpoint } from '../../subgraphs/touchpoints/entities/Touchpoint.js';
import type { Country } from './countries.js';
import type { Phrases } from './phrases/Phrases.js';
import type { Category } from './products.js';
import type { RowCollector } from './RowCollector.js';
import type { Person } from './who.js';
import type { World } from './World.js';
import { namedReferences } from '../../subgraphs/touchpoints/journeys/namedReferences.js';

/** A customer whose story is being told. */
export interface Life extends Person {
  readonly world: World;
  readonly rows: RowCollector;
  /** Seeded for this customer alone. */
  readonly faker: Faker;
  readonly country: Country;
  readonly phrases: Phrases;
  readonly index: number;
  readonly id: string;
  readonly isOrganization: boolean;
  /** When we first knew them. */
  readonly since: Date;
  /** What they care for most. */
  readonly interest: Category;
  /** The number of the employee who looks after them. */
  readonly manager: number;
  /** The id of the employee who takes care of their cases. */
  readonly serviceAgent: string;
  /** How they stand to us, 0 to 10; it rises and falls with what happens to them. */
  trust: number;
  /** When each of their efforts was touched last, by the journey's id. */
  readonly touched: Map<string, Date>;
}

/** The id of something of the customer's. */
export function idOf(life: Life, what: string, ...name: readonly (string | number)[]): string {
  return life.world.id(what, life.index, ...name);
}

type TouchpointRow = Pick<
  Touchpoint,
  'occurredAt' | 'channel' | 'direction' | 'kind' | 'department' | 'summary' | 'sourceType' | 'sourceId'
> &
  Partial<Pick<Touchpoint, 'employeeId' | 'sentiment' | 'emotion' | 'journeyId' | 'threadKey'>>;

/** The most characters of a touchpoint's summary. */
const SUMMARY = 500;

/**
 * Writes something that the customer noticed on their timeline, as the departments report it.
 * @param step tells apart what happened to one source: an order was placed, then delivered
 */
export function touch(life: Life, touchpoint: TouchpointRow, step = ''): void {
  const { journeyId, occurredAt } = touchpoint;
  if (journeyId) {
    const last = life.touched.get(journeyId);
    if (last === undefined || last < occurredAt) life.touched.set(journeyId, occurredAt);
  }
  const summary = touchpoint.summary.slice(0, SUMMARY);
  life.rows.add(Touchpoint, {
    id: idOf(life, 'touchpoint', touchpoint.sourceType ?? '', touchpoint.sourceId ?? '', step),
    customerId: life.id,
    recordedAt: occurredAt,
    employeeId: null,
    sentiment: null,
    emotion: null,
    journeyId: null,
    threadKey: null,
    ...touchpoint,
    reported: true,
    summary,
    referencesNamed: namedReferences(summary),
  });
}

/** An effort of the customer: what it is about, and since when. */
export interface Effort {
  readonly id: string;
  readonly subject: string;
  readonly openedAt: Date;
  readonly open: boolean;
}

/** Writes an effort of the customer, once all its touchpoints have been written. */
export function addJourney(life: Life, { open, ...effort }: Effort): void {
  const lastTouchAt = life.touched.get(effort.id) ?? effort.openedAt;
  life.rows.add(Journey, {
    ...effort,
    lastTouchAt,
    customerId: life.id,
    status: open ? 'OPEN' : 'CLOSED',
    createdAt: effort.openedAt,
    updatedAt: lastTouchAt,
    version: 1,
  });
}

/** Whether something that happens to `share` of all happens here. */
export function happens(life: Life, share: number): boolean {
  return life.faker.number.float() < share;
}

/** One of several, by chance. */
export function oneOf<T>(life: Life, items: readonly T[]): T {
  return life.faker.helpers.arrayElement(items);
}

/** Lets trust rise or fall, within its bounds. */
export function feel(life: Life, change: number): void {
  life.trust = Math.min(10, Math.max(0, life.trust + change));
}

/** A number from 0 to 1, however often it is asked for nearer to the middle. */
export function roughly(life: Life, mean: number, spread: number): number {
  const noise = life.faker.number.float() + life.faker.number.float() - 1;
  return mean + noise * spread;
}
