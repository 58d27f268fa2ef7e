import type { EntityManager } from 'typeorm';

/**
 * Writes down of erasures that are through that they are: every subgraph has given its receipt.
 * @param erasedAs as the subgraphs were told of them
 */
export async function finishErasures(manager: EntityManager, erasedAs: string): Promise<void> {
  await manager.query(
    `UPDATE erasure e SET done_at = now() WHERE erased_as = $1 AND done_at IS NULL AND NOT EXISTS (
       SELECT FROM unnest(e.subgraphs) AS s (name)
       WHERE NOT EXISTS (SELECT FROM erasure_receipt r WHERE r.customer_id = e.erased_as AND r.subgraph = s.name))`,
    [erasedAs],
  );
}
