import { z } from 'zod';
import { type TracingSettings, readTracing } from '../../../observability/openTracing.js';
import type { MetricsSettings } from '../../../observability/serveMetrics.js';
import type { Environment, Settings } from './Settings.js';
import { signingKeys } from './signingKeys.js';

/** How a subgraph runs. Made once at the entry point, then passed on. */
export interface SubgraphConfig {
  /** The Postgres that holds the subgraph's schema. */
  readonly databaseUrl: string;
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** identity's GraphQL address, to check the ids that it owns. */
  readonly identityUrl: string;
  /**
   * marketing's GraphQL address, to ask who withdrew a consent; a function where it is known only later. Left out, reads for a
   * purpose are refused.
   */
  readonly marketingUrl?: string | (() => string | undefined);
  /** Most connections to Postgres at once. */
  readonly poolSize: number;
  /** See `StatementLimits`; left out, 8 seconds: shorter than the gateway waits, so that a hanging statement costs its own fields. */
  readonly statementTimeoutMs?: number;
  /** The event bus that all subgraphs share: `postgres://…` or `nats://…`; left out, the subgraph's own Postgres. */
  readonly eventBusUrl?: string;
  /** With any of these the gateway must have signed a request, and with the first this subgraph signs its own; null takes everybody's. */
  readonly signingKeys: readonly string[] | null;
  /** Who may read metrics; undefined for nobody. */
  readonly metrics?: MetricsSettings | undefined;
  /** Where traces go; undefined when nothing is traced. */
  readonly tracing?: TracingSettings | undefined;
  /** The values of the definition's own `settings`; left out, their defaults. */
  readonly settings?: object;
}

/** The environment variables that all subgraphs of a process share; those of one subgraph carry its name. */
export const ENVIRONMENT_HELP = `Environment:
  DATABASE_URL        Postgres for every subgraph, each in a schema of its own
  <NAME>_DATABASE_URL Postgres for one subgraph, such as SALES_DATABASE_URL
  HOST                address to listen on                      (127.0.0.1)
  PORT                port, when one subgraph starts alone; 0 takes a free one
  <NAME>_PORT         port of one subgraph                      (its own: identity 4001 … feedback 4006)
  IDENTITY_URL        identity's GraphQL address                (http://127.0.0.1:4001/graphql)
  MARKETING_URL       marketing's, asked when a read says what it is for (http://127.0.0.1:4005/graphql)
  SIGNING_KEY         with what the gateway signs its requests: what it has, at least 32 characters; several with commas
                      between them, to replace one. "off" lets everybody in: on a loopback address, not in production
  EVENT_BUS_URL       what carries events between subgraphs     (DATABASE_URL; postgres:// or nats://, one for all)
  POOL_SIZE           most connections of a subgraph            (10)
  STATEMENT_TIMEOUT   milliseconds that a read, or the wait of a write for a lock, may take (8000)
  METRICS             on serves /metrics to this machine, off to nobody (on)
  <NAME>_METRICS_PORT a port of their own for metrics, read by whoever reaches it; METRICS_PORT, when one starts alone
  OTEL_EXPORTER_OTLP_ENDPOINT  where traces go, OTLP over HTTP  (nowhere)
  LOG_LEVEL           trace, debug, info, warn, error or silent (info)`;

const port = z.coerce.number().int().min(0).max(65535);

function databaseUrl(prefix: string): z.ZodType<string> {
  return z
    .string({ error: `set DATABASE_URL, or ${prefix}_DATABASE_URL, to a Postgres (postgres://user:password@host/db)` })
    .regex(/^postgres(ql)?:\/\//, `${prefix}_DATABASE_URL or DATABASE_URL must start with postgres://`);
}

/**
 * Reads where a subgraph's schema is, for programs that only work on its tables.
 * @throws Error when that is not said, or no Postgres
 */
export function readDatabaseUrl({ name }: { readonly name: string }, environment: Environment): string {
  const prefix = name.toUpperCase();
  const read = databaseUrl(prefix).safeParse(environment[`${prefix}_DATABASE_URL`] ?? environment.DATABASE_URL);
  if (read.success) return read.data;
  throw new Error(read.error.issues.map(({ message }) => message).join('\n'));
}

/**
 * Reads one subgraph's configuration.
 * @param subgraph its name, its default port and what else can be set about it
 * @param alone whether the process runs only this subgraph, so that PORT means it
 * @throws Error with a line for each problem
 */
export function readConfig(
  subgraph: { readonly name: string; readonly port: number; readonly settings?: Settings<object> },
  environment: Environment,
  alone: boolean,
): SubgraphConfig & { readonly marketingUrl: string } {
  const prefix = subgraph.name.toUpperCase();
  const host = environment.HOST ?? '127.0.0.1';
  const schema = z.object({
    databaseUrl: databaseUrl(prefix),
    host: z.string(),
    port: port.default(subgraph.port),
    identityUrl: z.url('IDENTITY_URL must be an http address').default('http://127.0.0.1:4001/graphql'),
    marketingUrl: z.url('MARKETING_URL must be an http address').default('http://127.0.0.1:4005/graphql'),
    signingKeys: signingKeys(host, environment.NODE_ENV === 'production'),
    eventBusUrl: z
      .string({ error: 'set EVENT_BUS_URL, or DATABASE_URL, to the Postgres through which all subgraphs share events' })
      .regex(/^(postgres(ql)?|nats):\/\//, 'EVENT_BUS_URL must start with postgres:// or nats://'),
    metrics: z.enum(['on', 'off'], { error: 'METRICS must be on or off' }).default('on'),
    metricsPort: port.optional(),
    poolSize: z.coerce.number({ error: 'POOL_SIZE must be a whole number' }).int().min(1).max(100).default(10),
    statementTimeoutMs: z.coerce
      .number({ error: 'STATEMENT_TIMEOUT must be a whole number of milliseconds' })
      .int()
      .min(1)
      .max(600_000)
      .optional(),
  });
  const read = schema.safeParse({
    databaseUrl: environment[`${prefix}_DATABASE_URL`] ?? environment.DATABASE_URL,
    host,
    port: environment[`${prefix}_PORT`] ?? (alone || environment.PORT === '0' ? environment.PORT : undefined),
    identityUrl: environment.IDENTITY_URL,
    marketingUrl: environment.MARKETING_URL,
    signingKeys: environment.SIGNING_KEY,
    eventBusUrl: environment.EVENT_BUS_URL ?? environment.DATABASE_URL,
    metrics: environment.METRICS || undefined,
    metricsPort: environment[`${prefix}_METRICS_PORT`] ?? (alone ? environment.METRICS_PORT : undefined),
    poolSize: environment.POOL_SIZE,
    statementTimeoutMs: environment.STATEMENT_TIMEOUT,
  });
  if (read.success) {
    const settings = subgraph.settings?.read(environment);
    const { metrics, metricsPort, statementTimeoutMs, ...rest } = read.data;
    return Object.freeze({
      ...rest,
      ...(statementTimeoutMs === undefined ? {} : { statementTimeoutMs }),
      metrics: metrics === 'on' ? { port: metricsPort } : undefined,
      tracing: readTracing(environment),
      ...(settings ? { settings: Object.freeze(settings) } : {}),
    });
  }
  throw new Error(read.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('\n'));
}
