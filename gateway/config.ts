import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { type TracingSettings, readTracing } from '../observability/openTracing.js';
import type { MetricsSettings } from '../observability/serveMetrics.js';
import type { DeniedFields } from './access/DeniedFields.js';
import type { AccessConfig } from './access/AccessConfig.js';
import { ACCESS_HELP, readAccess, readSigningKey } from './access/readAccess.js';
import type { DevelopmentToken } from './access/DevelopmentToken.js';
import { readDevelopmentTokens } from './access/readDevelopmentTokens.js';
import { StartError } from './errors/StartError.js';
import { DEFAULT_LIMITS, type Limits } from './limits/limits.js';
import type { LogLevel } from './observability/createLogger.js';
import { OPTIONS, type OptionValues, optionColumn, optionLines, readOptions } from './options.js';

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
  /** The file that says how subgraphs are spoken to; without it all is as by default. */
  readonly subgraphSettings?: string | undefined;
  readonly limits: Limits;
  /** Whether the console is served at `/`, where it was built and the graph has customers. */
  readonly console: boolean;
  /** What becomes of operations that are not among those of the folder: refused, logged, or nothing. */
  readonly safelist: { readonly mode: 'require' | 'log' | 'off'; readonly folder: string };
  /** Whether callers may ask for the schema; GraphiQL, which needs it, is served then. */
  readonly introspection: boolean;
  /** Pages of these origins may ask beside those of the gateway's own; `*` for all. */
  readonly corsOrigins: readonly string[];
  /** How long after SIGTERM the gateway still takes requests, not ready any more, so that balancers hear of it; in milliseconds. */
  readonly drainDelayMs: number;
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

/** What `--help` prints. */
export const HELP = `Serves a federated graph.

Usage: npm run start:gateway -- [options]

${optionLines().join('\n')}
${optionColumn('--help')} this text

<NAME>_URL in the environment replaces the address that the supergraph gives for a subgraph: SALES_URL for "sales",
ORDER_HISTORY_URL for "order-history". <NAME>_WS_URL does the same for its WebSockets, by default the same address.

OTEL_EXPORTER_OTLP_ENDPOINT sends traces there (OTLP over HTTP); OTEL_TRACES_SAMPLER and OTEL_TRACES_SAMPLER_ARG choose which.

${ACCESS_HELP}
`;

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

  const options = readOptions(given, env);
  problems.push(...options.problems);
  const { values } = options;
  const { 'subgraph-timeout': part, 'request-deadline': whole } = values;
  if (whole <= part) {
    problems.push(
      `--request-deadline (${whole}) must be longer than --subgraph-timeout (${part}), or one slow subgraph costs the whole answer`,
    );
  }
  const access = readAccess(values.auth, values.host, env);
  const signing = readSigningKey(env);
  const tokens = readDevelopmentTokens(values.host, env);
  for (const read of [access, signing, tokens]) if ('problems' in read) problems.push(...read.problems);
  let tracing: TracingSettings | undefined;
  try {
    tracing = readTracing(env);
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error));
  }
  if (problems.length > 0 || !('value' in access) || !('value' in signing) || !('value' in tokens)) {
    throw new StartError(`${problems.join('; ')}. See --help.`, 2);
  }

  const isProduction = env['NODE_ENV'] === 'production';
  return Object.freeze({
    supergraph: values.supergraph,
    historyFolder: values.history,
    port: values.port,
    host: values.host,
    auth: access.value,
    signingKey: signing.value,
    developmentTokens: tokens.value,
    deniedFields: values['denied-fields'],
    introspectionHidesDenied: values['introspection-hides-denied'],
    logLevel: values['log-level'],
    subgraphUrls: urlVariables(env),
    subgraphSettings: values['subgraph-settings'],
    limits: limitsOf(values),
    console: values.console,
    safelist: Object.freeze({
      mode: values.safelist ?? (isProduction ? 'require' : 'off'),
      folder: values.operations ?? join(dirname(values.supergraph), 'operations'),
    }),
    introspection: values.introspection ?? !isProduction,
    corsOrigins: Object.freeze(values['cors-origin']),
    trustedProxies: values['trust-proxy'],
    drainDelayMs: values['drain-delay'] * 1_000,
    shareSubscriptions: values['share-subscriptions'],
    shareIdenticalQueries: values['share-identical-queries'],
    metrics: values.metrics ? Object.freeze({ port: values['metrics-port'] }) : undefined,
    tracing,
    usageFolder: values.usage,
  });
}

/** What an operation may take beside its fetches before its connection counts as silent. */
const SPARE_MS = 15_000;

function limitsOf(values: OptionValues): Limits {
  return Object.freeze({
    ...DEFAULT_LIMITS,
    requestBytes: values['max-body'],
    silenceMs: Math.max(DEFAULT_LIMITS.silenceMs, values['request-deadline'] + SPARE_MS),
    keepAliveMs: values['keep-alive'] * 1_000,
    sockets: Object.freeze({
      all: values['max-sockets'] ?? 2 * values['max-connections'],
      perAddress: values['max-sockets-per-address'] ?? 2 * values['max-connections-per-address'],
    }),
    operations: Object.freeze({
      characters: values['max-characters'],
      tokens: values['max-tokens'],
      depth: values['max-depth'],
      aliases: values['max-aliases'],
      rootFields: values['max-root-fields'],
      directives: values['max-directives'],
      fieldPairs: values['max-field-pairs'],
      cost: values['max-cost'],
      inputValues: values['max-input-values'],
      listSize: values['list-size'],
    }),
    rate: Object.freeze({
      perSecond: values['max-rate'],
      burst: values['max-burst'] ?? Math.max(1, 2 * values['max-rate']),
    }),
    planning: Object.freeze({
      ...DEFAULT_LIMITS.planning,
      timeoutMs: values['planning-timeout'],
      keptMegabytes: values['operation-memory'],
    }),
    subgraphTimeoutMs: values['subgraph-timeout'],
    requestDeadlineMs: values['request-deadline'],
    subgraphConcurrency: values['subgraph-concurrency'],
    subgraphQueue: values['subgraph-concurrency'],
    inFlight: values['max-in-flight'],
    shedLoad: values['shed-load'],
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
      ...Object.fromEntries(Object.keys(OPTIONS).map((name) => [name, { type: 'string' as const }])),
    },
    strict: false,
    tokens: true,
  });
  const known = new Set<string>(Object.keys(OPTIONS));
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
