import type { EntityManager } from 'typeorm';
import { OF_CUSTOMERS } from './deadLetters.js';
import { countsOf, type ErasedRows } from './erasedRows.js';

/** What tells who customers are, that they are no more and that they are erased somewhere holds ids only, and stays: whoever was away must hear of it. */
const THAT_STAY = [`${OF_CUSTOMERS}%`, 'customer360.erasure.%'];

/**
 * Removes what the kit itself keeps of customers who are erased: events that wait to be published or were parked.
 * @returns how many, by their table
 */
export async function eraseTraces(manager: EntityManager, customerIds: readonly string[]): Promise<ErasedRows> {
  const [, waiting] = await manager.query<[unknown, number]>(
    `DELETE FROM outbox WHERE lower(event->>'subject') = ANY($1::text[]) AND event->>'type' NOT LIKE ALL ($2::text[])`,
    [customerIds, THAT_STAY],
  );
  const [, parked] = await manager.query<[unknown, number]>(
    `DELETE FROM dead_letter WHERE event->>'type' NOT LIKE ALL ($2::text[])
       AND (lower(event->>'subject') = ANY($1::text[]) OR lower(event->'data'->>'customerId') = ANY($1::text[]))`,
    [customerIds, THAT_STAY],
  );
  return countsOf([
    ['outbox', waiting],
    ['dead_letter', parked],
  ]);
}
