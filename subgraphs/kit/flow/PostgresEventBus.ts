import type { Logger } from 'pino';
import type { Client, Pool } from 'pg';
import type { CloudEvent } from '../../../schema/contract.js';
import { OF_CUSTOMERS } from './deadLetters.js';
import { hourly } from './hourly.js';
import { Notifier } from '../sql/Notifier.js';
import { openPool } from '../sql/openPool.js';
import type { BusConsumer, BusReader, EventBus } from './EventBus.js';
import { listen, LOOK_ANYWAY_MS } from './listen.js';
import { Worker } from './Worker.js';

/** How long events are kept, read or not. */
const RETENTION_DAYS = 7;
/** How many events are read at once. */
const BATCH = 500;

const CHANNEL = 'customer360.events';
/** Publishers take turns, so that the order of the sequence is the order in which events become visible. */
const TURN = `hashtextextended('customer360.event_bus.publish', 0)`;

const CREATE = `
  SELECT pg_advisory_xact_lock(hashtextextended('customer360.event_bus.create', 0));
  CREATE SCHEMA IF NOT EXISTS event_bus;
  CREATE TABLE IF NOT EXISTS event_bus.log (
    sequence bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    id text NOT NULL UNIQUE,
    name text NOT NULL,
    event jsonb NOT NULL,
    published_at timestamptz NOT NULL DEFAULT now()
  );
  CREATE INDEX IF NOT EXISTS log_by_published ON event_bus.log (published_at);
  CREATE INDEX IF NOT EXISTS log_by_subject ON event_bus.log (lower(event->>'subject'));
  CREATE TABLE IF NOT EXISTS event_bus.consumer (
    name text PRIMARY KEY,
    sequence bigint NOT NULL DEFAULT 0,
    read_at timestamptz NOT NULL DEFAULT now()
  );`;

/**
 * The event bus in a Postgres that all subgraphs reach: an append-only log, an offset for each consumer, and a notification that wakes
 * them. It makes its tables on first use, and no connection before.
 */
export class PostgresEventBus implements EventBus {
  readonly #pool: Pool;
  #created: Promise<unknown> | undefined;
  readonly #readers = new Notifier(() => this.#pool.query(`SELECT pg_notify($1, '')`, [CHANNEL]));
  readonly #stopDropping: () => void;

  constructor(
    private readonly url: string,
    private readonly log: Logger,
  ) {
    const application = { application_name: 'customer360-event-bus', connectionTimeoutMillis: 5000 };
    this.#pool = openPool({ ...application, connectionString: url, max: 2 }, log);
    this.#stopDropping = hourly(log, `dropped events older than ${RETENTION_DAYS} days`, async () => {
      await this.#create();
      const { rows } = await this.#pool.query<{ dropped: number; last: string | null }>(
        `WITH dropped AS (DELETE FROM event_bus.log WHERE published_at < now() - interval '${RETENTION_DAYS} days' RETURNING sequence)
         SELECT count(*)::int AS dropped, max(sequence) AS last FROM dropped`,
      );
      await this.#tellUnread(rows[0]?.last ?? null);
      return rows[0]?.dropped ?? 0;
    });
  }

  async publish(events: readonly CloudEvent[]): Promise<void> {
    if (events.length === 0) return;
    await this.#create();
    await this.#pool.query(
      `INSERT INTO event_bus.log (id, name, event)
       SELECT event->>'id', regexp_replace(event->>'type', '\\.v\\d+$', ''), event
       FROM (SELECT pg_advisory_xact_lock(${TURN})) AS turn, jsonb_array_elements($1::jsonb) WITH ORDINALITY AS e(event, n)
       ORDER BY n
       ON CONFLICT (id) DO NOTHING`,
      [JSON.stringify(events)],
    );
    this.#readers.notify();
  }

  async forget(source: string, subjects: readonly string[]): Promise<ReadonlyMap<string, number>> {
    await this.#create();
    const { rows } = await this.#pool.query<{ subject: string; count: number }>(
      `WITH gone AS (
         DELETE FROM event_bus.log WHERE event->>'source' = $1 AND lower(event->>'subject') = ANY($2::text[]) AND name NOT LIKE $3
         RETURNING lower(event->>'subject') AS subject
       ) SELECT subject, count(*)::int AS count FROM gone GROUP BY subject`,
      [source, subjects, `${OF_CUSTOMERS}%`],
    );
    return new Map(rows.map(({ subject, count }) => [subject, count]));
  }

  consume(consumer: BusConsumer): BusReader {
    const worker = new Worker(`reading events for ${consumer.name}`, this.log, (self) => this.#read(consumer, self));
    return {
      stop: () => worker.stop(),
      lag: async () => {
        await this.#create();
        const { rows } = await this.#pool.query<{ lag: number }>(
          `SELECT count(*)::int AS lag FROM event_bus.log WHERE name = ANY($2)
             AND sequence > coalesce((SELECT sequence FROM event_bus.consumer WHERE name = $1), 0)`,
          [consumer.name, consumer.types],
        );
        return rows[0]?.lag ?? 0;
      },
    };
  }

  async close(): Promise<void> {
    this.#stopDropping();
    await this.#readers.idle();
    if (!this.#pool.ended) await this.#pool.end();
  }

  /** One connection's time as the reader of a consumer. */
  async #read(consumer: BusConsumer, worker: Worker): Promise<void> {
    await this.#create();
    let lost: Error | undefined;
    const onEnd = (error: Error) => {
      lost = error;
      worker.wake();
    };
    const config = { connectionString: this.url, application_name: `customer360-${consumer.name}` };
    const client = await listen(config, CHANNEL, () => worker.wake(), onEnd);
    try {
      await client.query('INSERT INTO event_bus.consumer (name) VALUES ($1) ON CONFLICT DO NOTHING', [consumer.name]);
      while (!worker.stopped) {
        if (lost) throw lost;
        const more = await this.#readBatch(client, consumer);
        if (!more) await worker.sleep(LOOK_ANYWAY_MS);
      }
    } finally {
      await client.end();
    }
  }

  /** @returns whether there may be more */
  async #readBatch(client: Client, consumer: BusConsumer): Promise<boolean> {
    const { rows } = await client.query<{ sequence: string; event: unknown }>(
      `SELECT sequence, CASE WHEN name = ANY($2) THEN event END AS event FROM event_bus.log
       WHERE sequence > (SELECT sequence FROM event_bus.consumer WHERE name = $1) ORDER BY sequence LIMIT ${BATCH}`,
      [consumer.name, consumer.types],
    );
    const last = rows.at(-1);
    if (last === undefined) return false;
    const deliveries = rows.filter(({ event }) => event !== null);
    if (deliveries.length > 0) await consumer.handle(deliveries);
    await client.query(
      'UPDATE event_bus.consumer SET sequence = greatest(sequence, $2), read_at = now() WHERE name = $1',
      [consumer.name, last.sequence],
    );
    return rows.length === BATCH;
  }

  /** Says loudly which consumers had not read what was dropped. */
  async #tellUnread(last: string | null): Promise<void> {
    if (last === null) return;
    const { rows } = await this.#pool.query<{ name: string }>(
      'SELECT name FROM event_bus.consumer WHERE sequence < $1',
      [last],
    );
    const consumers = rows.map(({ name }) => name);
    if (consumers.length > 0) this.log.error({ consumers }, 'events were dropped before these consumers had read them');
  }

  #create(): Promise<unknown> {
    this.#created ??= this.#pool.query(CREATE).catch((error: unknown) => {
      this.#created = undefined;
      throw error;
    });
    return this.#created;
  }
}
