import { escapeIdentifier } from 'pg';
import type { DataSource, EntityManager } from 'typeorm';
import { againAfterCollision } from '../sql/againAfterCollision.js';
import { type OwnedTable, type OwnerColumn, tablesOf } from './ownedTables.js';
import { tellApplied } from './tellApplied.js';

/** Rows that change in one transaction: no lock is held for longer than they take. */
const BATCH = 1_000;
/** Batches that change at the same time, each on a connection of its own: most of their time is one processor's. */
const AT_ONCE = 2;
/** Rows that are looked for at once. */
const LOOK = 50 * BATCH;
/** Customers who are looked at together. */
const CUSTOMERS = 100;

/**
 * Works out anew what a subgraph derives from the rows of customers, whose rows are by now where they belong. It may come twice.
 * @param customerIds those whose rows went, and those to whom they came
 */
export type Rederive = (manager: EntityManager, customerIds: readonly string[]) => Promise<void>;

interface Due {
  readonly id: string;
  readonly canonicalId: string;
  /** Who they were before. */
  readonly formerIds: readonly string[];
  /** How often that has changed. */
  readonly changes: number;
}

/**
 * Brings the rows of customers who were merged or unmerged in line with who they are by now: the second half, after `takeInAliases`. Whatever
 * interrupts it, it goes on where it was, and two at once do no harm: each row's owner is worked out anew by its trigger. What is applied is told to identity.
 *
 * @returns how many customers it saw to
 */
export async function applyAliases(
  dataSource: DataSource,
  tables: readonly OwnedTable[],
  rederive?: Rederive,
): Promise<number> {
  const follows = tables.flatMap(({ name, owners }) => owners.map((owner) => statements(name, owner)));
  let applied = 0;
  for (;;) {
    await tellApplied(dataSource);
    const due = await dataSource.query<Due[]>(
      `/* aliases */ SELECT customer_id AS id, canonical_id AS "canonicalId", former_ids AS "formerIds", changes FROM customer_alias WHERE NOT is_applied ORDER BY customer_id LIMIT ${CUSTOMERS}`,
    );
    if (due.length === 0) return applied;
    const ids = due.map(({ id }) => id);
    for (const follow of follows) await followAll(dataSource, follow, ids);
    const both = [...new Set(due.flatMap(({ id, canonicalId, formerIds }) => [id, canonicalId, ...formerIds]))];
    if (rederive) await againAfterCollision(() => dataSource.transaction((manager) => rederive(manager, both)));
    // Not where it changed again meanwhile, and be it back.
    await dataSource.query(
      `UPDATE customer_alias a SET is_applied = true, former_ids = '{}' FROM unnest($1::uuid[], $2::int[]) AS d (id, changes)
       WHERE a.customer_id = d.id AND a.changes = d.changes`,
      [ids, due.map(({ changes }) => changes)],
    );
    applied += due.length;
  }
}

interface Follow {
  /** Finds where rows are that have not followed customers `$1`. */
  readonly find: string;
  /** Lets the rows at the places `$1` follow that are of the customers `$2`. */
  readonly change: string;
  /** Lets a batch of the rows of customers `$1` follow. */
  readonly followSome: string;
}

/**
 * Lets those rows of customers follow of which one has at most one a key (`KeyOfCustomer`), as many as one transaction may: whoever looks up a key finds what is there.
 * @param manager of the transaction that changes who they are
 */
export async function followKeys(manager: EntityManager, customerIds: readonly string[]): Promise<void> {
  for (const { name, owners, customerKey } of tablesOf(manager.dataSource)) {
    if (customerKey === undefined) continue;
    for (const owner of owners) await manager.query(statements(name, owner).followSome, [customerIds]);
  }
}

/** Rows are found first, all of them, and changed afterwards by their places: to look for the next few after each few would meet those that have followed again and again. */
async function followAll(dataSource: DataSource, { find, change }: Follow, ids: readonly string[]): Promise<void> {
  for (;;) {
    // One that somebody else changes meanwhile has another place, and is found there the next time.
    const places = (await dataSource.query<{ at: string }[]>(find, [ids])).map(({ at }) => at);
    if (places.length === 0) return;
    for (let begin = 0; begin < places.length; begin += AT_ONCE * BATCH) {
      const batches = Array.from({ length: AT_ONCE }, (_, index) => {
        const from = begin + index * BATCH;
        return places.slice(from, from + BATCH);
      }).filter((batch) => batch.length > 0);
      const ended = await Promise.allSettled(batches.map((batch) => changeBatch(dataSource, change, batch, ids)));
      // Thrown when none is under way any more.
      for (const one of ended) if (one.status === 'rejected') throw one.reason;
    }
  }
}

async function changeBatch(
  dataSource: DataSource,
  change: string,
  places: readonly string[],
  ids: readonly string[],
): Promise<void> {
  await againAfterCollision(() =>
    dataSource.transaction(async (manager) => {
      await shareLocks(manager, ids);
      await manager.query(change, [places, ids]);
    }),
  );
}

/** Before any row, as writes do it: whoever waits for a row does not hold up a merge that this one waits for. */
async function shareLocks(manager: EntityManager, ids: readonly string[]): Promise<void> {
  await manager.query(
    `SELECT pg_advisory_xact_lock_shared(hashtext('customer360.customers.' || current_schema()), lock)
     FROM (SELECT DISTINCT customer_lock(id) AS lock FROM unnest($1::uuid[]) AS c (id) ORDER BY 1) AS l`,
    [ids],
  );
}

function statements(table: string, owner: OwnerColumn): Follow {
  const [name, column, recorded] = [table, owner.name, owner.recorded].map(escapeIdentifier);
  // Those that nobody moved yet, by the index on the owner; those that were, by the index on just them.
  const isTheirs = `(t.${column} = ANY($1::uuid[]) AND t.${recorded} = t.${column} OR t.${recorded} = ANY($1::uuid[]) AND t.${recorded} <> t.${column})`;
  const haveNotFollowed = `FROM ${name} t JOIN customer_alias a ON a.customer_id = t.${recorded} WHERE ${isTheirs} AND t.${column} <> a.canonical_id`;
  // The trigger writes who it is.
  const follow = `UPDATE ${name} SET ${column} = ${column} WHERE ctid = ANY`;
  return {
    find: `SELECT t.ctid::text AS at ${haveNotFollowed} LIMIT ${LOOK}`,
    change: `${follow} ($1::tid[]) AND ${recorded} = ANY ($2::uuid[])`,
    followSome: `${follow} (ARRAY(SELECT t.ctid ${haveNotFollowed} LIMIT ${BATCH}))`,
  };
}
