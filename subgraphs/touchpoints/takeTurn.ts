import type { EntityManager } from 'typeorm';

/**
 * Lets one transaction after the other number its touchpoints. Who holds the turn keeps it until commit, so the order of the sequence is
 * the order in which touchpoints become visible, and a reader that has seen one has seen all before it. Each insert takes it by a trigger, those of an
 * import too; take it yourself where something is looked up before that two at once must not both miss. After the customers whom it is about are held, and as the last thing of the transaction
 * otherwise.
 */
export async function takeTurn(manager: EntityManager): Promise<void> {
  await manager.query(`SELECT pg_advisory_xact_lock(hashtextextended('customer360.touchpoints.sequence', 0))`);
}
