import type { Logger } from 'pino';
import type { DataSource } from 'typeorm';
import type { SubgraphConfig } from './config.js';
import { connectionConfig } from '../sql/createDataSource.js';
import type { SubgraphDefinition } from './defineSubgraph.js';
import type { CustomerChangeHooks } from '../ownership/customerChanges.js';
import { consumersOf } from './consumersOf.js';
import { applyAliases } from '../ownership/applyAliases.js';
import { settleErasures } from '../ownership/settleErasures.js';
import { tablesOf } from '../ownership/ownedTables.js';
import { Worker } from '../flow/Worker.js';
import type { EventReadings } from './observe/createSubgraphMetrics.js';
import type { BusReader } from '../flow/EventBus.js';
import { forgetTakenIn } from '../flow/forgetTakenIn.js';
import { oneAtATime } from '../flow/oneAtATime.js';
import { openEventBus } from '../flow/openEventBus.js';
import { relayOutbox } from '../flow/relayOutbox.js';
import { heldEvents, type HeldEvent } from '../flow/deadLetters.js';
import { takeInHeld } from '../flow/takeInHeld.js';
import { busConsumer, replay } from '../flow/takeInEvents.js';

/** How soon another replica goes on with a merge where one died, in milliseconds. */
const FOLLOW_MS = 5_000;

/** Counting further tells nobody more. */
const MOST_COUNTED = 100_000;

/** What a subgraph's health says of its events. Counts end at 100,000. */
interface EventsHealth {
  /** Events that wait to be published. */
  readonly outbox: number;
  /** Events that were parked. */
  readonly deadLetters: number;
  /** Held events, with those that wait behind them. */
  readonly heldEvents: number;
  /** Those of them that failed themselves, the oldest first; at most ten. */
  readonly held: readonly HeldEvent[];
}

/** A subgraph's part in the traffic of events. */
export interface SubgraphEvents {
  /**
   * How the traffic of events is; asking is also the proof that the database answers.
   * @throws when the database does not answer
   */
  health(): Promise<EventsHealth>;
  /**
   * How far behind the traffic of events is.
   * @throws when the database does not answer
   */
  readings(): Promise<EventReadings>;
  /** Finishes the events at hand; the others wait for the next start. */
  stop(): Promise<void>;
}

/** SQL that counts rows, to an end. */
function counted(rows: string): string {
  return `(SELECT count(*)::int FROM (SELECT FROM ${rows} LIMIT ${MOST_COUNTED}) AS r)`;
}

/**
 * Starts to publish what a subgraph's writes leave in its outbox, and to read what it consumes.
 * @param hooks what is to be done when customers change
 */
export function startEvents(
  definition: SubgraphDefinition,
  config: SubgraphConfig,
  dataSource: DataSource,
  log: Logger,
  hooks?: Pick<CustomerChangeHooks, 'onErased'>,
): SubgraphEvents {
  const bus = openEventBus(config.eventBusUrl ?? config.databaseUrl, log);
  const connection = { ...connectionConfig(definition), connectionString: config.databaseUrl };
  const relay = relayOutbox(definition.name, connection, bus, log);
  const reading = new Map<string, BusReader>();
  const follower = new Worker('bringing rows in line with merges', log, async (worker) => {
    while (!worker.stopped) {
      const applied = await applyAliases(dataSource, tablesOf(dataSource), definition.rederive);
      if (applied > 0) log.info({ count: applied }, 'the rows of customers who were merged or unmerged follow');
      await worker.sleep(FOLLOW_MS);
    }
  });
  const erasures = settleErasures(definition.name, dataSource, bus, config.signingKeys?.[0] ?? null, log);
  const consumers = consumersOf(definition, {
    onErased: (ids) => hooks?.onErased(ids),
    onMerged() {
      follower.wake();
    },
    onCommitted() {
      erasures.wake();
    },
  });
  const readers = consumers.map((consumer) =>
    oneAtATime(`${definition.name}.${consumer.name}`, connection, log, () => {
      const held = takeInHeld(dataSource, consumer, log, (letter) => replay(dataSource, consumer, letter));
      const reader = bus.consume(busConsumer(definition.name, consumer, dataSource, log, () => held.wake()));
      reading.set(consumer.name, reader);
      return {
        async stop() {
          reading.delete(consumer.name);
          await Promise.all([reader.stop(), held.stop()]);
        },
      };
    }),
  );
  const stopForgetting = forgetTakenIn(dataSource, log);
  const count = async (): Promise<Omit<EventsHealth, 'held'>> => {
    const [row] = await dataSource.query<Omit<EventsHealth, 'held'>[]>(
      `SELECT ${counted('outbox')} AS outbox, ${counted('dead_letter WHERE held_for IS NULL')} AS "deadLetters",
         ${counted('dead_letter WHERE held_for IS NOT NULL')} AS "heldEvents"`,
    );
    if (row === undefined) throw new Error('counting gave nothing');
    return row;
  };
  return {
    health: async () => ({ ...(await count()), held: await heldEvents(dataSource) }),
    async readings() {
      const counts = await count();
      const [oldest] = await dataSource.query<{ age: number }[]>(
        `SELECT extract(epoch FROM now() - (event->>'time')::timestamptz)::float8 AS age FROM outbox ORDER BY position LIMIT 1`,
      );
      const lags = await Promise.all([...reading].map(async ([name, reader]) => [name, await reader.lag()] as const));
      return { ...counts, outboxAge: Math.max(0, oldest?.age ?? 0), inbox: Object.fromEntries(lags) };
    },
    async stop() {
      stopForgetting();
      await Promise.all([relay.stop(), follower.stop(), erasures.stop(), ...readers.map((reader) => reader.stop())]);
      await bus.close();
    },
  };
}
