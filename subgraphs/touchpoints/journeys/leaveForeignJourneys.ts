import type { EntityManager } from 'typeorm';

/** SQL for who it is by now for whom a row was recorded. */
const current = (row: string): string =>
  `coalesce((SELECT a.canonical_id FROM customer_alias a WHERE a.customer_id = ${row}.recorded_for), ${row}.recorded_for)`;

/**
 * Takes touchpoints of customers who were merged or unmerged off journeys that are somebody else's by now. Whose they are is told by the aliases: the owners of the
 * two rows follow at different times, and a merge that is taken back between leaves them apart for a while.
 */
export async function leaveForeignJourneys(manager: EntityManager, customerIds: readonly string[]): Promise<void> {
  await manager.query(
    `UPDATE touchpoint t SET journey_id = NULL, link_reason = NULL, link_confidence = NULL
     FROM journey j WHERE j.id = t.journey_id AND t.customer_id = ANY($1::uuid[])
       AND t.recorded_for <> j.recorded_for AND ${current('t')} <> ${current('j')}`,
    [customerIds],
  );
}
