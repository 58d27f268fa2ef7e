import type { EntityManager } from 'typeorm';

/** Takes touchpoints of customers who were merged or unmerged off journeys that are somebody else's by now. */
export async function leaveForeignJourneys(manager: EntityManager, customerIds: readonly string[]): Promise<void> {
  await manager.query(
    `UPDATE touchpoint t SET journey_id = NULL, link_reason = NULL, link_confidence = NULL
     FROM journey j WHERE j.id = t.journey_id AND t.customer_id <> j.customer_id AND t.customer_id = ANY($1::uuid[])`,
    [customerIds],
  );
}
