import type { EntityManager } from 'typeorm';

/** The name of a customer who was erased. */
const ERASED_NAME = 'Erased customer';

/**
 * Everything goes by which they could be recognised or reached, and a household that was theirs alone. The row stays, empty, so that whoever names its id finds what
 * became of it.
 */
export async function eraseIdentity(manager: EntityManager, customerIds: readonly string[]): Promise<string[]> {
  for (const table of ['customer_identifier', 'external_id', 'address', 'preference']) {
    await manager.query(`DELETE FROM ${table} WHERE customer_id = ANY($1::uuid[])`, [customerIds]);
  }
  const [memberships] = await manager.query<[{ id: string }[], number]>(
    'DELETE FROM membership WHERE person_id = ANY($1::uuid[]) OR organization_id = ANY($1::uuid[]) RETURNING id',
    [customerIds],
  );
  const left = await manager.query<{ id: string }[]>(
    'SELECT DISTINCT household_id AS id FROM customer WHERE id = ANY($1::uuid[]) AND household_id IS NOT NULL',
    [customerIds],
  );
  await manager.query(
    `UPDATE customer SET display_name = $2, roles = '{}', locale = NULL, time_zone = NULL, preferred_channel = NULL,
       household_id = NULL, updated_at = CASE WHEN erased_at IS NULL THEN now() ELSE updated_at END,
       version = version + (erased_at IS NULL)::int, erased_at = coalesce(erased_at, now())
     WHERE id = ANY($1::uuid[])`,
    [customerIds, ERASED_NAME],
  );
  const [households] = await manager.query<[{ id: string }[], number]>(
    `DELETE FROM household h WHERE id = ANY($1::uuid[]) AND NOT EXISTS (SELECT FROM customer WHERE household_id = h.id)
     RETURNING id`,
    [left.map(({ id }) => id)],
  );
  return [...memberships, ...households].map(({ id }) => id);
}
