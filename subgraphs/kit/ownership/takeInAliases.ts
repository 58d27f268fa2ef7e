import type { EntityManager } from 'typeorm';
import { Aliases } from './Aliases.js';
import { followKeys } from './applyAliases.js';
import { membersOf } from './membersOf.js';

/** Who is whom, as identity says it: see `customerMerged` in the contract. */
export interface WhoIsWhom {
  readonly position: number;
  readonly customers: readonly { readonly customerId: string; readonly parentId: string | null }[];
}

/**
 * Takes in who is whom: the first half of a merge or an unmerge, which makes every later write follow it. Of what is known of a customer the newest holds, in
 * whatever order it comes. The few rows of which a customer has one a key follow at once: a write finds by the key what is there. `applyAliases` does the rest,
 * after the commit.
 *
 * @param manager of a transaction that does little else: writes of these customers wait for it
 */
export async function takeInAliases(manager: EntityManager, { position, customers }: WhoIsWhom): Promise<void> {
  const ids = customers.map(({ customerId }) => customerId.toLowerCase());
  await lockCustomers(manager, await membersOf(manager, ids));
  await manager.query(
    // Dated when the locks are there, however long they were waited for: other processes look for what is new by this.
    `INSERT INTO customer_alias (customer_id, parent_id, canonical_id, position, merged_at)
     SELECT id, parent, id, $3, (SELECT clock_timestamp()) FROM unnest($1::uuid[], $2::uuid[]) AS said (id, parent)
     ON CONFLICT (customer_id) DO UPDATE SET parent_id = excluded.parent_id, position = excluded.position, merged_at = excluded.merged_at, is_told = false
       WHERE customer_alias.position < excluded.position`,
    [ids, customers.map(({ parentId }) => parentId?.toLowerCase() ?? null), position],
  );
  // With those whom it does not name, because another event of theirs has not come yet.
  const members = await membersOf(manager, ids);
  await lockCustomers(manager, members);
  await manager.query(
    `WITH RECURSIVE path AS (
       SELECT id, id AS at, 0 AS steps FROM unnest($1::uuid[]) AS m (id)
       UNION ALL
       SELECT p.id, a.parent_id, p.steps + 1 FROM path p JOIN customer_alias a ON a.customer_id = p.at
         WHERE a.parent_id IS NOT NULL
     ) CYCLE at SET goes_round USING way, root AS (SELECT DISTINCT ON (id) id, at FROM path ORDER BY id, steps DESC)
     UPDATE customer_alias a SET canonical_id = r.at, is_applied = false, changes = a.changes + 1, former_ids = a.former_ids || a.canonical_id
     FROM root r
     WHERE a.customer_id = r.id AND a.canonical_id <> r.at`,
    [members],
  );
  await followKeys(manager, members);
  // Others of them, whom it does not name, were merged before.
  const merged = customers.filter(({ parentId }) => parentId !== null);
  Aliases.note(
    manager.dataSource,
    merged.map(({ customerId }) => customerId.toLowerCase()),
  );
}

/**
 * Keeps writes of customers, and merges and unmerges of them, waiting until the transaction ends, of all who are one with them too; waits for those that have begun. Take
 * it before any row.
 * @returns who is one with them, directly or not
 */
export async function holdAlone(manager: EntityManager, customerIds: readonly string[]): Promise<readonly string[]> {
  for (;;) {
    const members = await everybodyOf(manager, customerIds);
    await lockCustomers(manager, members);
    // Some may have come to them while it was waited for.
    const now = await everybodyOf(manager, customerIds);
    if (now.every((id) => members.includes(id))) return now;
  }
}

async function everybodyOf(manager: EntityManager, customerIds: readonly string[]): Promise<readonly string[]> {
  const rows = await manager.query<{ id: string }[]>(
    `SELECT coalesce(a.canonical_id, c.id) AS id FROM unnest($1::uuid[]) AS c (id) LEFT JOIN customer_alias a ON a.customer_id = c.id`,
    [customerIds],
  );
  return membersOf(manager, [...customerIds, ...rows.map(({ id }) => id)]);
}

/** Keeps writes of these customers, and other merges of them, waiting until the transaction ends; waits for those that have begun. */
async function lockCustomers(manager: EntityManager, customerIds: readonly string[]): Promise<void> {
  await manager.query(
    `SELECT pg_advisory_xact_lock(hashtext('customer360.customers.' || current_schema()), lock)
     FROM (SELECT DISTINCT customer_lock(id) AS lock FROM unnest($1::uuid[]) AS c (id) ORDER BY 1) AS l`,
    [customerIds],
  );
}
