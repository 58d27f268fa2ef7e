import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { ERROR_CODES } from '../../../../schema/contract.js';
import type { Following } from '../../ownership/FollowHealth.js';

/** What a subgraph tells its metrics. Nothing here throws. */
export interface SubgraphMetrics {
  readonly registry: Registry;
  /** Reads what has to be asked for. Never rejects. */
  refresh(): Promise<void>;
  /** An operation over HTTP was answered, or an event of a subscription was. */
  operation(type: string, outcome: 'ok' | 'errors', milliseconds: number): void;
  /** An error was answered. */
  error(code: unknown): void;
  /** A SQL statement has ended. */
  statement(kind: StatementKind, milliseconds: number): void;
  /** How many subscriptions run. */
  readonly subscriptions: { inc(): void; dec(): void };
}

/** `read` goes over the shared connections; `write` is what runs in transactions and beside requests. */
export type StatementKind = 'read' | 'write';

/** What is read when somebody looks at the metrics. */
export interface SubgraphReadings {
  /** @throws when the database does not answer */
  events(): Promise<EventReadings>;
  /** @throws when the database does not answer */
  following(): Promise<Following>;
  /** The connection pools, by what they are for. */
  pools(): Readonly<Record<StatementKind, PoolReadings>>;
}

/** How far behind the traffic of events is. */
export interface EventReadings {
  /** Events that wait to be published; not counted beyond 100,000. */
  readonly outbox: number;
  /** Seconds since the oldest of them was written; 0 when there is none. */
  readonly outboxAge: number;
  /** Events that were parked; not counted beyond 100,000. */
  readonly deadLetters: number;
  /** Events that are held; not counted beyond 100,000. */
  readonly heldEvents: number;
  /** Events that wait to be taken in, by consumer; only of the consumers that read in this process. */
  readonly inbox: Readonly<Record<string, number>>;
}

/** As `pg` tells it. */
export interface PoolReadings {
  readonly totalCount: number;
  readonly idleCount: number;
  /** Statements or transactions that wait for a connection. */
  readonly waitingCount: number;
}

/** Seconds: from a statement by primary key to the gateway's patience. */
const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const CODES: ReadonlySet<string> = new Set(Object.values(ERROR_CODES));
const PREFIX = 'customer360_subgraph_';

/** Makes the metrics of one subgraph, in a registry of its own: several subgraphs may share a process. Each carries the label `subgraph`. */
export function createSubgraphMetrics(subgraph: string, readings: SubgraphReadings): SubgraphMetrics {
  const registry = new Registry();
  registry.setDefaultLabels({ subgraph });
  const registers = [registry];
  const operations = new Histogram({
    name: `${PREFIX}operation_duration_seconds`,
    help: 'Operations answered, by type and outcome (ok, errors); their count is in _count.',
    labelNames: ['type', 'outcome'],
    buckets: SECONDS,
    registers,
  });
  const statements = new Histogram({
    name: `${PREFIX}statement_duration_seconds`,
    help: 'SQL statements: reads of requests, and writes with what runs in transactions. Waiting for a connection counts.',
    labelNames: ['kind'],
    buckets: SECONDS,
    registers,
  });
  const errors = new Counter({
    name: `${PREFIX}errors_total`,
    help: 'Errors answered, by code.',
    labelNames: ['code'],
    registers,
  });
  const subscriptions = new Gauge({ name: `${PREFIX}subscriptions`, help: 'Subscriptions that run.', registers });
  addPools(registry, readings);
  return {
    registry,
    refresh: addEvents(registers, readings),
    operation: (type, outcome, milliseconds) => operations.observe({ type, outcome }, milliseconds / 1_000),
    error: (code) => errors.inc({ code: typeof code === 'string' && CODES.has(code) ? code : 'OTHER' }),
    statement: (kind, milliseconds) => statements.observe({ kind }, milliseconds / 1_000),
    subscriptions,
  };
}

function addPools(registry: Registry, readings: SubgraphReadings): void {
  const pools = new Gauge({
    name: `${PREFIX}pool_connections`,
    help: 'Connections to Postgres, by pool (read, write) and state: used, idle; and how many wait for one (waiting).',
    labelNames: ['pool', 'state'],
    registers: [],
    collect() {
      for (const [pool, { totalCount, idleCount, waitingCount }] of Object.entries(readings.pools())) {
        this.set({ pool, state: 'used' }, totalCount - idleCount);
        this.set({ pool, state: 'idle' }, idleCount);
        this.set({ pool, state: 'waiting' }, waitingCount);
      }
    },
  });
  registry.registerMetric(pools);
}

/** @returns looks at the database, once for all of these */
function addEvents(registers: Registry[], readings: SubgraphReadings): () => Promise<void> {
  const gauge = <T extends string>(name: string, help: string, labelNames: T[] = []): Gauge<T> =>
    new Gauge({ name: PREFIX + name, help, labelNames, registers });
  const up = gauge(
    'database_up',
    'Whether the database answers: 1 or 0. While it does not, the figures of events are old.',
  );
  const outbox = gauge('outbox_events', 'Events that wait to be published (counted up to 100,000).');
  const age = gauge('outbox_oldest_seconds', 'How long the oldest event has waited to be published.');
  const parked = gauge('dead_letters', 'Events that were parked (counted up to 100,000).');
  const held = gauge(
    'held_events',
    'Events about customers that are held, with those behind them (counted up to 100,000).',
  );
  const waiting = gauge(
    'merges_waiting',
    'Customers whose rows have not followed a merge or unmerge (counted up to 1,000).',
  );
  const late = gauge('merges_oldest_seconds', 'How long the first of them has waited.');
  const astray = gauge(
    'rows_astray',
    'Rows that are not where the aliases say (counted up to 1,000 a table, once a minute).',
  );
  const inbox = gauge('inbox_events', 'Events that wait to be taken in, told by the process that reads them.', [
    'consumer',
  ]);
  return async () => {
    let now: EventReadings;
    let merges: Following;
    try {
      [now, merges] = await Promise.all([readings.events(), readings.following()]);
    } catch {
      // The metric is what tells of it; /health logs the reason.
      up.set(0);
      return;
    }
    up.set(1);
    outbox.set(now.outbox);
    age.set(now.outboxAge);
    parked.set(now.deadLetters);
    held.set(now.heldEvents);
    waiting.set(merges.waiting);
    late.set(merges.waitingSince === null ? 0 : Math.max(0, Date.now() - merges.waitingSince.getTime()) / 1_000);
    astray.set(merges.astray);
    inbox.reset();
    for (const [consumer, count] of Object.entries(now.inbox)) inbox.set({ consumer }, count);
  };
}
