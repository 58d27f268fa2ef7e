import type { EntityManager } from 'typeorm';

/**
 * Lets one transaction after the other number its touchpoints. Who holds the turn keeps it until commit, so the order of the sequence is
 * the order in which touchpoints become visible, and a reader that has seen one has seen all before it. Take it right before the
 * insert, as the last thing of the transaction.
 */
export async function takeTurn(manager: EntityManager): Promise<void> {
  await manager.query(`SELECT pg_advisory_xact_lock(hashtextextended('customer360.touchpoints.sequence', 0))`);
}
