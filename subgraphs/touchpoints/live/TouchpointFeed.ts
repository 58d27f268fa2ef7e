import { LRUCache } from 'lru-cache';
import sql, { type Sql, empty, raw } from 'sql-template-tag';
import type { Database } from '../../kit/sql/Database.js';
import { listen, LOOK_ANYWAY_MS } from '../../kit/flow/listen.js';
import { Worker } from '../../kit/flow/Worker.js';
import { TOUCHPOINTS_CHANNEL } from '../addTouchpoint.js';
import { Touchpoint } from '../entities/Touchpoint.js';

/** How many rows are read at a time. */
export const PAGE = 500;

/** A touchpoint, and every id that stands for its customer: of all who are merged with them, so that whoever asked for one of them sees it. */
export type FedTouchpoint = Touchpoint & { readonly everyId: readonly string[] };

/** Hears of new touchpoints, in the order of their sequence. */
export type FeedListener = (rows: readonly FedTouchpoint[]) => void;

/** The reading while anybody listens. */
interface Run {
  readonly worker: Worker;
  /** Up to where everybody has heard. */
  position: Promise<string>;
}

const feeds = new WeakMap<Database, TouchpointFeed>();

/**
 * The touchpoints of all customers as they are recorded, in the order of their sequence. They are read once for all who listen in
 * this process, while anybody listens.
 */
export class TouchpointFeed {
  readonly #listeners = new Set<FeedListener>();
  #run: Run | undefined;

  private constructor(private readonly database: Database) {}

  /** The one feed of a database in this process. */
  static of(database: Database): TouchpointFeed {
    const feed = feeds.get(database) ?? new TouchpointFeed(database);
    feeds.set(database, feed);
    return feed;
  }

  /** @returns `position`, the sequence behind which this listener hears of everything; and what ends it */
  listen(listener: FeedListener): { position: Promise<string>; end: () => void } {
    this.#listeners.add(listener);
    this.#run ??= this.#start();
    return { position: this.#run.position, end: () => this.#leave(listener) };
  }

  #leave(listener: FeedListener): void {
    if (!this.#listeners.delete(listener) || this.#listeners.size > 0) return;
    const run = this.#run;
    this.#run = undefined;
    void run?.worker.stop();
  }

  #start(): Run {
    const { database } = this;
    const position = lastSequence(database);
    const run: Run = {
      position,
      worker: new Worker('showing touchpoints as they come', database.log, (worker) => this.#follow(run, worker)),
    };
    return run;
  }

  async #follow(run: Run, worker: Worker): Promise<void> {
    let lost: Error | undefined;
    const onLost = (error: Error): void => {
      lost = error;
      worker.wake();
    };
    const client = await listen(this.database.connection, TOUCHPOINTS_CHANNEL, () => worker.wake(), onLost);
    try {
      while (!worker.stopped) {
        if (lost) throw lost;
        const rows = await touchpointsBehind(this.database, await run.position);
        const last = rows.at(-1);
        if (last && this.#run === run) {
          run.position = Promise.resolve(last.sequence);
          for (const listener of this.#listeners) listener(rows);
        }
        if (rows.length < PAGE) await worker.sleep(LOOK_ANYWAY_MS);
      }
    } finally {
      await client.end();
    }
  }
}

async function lastSequence(database: Database): Promise<string> {
  const [last] = await database.query<{ sequence: string }>(
    sql`SELECT coalesce(max(sequence), 0)::text AS sequence FROM touchpoint`,
  );
  return last?.sequence ?? '0';
}

/** How many blocks of the sequence are kept, and for how long: while a crowd that comes back at once needs them. */
const MOST_BLOCKS = 40;
const BLOCK_MS = 5_000;

type Blocks = LRUCache<string, Promise<FedTouchpoint[]>>;
const blocksOf = new WeakMap<Database, Blocks>();

/**
 * The next touchpoints of all customers behind a place in the sequence; none when there are none up to `upTo`. Many clients that come
 * back at once, each from its own place, read the same blocks of the sequence, each once for all of them.
 * @param upTo the last that is wanted; everything up to it can be seen
 */
export async function touchpointsUpTo(database: Database, position: string, upTo: string): Promise<FedTouchpoint[]> {
  const end = BigInt(upTo);
  let from = BigInt(position);
  while (from < end) {
    const behind = from;
    const rows = await blockAt(database, behind, end);
    const wanted = rows.filter(({ sequence }) => BigInt(sequence) > behind);
    if (wanted.length > 0) return wanted;
    const [next] = await database.query<{ before: string | null }>(
      sql`SELECT (min(sequence) - 1)::text AS before FROM touchpoint WHERE sequence >= ${String(blockEnd(behind) + 1n)}`,
    );
    if (next?.before == null) return [];
    from = BigInt(next.before);
  }
  return [];
}

/** The last place of the block in which the place behind `position` is. */
function blockEnd(position: bigint): bigint {
  return (position / BigInt(PAGE) + 1n) * BigInt(PAGE);
}

function blockAt(database: Database, position: bigint, upTo: bigint): Promise<FedTouchpoint[]> {
  const blocks: Blocks = blocksOf.get(database) ?? new LRUCache({ max: MOST_BLOCKS, ttl: BLOCK_MS });
  blocksOf.set(database, blocks);
  const begin = blockEnd(position) - BigInt(PAGE);
  // A block that is not full yet is another one when more of it is known.
  const end = blockEnd(position) < upTo ? blockEnd(position) : upTo;
  const key = `${begin} ${end}`;
  let block = blocks.get(key);
  if (block === undefined) {
    block = touchpointsBehind(database, String(begin), String(end));
    block.catch(() => blocks.delete(key));
    blocks.set(key, block);
  }
  return block;
}

/**
 * The next touchpoints behind a place in the sequence, at most `PAGE`.
 * @param upTo the last that is wanted
 * @param customerIds only theirs and of all who are merged with them; of all when left out
 */
export async function touchpointsBehind(
  database: Database,
  position: string,
  upTo?: string,
  customerIds?: readonly string[],
): Promise<FedTouchpoint[]> {
  const { table, columns } = database.selection(Touchpoint);
  const until: Sql = upTo === undefined ? empty : sql`AND t.sequence <= ${upTo}`;
  // Rows that have not followed a merge yet are under any id of those who are merged.
  const of: Sql =
    customerIds === undefined
      ? empty
      : sql`AND t.customer_id = ANY(${customerIds}::uuid[] || ARRAY(
          SELECT a.canonical_id FROM customer_alias a WHERE a.customer_id = ANY(${customerIds}::uuid[])
          UNION SELECT m.customer_id FROM customer_alias a JOIN customer_alias m ON m.canonical_id = a.canonical_id
            WHERE a.customer_id = ANY(${customerIds}::uuid[])))`;
  const rows = await database.query<{ everyId: string[] | null }>(
    sql`SELECT ${raw(columns)}, (SELECT (array_agg(m.customer_id) || a.canonical_id)::text[] FROM customer_alias a
          JOIN customer_alias m ON m.canonical_id = a.canonical_id WHERE a.customer_id = t.recorded_for GROUP BY a.canonical_id) AS "everyId"
        FROM ${raw(table)} t WHERE t.sequence > ${position} ${until} ${of} ORDER BY t.sequence LIMIT ${PAGE}`,
  );
  return database
    .hydrate(Touchpoint, rows)
    .map((row, index) => Object.assign(row, { everyId: rows[index]?.everyId ?? [row.customerId] }));
}
