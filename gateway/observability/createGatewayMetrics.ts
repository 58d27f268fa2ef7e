import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { ERROR_CODES } from '../../schema/contract.js';

/** What the rest of the gateway tells its metrics. Nothing here throws. */
export interface GatewayMetrics {
  readonly registry: Registry;
  /** An operation was answered. */
  operation(type: OperationType, outcome: OperationOutcome, milliseconds: number): void;
  /** Errors were sent to a client. */
  errors(errors: readonly { readonly extensions?: { readonly code?: unknown } | undefined }[]): void;
  /** A subgraph was asked. @param outcome `ok`, `errors`, or why there was no answer */
  fetch(subgraph: string, outcome: string, milliseconds: number): void;
  /** An operation was looked up among those that are compiled. */
  lookup(found: boolean): void;
  /** An HTTP response was sent. */
  response(status: number): void;
  /** An event was enriched, for however many clients. */
  event(): void;
  /** A connection for subscriptions was turned away, because there are as many as are allowed. */
  refusedConnection(): void;
}

type OperationType = 'query' | 'mutation' | 'subscription' | 'unknown';

/** `ok` has no errors, `partial` has data and errors, `failed` has no data. */
export type OperationOutcome = 'ok' | 'partial' | 'failed';

/** What is read when somebody looks at the metrics. */
export interface GatewayReadings {
  readonly supergraph: { readonly digest: string; readonly since: Date };
  /** Compiled operations that are kept. */
  readonly compiledOperations: number;
  /** What they weigh, with their documents and plans. */
  readonly operationBytes: number;
  /** Requests, events and subscriptions that hold a supergraph, and how many supergraphs they hold. */
  readonly leases: number;
  readonly generations: number;
  /** Connections (TCP), whatever comes over them. */
  readonly sockets: number;
  /** Requests that are worked on, from the last byte of their body until their answer is ready. */
  readonly underWay: number;
  /** WebSockets and event streams. */
  readonly connections: number;
  /** Clients' operations over them, and the upstream subscriptions that feed them. */
  readonly subscriptions: number;
  readonly upstreamSubscriptions: number;
  /** Events that wait to be enriched. */
  readonly waitingEvents: number;
  /** Messages that wait for slow clients. */
  readonly waitingMessages: number;
  readonly subgraphs: readonly { readonly name: string; readonly resting: boolean }[];
}

/** Seconds: from answers out of one fast subgraph to the gateway's longest deadline. */
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

const CODES: ReadonlySet<string> = new Set(Object.values(ERROR_CODES));
/** A subgraph's own codes are without number, so they are counted together. */
const OTHER = 'OTHER';

const PREFIX = 'customer360_gateway_';

/**
 * Makes the metrics of one gateway, in a registry of its own. Labels have few values, all known beforehand: never a name or value that a
 * client chose.
 *
 * @param read undefined before the gateway is put together
 */
export function createGatewayMetrics(read: () => GatewayReadings | undefined): GatewayMetrics {
  const registry = new Registry();
  const registers = [registry];
  const operations = new Histogram({
    name: `${PREFIX}operation_duration_seconds`,
    help: 'Operations answered, by type and outcome (ok, partial, failed); their count is in _count.',
    labelNames: ['type', 'outcome'],
    buckets: SECONDS,
    registers,
  });
  const fetches = new Histogram({
    name: `${PREFIX}subgraph_duration_seconds`,
    help: 'Requests to subgraphs, by subgraph and outcome: ok, errors, or why there was no answer.',
    labelNames: ['subgraph', 'outcome'],
    buckets: SECONDS,
    registers,
  });
  const counter = <T extends string>(name: string, help: string, labelNames: T[] = []): Counter<T> =>
    new Counter({ name: PREFIX + name, help, labelNames, registers });
  const errors = counter('errors_total', "Errors sent to clients, by code; a subgraph's own codes are OTHER.", [
    'code',
  ]);
  const lookups = counter(
    'compiled_operation_lookups_total',
    'Operations found compiled (hit), or planned and compiled (miss).',
    ['result'],
  );
  const responses = counter('http_responses_total', 'HTTP responses by status, whatever they were for.', ['status']);
  const events = counter(
    'subscription_events_total',
    'Events of subscriptions that were enriched, each once for all its clients.',
  );
  const refused = counter(
    'connections_refused_total',
    'WebSockets and event streams that were turned away at the limit.',
  );
  addReadings(registry, read);
  return {
    registry,
    operation: (type, outcome, milliseconds) => operations.observe({ type, outcome }, milliseconds / 1_000),
    errors(all) {
      for (const { extensions } of all) {
        const code = String(extensions?.code);
        errors.inc({ code: CODES.has(code) ? code : OTHER });
      }
    },
    fetch: (subgraph, outcome, milliseconds) => fetches.observe({ subgraph, outcome }, milliseconds / 1_000),
    lookup: (found) => lookups.inc({ result: found ? 'hit' : 'miss' }),
    response: (status) => responses.inc({ status: String(status) }),
    event: () => events.inc(),
    refusedConnection: () => refused.inc(),
  };
}

function addReadings(registry: Registry, read: () => GatewayReadings | undefined): void {
  const gauge = (name: string, help: string, value: (readings: GatewayReadings) => number): void => {
    const metric = new Gauge({
      name: PREFIX + name,
      help,
      registers: [],
      collect() {
        const readings = read();
        if (readings) this.set(value(readings));
      },
    });
    registry.registerMetric(metric);
  };
  gauge('compiled_operations', 'Compiled operations that are kept.', (now) => now.compiledOperations);
  gauge('operation_bytes', 'What they weigh, with their documents and plans.', (now) => now.operationBytes);
  gauge('leases', 'Requests, events and subscriptions that hold a supergraph.', (now) => now.leases);
  gauge(
    'generations',
    'Supergraphs that are open: one, and those before it that are still held.',
    (now) => now.generations,
  );
  gauge('sockets', 'Open connections (TCP), whatever comes over them.', (now) => now.sockets);
  gauge('requests_under_way', 'Requests with operations that are worked on.', (now) => now.underWay);
  gauge('connections', 'Open WebSockets and event streams.', (now) => now.connections);
  gauge('subscriptions', 'Operations that clients run over them.', (now) => now.subscriptions);
  gauge('upstream_subscriptions', 'Subscriptions at subgraphs that feed them.', (now) => now.upstreamSubscriptions);
  gauge('waiting_events', 'Events that wait to be enriched.', (now) => now.waitingEvents);
  gauge('waiting_messages', 'Messages that wait for clients to read them.', (now) => now.waitingMessages);
  gauge(
    'supergraph_since_seconds',
    'When the supergraph began to serve (Unix time).',
    ({ supergraph }) => supergraph.since.getTime() / 1_000,
  );
  const info = new Gauge({
    name: `${PREFIX}supergraph_info`,
    help: 'The supergraph that serves, by the SHA-256 of its file; always 1.',
    labelNames: ['digest'],
    registers: [],
    collect() {
      const readings = read();
      this.reset();
      if (readings) this.set({ digest: readings.supergraph.digest }, 1);
    },
  });
  registry.registerMetric(info);
  const resting = new Gauge({
    name: `${PREFIX}subgraph_resting`,
    help: 'Whether a subgraph is not asked for a while after failures (1), or is (0).',
    labelNames: ['subgraph'],
    registers: [],
    collect() {
      this.reset();
      for (const subgraph of read()?.subgraphs ?? []) this.set({ subgraph: subgraph.name }, subgraph.resting ? 1 : 0);
    },
  });
  registry.registerMetric(resting);
}
