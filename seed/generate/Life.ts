import type { Faker } from '@faker-js/faker';
import { Touchpoint } from '../../subgraphs/touchpoints/entities/Touchpoint.js';
import type { Country } from './countries.js';
import type { RowCollector } from './RowCollector.js';
import type { World } from './World.js';

/** A customer whose story is being told. */
export interface Life {
  readonly world: World;
  readonly rows: RowCollector;
  /** Seeded for this customer alone. */
  readonly faker: Faker;
  readonly country: Country;
  readonly index: number;
  readonly id: string;
  readonly isOrganization: boolean;
  readonly displayName: string;
  /** When we first knew them. */
  readonly since: Date;
  /** Employee ids. */
  readonly accountManager: string;
  readonly serviceAgent: string;
}

type TouchpointRow = Pick<
  Touchpoint,
  'occurredAt' | 'channel' | 'direction' | 'kind' | 'department' | 'summary' | 'sourceType' | 'sourceId'
> &
  Partial<Pick<Touchpoint, 'employeeId' | 'sentiment' | 'journeyId'>>;

/** The id of something of the customer's. */
export function idOf(life: Life, what: string, ...name: readonly (string | number)[]): string {
  return life.world.id(what, life.index, ...name);
}

/** Writes something that the customer noticed on their timeline, once for each source. */
export function touch(life: Life, touchpoint: TouchpointRow): void {
  const { rows } = life;
  rows.add(Touchpoint, {
    id: idOf(life, 'touchpoint', touchpoint.sourceType ?? '', touchpoint.sourceId ?? ''),
    customerId: life.id,
    recordedAt: touchpoint.occurredAt,
    employeeId: null,
    sentiment: null,
    journeyId: null,
    ...touchpoint,
  });
}

/** Whether something that happens to `share` of all happens here. */
export function happens(life: Life, share: number): boolean {
  return life.faker.number.float() < share;
}
