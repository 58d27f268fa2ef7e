import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { type TracingSettings, readTracing } from '../observability/openTracing.js';
import type { MetricsSettings } from '../observability/serveMetrics.js';
import { DENIED_FIELDS, type DeniedFields } from './access/DeniedFields.js';
import type { AccessConfig } from './access/AccessConfig.js';
import { ACCESS_HELP, readAccess, readSigningKey } from './access/readAccess.js';
import type { DevelopmentToken } from './access/DevelopmentToken.js';
import { readDevelopmentTokens } from './access/readDevelopmentTokens.js';
import { StartError } from './errors/StartError.js';
import { DEFAULT_LIMITS, type Limits } from './limits/limits.js';
import { LOG_LEVELS, type LogLevel } from './observability/createLogger.js';

/** Everything that the gateway can be told, parsed once and frozen. */
export interface Config {
  /** Path of the supergraph file, relative to the working directory, or the address that gives it. */
  readonly supergraph: string;
  /** The folder in which supergraphs that served are kept, to start from when the file cannot be served, and to go back to. */
  readonly historyFolder: string | undefined;
  /** TCP port; 0 takes a free one. */
  readonly port: number;
  /** Address to listen on. */
  readonly host: string;
  /** Whether callers must say who they are, and how. */
  readonly auth: AccessConfig;
  /** Told to pages of the gateway's own, at this machine: tokens to try the product with. Empty anywhere but in development. */
  readonly developmentTokens: readonly DevelopmentToken[];
  /** What requests to subgraphs are signed with; undefined where they are not. */
  readonly signingKey: string | undefined;
  /** What becomes of fields that a caller may not see. */
  readonly deniedFields: DeniedFields;
  /** Whether introspection tells callers only of what they may see. */
  readonly introspectionHidesDenied: boolean;
  readonly logLevel: LogLevel;
  /**
   * Addresses that replace those in the supergraph, by environment variable (`SALES_URL`). It holds every variable with
   * such a name, also those that belong to something else; only those of the supergraph's subgraphs are looked at.
   */
  readonly subgraphUrls: Readonly<Record<string, string>>;
  readonly limits: Limits;
  /** Whether the console is served at `/`, where it was built and the graph has customers. */
  readonly console: boolean;
  /** What becomes of operations that are not among those of the folder: refused, logged, or nothing. */
  readonly safelist: { readonly mode: 'require' | 'log' | 'off'; readonly folder: string };
  /** Whether callers may ask for the schema; GraphiQL, which needs it, is served then. */
  readonly introspection: boolean;
  /** Pages of these origins may ask beside those of the gateway's own; `*` for all. */
  readonly corsOrigins: readonly string[];
  /** How many proxies stand before the gateway, each of which adds to `x-forwarded-for`. */
  readonly trustedProxies: number;
  /** Whether equal subscriptions by equal callers share one upstream subscription. */
  readonly shareSubscriptions: boolean;
  /** Whether identical queries of one caller that are in flight at once are answered by one run. */
  readonly shareIdenticalQueries: boolean;
  /** Who may read metrics; undefined for nobody. */
  readonly metrics?: MetricsSettings | undefined;
  /** Where traces go; undefined when nothing is traced. */
  readonly tracing?: TracingSettings | undefined;
  /** Where what clients ask is recorded, without its values; undefined records nothing. */
  readonly usageFolder: string | undefined;
}

interface Option {
  readonly name: keyof typeof settings.shape;
  readonly value: string;
  readonly env?: string;
  readonly help: string;
}

const OPTIONS: readonly Option[] = [
  {
    name: 'supergraph',
    value: 'FILE|URL',
    env: 'SUPERGRAPH',
    help: 'the supergraph to serve, and to follow (schema/supergraph.graphql)',
  },
  {
    name: 'history',
    value: 'FOLDER',
    env: 'HISTORY',
    help: 'keeps what served there, to start from when it is broken and for schema:rollback (none)',
  },
  { name: 'port', value: 'N', env: 'PORT', help: 'the port to listen on; 0 takes a free one (4000)' },
  { name: 'host', value: 'H', env: 'HOST', help: 'the address to listen on (127.0.0.1)' },
  { name: 'auth', value: 'jwt|off', help: 'who may ask: those with a token; "off": everybody, everything (jwt)' },
  { name: 'console', value: 'on|off', help: 'the console at /, for a graph with customers (on)' },
  { name: 'max-depth', value: 'N', help: 'how deep fields may nest (20)' },
  { name: 'max-aliases', value: 'N', help: 'aliases of an operation (50)' },
  { name: 'max-root-fields', value: 'N', help: 'fields at the root of an operation (20)' },
  { name: 'max-tokens', value: 'N', help: 'tokens of a document (5000)' },
  { name: 'max-directives', value: 'N', help: 'directives of a document (50)' },
  { name: 'max-cost', value: 'N', help: 'what an operation may cost, by @cost and @listSize (10000)' },
  { name: 'list-size', value: 'N', help: 'how long a list is taken to be where @listSize says nothing (10)' },
  { name: 'max-rate', value: 'N', help: 'operations a second of one caller; 0 for any number (500)' },
  { name: 'max-burst', value: 'N', help: 'operations of one caller at once, after a pause (twice --max-rate)' },
  { name: 'max-body', value: 'N', help: 'bytes of a request (1048576)' },
  {
    name: 'denied-fields',
    value: DENIED_FIELDS.join('|'),
    env: 'DENIED_FIELDS',
    help: 'what a caller lacks scopes for: null and an error, null, or no answer at all (error)',
  },
  {
    name: 'introspection-hides-denied',
    value: 'on|off',
    help: 'introspection tells callers only of what they have scopes for (off)',
  },
  { name: 'max-connections', value: 'N', help: 'WebSockets and event streams at the same time (10000)' },
  { name: 'max-connections-per-address', value: 'N', help: 'of these, from one network address (2000)' },
  { name: 'max-subscriptions', value: 'N', help: 'operations over them at the same time (50000)' },
  { name: 'max-subscriptions-per-caller', value: 'N', help: 'of these, for one caller (1000)' },
  { name: 'max-subscriptions-per-connection', value: 'N', help: 'of these, over one WebSocket (100)' },
  { name: 'share-subscriptions', value: 'on|off', help: 'one upstream for equal subscriptions of equal callers (on)' },
  { name: 'subgraph-timeout', value: 'MS', help: 'milliseconds that a subgraph may take for one fetch (10000)' },
  {
    name: 'request-deadline',
    value: 'MS',
    help: 'milliseconds for all fetches of a request; longer than that (30000)',
  },
  {
    name: 'subgraph-concurrency',
    value: 'N',
    help: 'requests to one subgraph at the same time; as many may wait (256)',
  },
  { name: 'shed-load', value: 'on|off', help: '503 for what comes while the gateway is behind with its work (on)' },
  { name: 'max-in-flight', value: 'N', help: 'requests under way, whatever they wait for; more get 503 (5000)' },
  {
    name: 'safelist',
    value: 'MODE',
    env: 'SAFELIST',
    help: 'operations that are not known: require refuses, log logs, off lets pass (off; in production require)',
  },
  {
    name: 'operations',
    value: 'DIR',
    env: 'OPERATIONS',
    help: 'the folder of the known operations (operations, beside the supergraph)',
  },
  {
    name: 'introspection',
    value: 'on|off',
    env: 'INTROSPECTION',
    help: 'tells the schema, and serves GraphiQL (on; in production off)',
  },
  {
    name: 'cors-origin',
    value: 'ORIGINS',
    env: 'CORS_ORIGIN',
    help: 'pages that may ask: https://app.example.com, several with commas, or * (none)',
  },
  {
    name: 'trust-proxy',
    value: 'N',
    env: 'TRUST_PROXY',
    help: 'how many proxies before the gateway add to x-forwarded-for (0)',
  },
  {
    name: 'usage',
    value: 'FOLDER|off',
    env: 'USAGE',
    help: 'where to record which client asks what, for schema:check (off)',
  },
  { name: 'log-level', value: 'LEVEL', env: 'LOG_LEVEL', help: `${LOG_LEVELS.join(', ')} (info)` },
  {
    name: 'metrics',
    value: 'on|off',
    env: 'METRICS',
    help: 'Prometheus metrics at /metrics, for this machine only (on)',
  },
  {
    name: 'metrics-port',
    value: 'N',
    env: 'METRICS_PORT',
    help: 'a port of their own, for whoever reaches it; 0 takes a free one',
  },
  {
    name: 'share-identical-queries',
    value: 'on|off',
    help: 'one run for equal queries of one caller at the same time (off)',
  },
];

const OPTION_WIDTH = 37;

/** What `--help` prints. */
export const HELP = `Serves a federated graph.

Usage: npm run start:gateway -- [options]

${OPTIONS.map(({ name, value, env, help }) => `  ${`--${name} ${value}`.padEnd(OPTION_WIDTH)} ${help}${env ? `; or ${env}` : ''}`).join('\n')}
  ${'--help'.padEnd(OPTION_WIDTH)} this text

<NAME>_URL in the environment replaces the address that the supergraph gives for a subgraph: SALES_URL for "sales",
ORDER_HISTORY_URL for "order-history". <NAME>_WS_URL does the same for its WebSockets, by default the same address.

OTEL_EXPORTER_OTLP_ENDPOINT sends traces there (OTLP over HTTP); OTEL_TRACES_SAMPLER and OTEL_TRACES_SAMPLER_ARG choose which.

${ACCESS_HELP}
`;

const DEFAULT_HOST = '127.0.0.1';

const portRule = 'must be a whole number from 0 to 65535';
const portNumber = z.string().regex(/^\d+$/, portRule).transform(Number).pipe(z.number().max(65_535, portRule));

const count = (standard: number, most = 1_000_000) => {
  const rule = `must be a whole number from 1 to ${most}`;
  return z
    .string()
    .regex(/^[1-9]\d*$/, rule)
    .transform(Number)
    .pipe(z.number().max(most, rule))
    .default(standard);
};

const countOrNone = (standard: number) => {
  const rule = 'must be a whole number from 0 to 1000000';
  return z.string().regex(/^\d+$/, rule).transform(Number).pipe(z.number().max(1_000_000, rule)).default(standard);
};

const onOrOff = z.enum(['on', 'off'], { error: 'must be on or off' });

function isOrigin(text: string): boolean {
  return text === '*' || (URL.canParse(text) && new URL(text).origin === text);
}

const settings = z.object({
  supergraph: z.string().default('schema/supergraph.graphql'),
  history: z.string().optional(),
  port: portNumber.default(4000),
  host: z.string().default(DEFAULT_HOST),
  auth: z.enum(['jwt', 'off'], { error: 'must be jwt or off' }).default('jwt'),
  console: onOrOff.default('on'),
  'max-depth': count(DEFAULT_LIMITS.operations.depth),
  'max-aliases': count(DEFAULT_LIMITS.operations.aliases),
  'max-root-fields': count(DEFAULT_LIMITS.operations.rootFields),
  'max-tokens': count(DEFAULT_LIMITS.operations.tokens),
  'max-directives': count(DEFAULT_LIMITS.operations.directives),
  'max-cost': count(DEFAULT_LIMITS.operations.cost),
  'list-size': count(DEFAULT_LIMITS.operations.listSize),
  'max-rate': countOrNone(DEFAULT_LIMITS.rate.perSecond),
  'max-burst': count(0),
  'max-body': count(DEFAULT_LIMITS.requestBytes, 1024 ** 3),
  safelist: z.enum(['require', 'log', 'off'], { error: 'must be require, log or off' }).optional(),
  operations: z.string().optional(),
  introspection: onOrOff.optional(),
  'cors-origin': z
    .string()
    .transform((list) => list.split(',').map((origin) => origin.trim()))
    .refine((origins) => origins.every(isOrigin), 'must be * or origins like https://app.example.com, without a path')
    .default([]),
  'trust-proxy': z
    .string()
    .regex(/^\d{1,2}$/, 'must be a whole number from 0 to 99')
    .transform(Number)
    .default(0),
  'denied-fields': z.enum(DENIED_FIELDS, { error: `must be one of ${DENIED_FIELDS.join(', ')}` }).default('error'),
  'introspection-hides-denied': onOrOff.default('off'),
  'max-connections': count(DEFAULT_LIMITS.subscriptions.connections),
  'max-connections-per-address': count(DEFAULT_LIMITS.subscriptions.connectionsPerAddress),
  'max-subscriptions': count(DEFAULT_LIMITS.subscriptions.all),
  'max-subscriptions-per-caller': count(DEFAULT_LIMITS.subscriptions.perCaller),
  'max-subscriptions-per-connection': count(DEFAULT_LIMITS.subscriptions.perConnection),
  'share-subscriptions': onOrOff.default('on'),
  'share-identical-queries': onOrOff.default('off'),
  'subgraph-timeout': count(DEFAULT_LIMITS.subgraphTimeoutMs),
  'request-deadline': count(DEFAULT_LIMITS.requestDeadlineMs),
  'subgraph-concurrency': count(DEFAULT_LIMITS.subgraphConcurrency),
  'shed-load': z.enum(['on', 'off'], { error: 'must be on or off' }).default('on'),
  'max-in-flight': count(DEFAULT_LIMITS.inFlight),
  metrics: onOrOff.default('on'),
  'metrics-port': portNumber.optional(),
  usage: z.string().default('off'),
  'log-level': z.enum(LOG_LEVELS, { error: `must be one of ${LOG_LEVELS.join(', ')}` }).default('info'),
});

/**
 * Reads the command line and the environment; the command line wins, and an empty variable counts as not set.
 *
 * @param args the arguments after the script's name
 * @returns the configuration, or `'help'` when the caller asked for the help text
 * @throws StartError with exit code 2 that names every problem at once
 */
export function readConfig(args: readonly string[], env: Readonly<NodeJS.ProcessEnv>): Config | 'help' {
  const { given, problems } = readCommandLine(args);
  if (given.has('help')) return 'help';

  const raw: Record<string, string> = {};
  const source = new Map<string, string>();
  for (const option of OPTIONS) {
    const fromEnv = option.env ? env[option.env] : undefined;
    const fromArgs = given.get(option.name);
    if (fromArgs !== undefined) {
      raw[option.name] = fromArgs;
      source.set(option.name, `--${option.name}`);
    } else if (option.env && fromEnv) {
      raw[option.name] = fromEnv;
      source.set(option.name, option.env);
    }
  }

  const parsed = settings.safeParse(raw);
  const { 'subgraph-timeout': part, 'request-deadline': whole } = parsed.data ?? {};
  if (part !== undefined && whole !== undefined && whole <= part) {
    problems.push(
      `--request-deadline (${whole}) must be longer than --subgraph-timeout (${part}), or one slow subgraph costs the whole answer`,
    );
  }
  if (!parsed.success) {
    for (const { path, message } of parsed.error.issues) {
      const name = String(path[0]);
      problems.push(`${source.get(name) ?? name} ${message}, not "${raw[name]}"`);
    }
  }
  const access = readAccess(raw['auth'] === 'off' ? 'off' : 'jwt', raw['host'] ?? DEFAULT_HOST, env);
  const signing = readSigningKey(env);
  const tokens = readDevelopmentTokens(raw['host'] ?? DEFAULT_HOST, env);
  for (const read of [access, signing, tokens]) if ('problems' in read) problems.push(...read.problems);
  let tracing: TracingSettings | undefined;
  try {
    tracing = readTracing(env);
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error));
  }
  if (problems.length > 0 || !parsed.success || !('value' in access) || !('value' in signing) || !('value' in tokens)) {
    throw new StartError(`${problems.join('; ')}. See --help.`, 2);
  }

  const isProduction = env['NODE_ENV'] === 'production';
  const { supergraph, port, host, 'log-level': logLevel } = parsed.data;
  return Object.freeze({
    supergraph,
    historyFolder: parsed.data.history,
    port,
    host,
    auth: access.value,
    signingKey: signing.value,
    developmentTokens: tokens.value,
    deniedFields: parsed.data['denied-fields'],
    introspectionHidesDenied: parsed.data['introspection-hides-denied'] === 'on',
    logLevel,
    subgraphUrls: urlVariables(env),
    limits: readLimits(parsed.data),
    console: parsed.data.console === 'on',
    safelist: Object.freeze({
      mode: parsed.data.safelist ?? (isProduction ? 'require' : 'off'),
      folder: parsed.data.operations ?? join(dirname(supergraph), 'operations'),
    }),
    introspection: (parsed.data.introspection ?? (isProduction ? 'off' : 'on')) === 'on',
    corsOrigins: Object.freeze(parsed.data['cors-origin']),
    trustedProxies: parsed.data['trust-proxy'],
    shareSubscriptions: parsed.data['share-subscriptions'] === 'on',
    shareIdenticalQueries: parsed.data['share-identical-queries'] === 'on',
    metrics: parsed.data.metrics === 'on' ? Object.freeze({ port: parsed.data['metrics-port'] }) : undefined,
    tracing,
    usageFolder: parsed.data.usage === 'off' ? undefined : parsed.data.usage,
  });
}

function readLimits(values: z.infer<typeof settings>): Limits {
  return Object.freeze({
    ...DEFAULT_LIMITS,
    requestBytes: values['max-body'],
    operations: Object.freeze({
      depth: values['max-depth'],
      aliases: values['max-aliases'],
      rootFields: values['max-root-fields'],
      tokens: values['max-tokens'],
      directives: values['max-directives'],
      cost: values['max-cost'],
      listSize: values['list-size'],
    }),
    rate: Object.freeze({
      perSecond: values['max-rate'],
      burst: values['max-burst'] || Math.max(1, 2 * values['max-rate']),
    }),
    subgraphTimeoutMs: values['subgraph-timeout'],
    requestDeadlineMs: values['request-deadline'],
    subgraphConcurrency: values['subgraph-concurrency'],
    subgraphQueue: values['subgraph-concurrency'],
    inFlight: values['max-in-flight'],
    shedLoad: values['shed-load'] === 'on',
    subscriptions: Object.freeze({
      ...DEFAULT_LIMITS.subscriptions,
      connections: values['max-connections'],
      connectionsPerAddress: values['max-connections-per-address'],
      all: values['max-subscriptions'],
      perCaller: values['max-subscriptions-per-caller'],
      perConnection: values['max-subscriptions-per-connection'],
    }),
  });
}

/** `parseArgs` in strict mode stops at the first mistake; we want all of them. */
function readCommandLine(args: readonly string[]): { given: Map<string, string>; problems: string[] } {
  const given = new Map<string, string>();
  const problems: string[] = [];
  const { tokens } = parseArgs({
    args: [...args],
    options: {
      help: { type: 'boolean', short: 'h' },
      ...Object.fromEntries(OPTIONS.map(({ name }) => [name, { type: 'string' as const }])),
    },
    strict: false,
    tokens: true,
  });
  const known = new Set<string>(OPTIONS.map(({ name }) => name));
  for (const token of tokens) {
    if (token.kind === 'positional') problems.push(`"${token.value}" is not an option`);
    if (token.kind !== 'option') continue;
    if (token.name === 'help') given.set('help', '');
    else if (!known.has(token.name)) problems.push(`${token.rawName} is not an option`);
    else if (!token.value || token.value.startsWith('--')) problems.push(`${token.rawName} needs a value`);
    else given.set(token.name, token.value);
  }
  return { given, problems };
}

function urlVariables(env: Readonly<NodeJS.ProcessEnv>): Readonly<Record<string, string>> {
  const urls: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (name.endsWith('_URL') && value) urls[name] = value;
  }
  return Object.freeze(urls);
}

/**
 * Turns off what `@apollo/gateway` would do on its own: report this machine (uptime, CPU, memory, Linux distribution) to
 * Apollo over the internet. Its constructor reads the environment and offers no option, so this must run before it.
 * Whoever wants to report sets `APOLLO_TELEMETRY_DISABLED` to something else.
 */
export function declineApolloTelemetry(): void {
  process.env['APOLLO_TELEMETRY_DISABLED'] ??= 'true';
}
