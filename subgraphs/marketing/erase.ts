import type { EntityManager } from 'typeorm';

/**
 * Traits and membership of segments go. What a campaign reached stays without what would lead back to the person, so that its performance stays what it was; and so
 * does the ledger of consents, which proves what was agreed to.
 */
export async function eraseMarketing(manager: EntityManager, customerIds: readonly string[]): Promise<string[]> {
  const [traits] = await manager.query<[{ id: string }[], number]>(
    'DELETE FROM trait WHERE customer_id = ANY($1::uuid[]) RETURNING id',
    [customerIds],
  );
  const [members] = await manager.query<[{ id: string }[], number]>(
    'DELETE FROM segment_member WHERE customer_id = ANY($1::uuid[]) RETURNING id',
    [customerIds],
  );
  const [exposures] = await manager.query<[{ id: string }[], number]>(
    'UPDATE exposure SET source = NULL, source_key = NULL WHERE customer_id = ANY($1::uuid[]) RETURNING id',
    [customerIds],
  );
  return [...traits, ...members, ...exposures].map(({ id }) => id);
}
