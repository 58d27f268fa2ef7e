import { z } from 'zod';
import { DENIED_FIELDS } from './access/DeniedFields.js';
import { DEFAULT_LIMITS } from './limits/limits.js';
import { isOriginRule } from './http/OriginRules.js';
import { LOG_LEVELS } from './observability/createLogger.js';

/** One thing that the command line or the environment can say. */
export interface Option<T = unknown> {
  /** What stands for its value in the help text. */
  readonly value: string;
  /** The variable that says the same; the command line wins. */
  readonly env?: string;
  readonly help: string;
  /** Reads the text; its message completes a sentence: "--port must be a whole number". */
  readonly read: z.ZodType<T, string>;
  /** What holds when nobody says anything. */
  readonly standard: T;
  /** The same in words, where the value itself would not tell a reader. */
  readonly standardInWords?: string;
}

const MOST = 1_000_000;

function wholeNumber(least: number, most: number): z.ZodType<number, string> {
  const rule = `must be a whole number from ${least} to ${most}`;
  return z.string().regex(/^\d+$/, rule).transform(Number).pipe(z.number().min(least, rule).max(most, rule));
}

const count = (standard: number, most: number = MOST) => ({
  value: 'N',
  read: wholeNumber(1, most),
  standard,
});

const milliseconds = (standard: number) => ({ ...count(standard), value: 'MS' });

const onOrOff = (standard: boolean) => ({
  value: 'on|off',
  read: z.enum(['on', 'off'], { error: 'must be on or off' }).transform((text) => text === 'on'),
  standard,
});

/** As `onOrOff`; `undefined` leaves it to `NODE_ENV`. */
const onOrOffByEnvironment = () => ({ ...onOrOff(false), standard: undefined });

const oneOf = <const T extends readonly [string, ...string[]]>(values: T, standard: T[number]) => ({
  value: values.join('|'),
  read: z.enum(values, { error: `must be one of ${values.join(', ')}` }),
  standard,
});

const text = (value: string, standard: string) => ({ value, read: z.string(), standard });
const port = wholeNumber(0, 65_535);
const { operations, rate, subscriptions } = DEFAULT_LIMITS;

/** Checks that an option keeps its own type while all of them have one shape. */
function option<T, S>(
  given: Omit<Option<T>, 'standard'> & { readonly standard: S },
): Omit<Option<T>, 'standard'> & { readonly standard: S } {
  return given;
}

/** All options: parsing, defaults and the help text follow from this table, in its order. */
export const OPTIONS = {
  supergraph: option({
    ...text('FILE|URL', 'schema/supergraph.graphql'),
    env: 'SUPERGRAPH',
    help: 'the supergraph to serve, and to follow',
  }),
  history: option({
    value: 'FOLDER',
    read: z.string(),
    standard: undefined,
    env: 'HISTORY',
    help: 'keeps what served there, to start from when it is broken and for schema:rollback',
    standardInWords: 'none',
  }),
  port: option({
    value: 'N',
    read: port,
    standard: 4000,
    env: 'PORT',
    help: 'the port to listen on; 0 takes a free one',
  }),
  host: option({ ...text('H', '127.0.0.1'), env: 'HOST', help: 'the address to listen on' }),
  auth: option({
    ...oneOf(['jwt', 'off'], 'jwt'),
    help: 'who may ask: those with a token; "off": everybody, everything',
  }),
  console: option({ ...onOrOff(true), help: 'the console at /, for a graph with customers' }),
  'max-characters': option({
    ...count(operations.characters, 100 * MOST),
    help: 'characters of a document, layout and comments included',
  }),
  'max-tokens': option({ ...count(operations.tokens), help: 'tokens of a document' }),
  'max-depth': option({ ...count(operations.depth), help: 'how deep fields may nest' }),
  'max-aliases': option({ ...count(operations.aliases), help: 'aliases of an operation' }),
  'max-root-fields': option({ ...count(operations.rootFields), help: 'fields at the root of an operation' }),
  'max-directives': option({ ...count(operations.directives), help: 'directives of a document' }),
  'max-field-pairs': option({
    ...count(operations.fieldPairs),
    help: 'pairs of fields under one name at the same place of an operation',
  }),
  'max-cost': option({ ...count(operations.cost), help: 'what an operation may cost, by @cost and @listSize' }),
  'max-input-values': option({
    ...count(operations.inputValues),
    help: 'values in the variables of an operation, those within lists and objects included',
  }),
  'list-size': option({
    ...count(operations.listSize),
    help: 'how long a list is taken to be where @listSize says nothing',
  }),
  'max-rate': option({
    value: 'N',
    read: wholeNumber(0, MOST),
    standard: rate.perSecond,
    help: 'operations a second of one caller; 0 for any number',
  }),
  'max-burst': option({
    ...count(0),
    standard: undefined,
    help: 'operations of one caller at once, after a pause',
    standardInWords: 'twice --max-rate',
  }),
  'max-body': option({ ...count(DEFAULT_LIMITS.requestBytes, 1024 ** 3), help: 'bytes of a request' }),
  'planning-timeout': option({
    ...milliseconds(DEFAULT_LIMITS.planning.timeoutMs),
    help: 'milliseconds that the planner may take for one operation',
  }),
  'operation-memory': option({
    ...count(DEFAULT_LIMITS.planning.keptMegabytes, 100_000),
    value: 'MB',
    help: 'megabytes that documents, plans and compiled operations are kept in',
  }),
  'denied-fields': option({
    ...oneOf(DENIED_FIELDS, 'error'),
    env: 'DENIED_FIELDS',
    help: 'what a caller lacks scopes for: null and an error, null, or no answer at all',
  }),
  'introspection-hides-denied': option({
    ...onOrOff(false),
    help: 'introspection tells callers only of what they have scopes for',
  }),
  'max-connections': option({
    ...count(subscriptions.connections),
    help: 'WebSockets and event streams at the same time',
  }),
  'max-connections-per-address': option({
    ...count(subscriptions.connectionsPerAddress),
    help: 'of these, from one network address',
  }),
  'max-subscriptions': option({ ...count(subscriptions.all), help: 'operations over them at the same time' }),
  'max-subscriptions-per-caller': option({ ...count(subscriptions.perCaller), help: 'of these, for one caller' }),
  'max-subscriptions-per-connection': option({
    ...count(subscriptions.perConnection),
    help: 'of these, over one WebSocket',
  }),
  'max-sockets': option({
    ...count(0),
    standard: undefined,
    help: 'connections (TCP) at the same time, whatever comes over them',
    standardInWords: 'twice --max-connections',
  }),
  'max-sockets-per-address': option({
    ...count(0),
    standard: undefined,
    help: 'of these, from one network address; behind proxies, its open requests',
    standardInWords: 'twice --max-connections-per-address',
  }),
  'keep-alive': option({
    ...count(DEFAULT_LIMITS.keepAliveMs / 1_000, 86_400),
    help: 'seconds that a connection is kept open after an answer',
  }),
  'share-subscriptions': option({
    ...onOrOff(true),
    help: 'one upstream for equal subscriptions of equal callers',
  }),
  'share-identical-queries': option({
    ...onOrOff(false),
    help: 'one run for equal queries of one caller at the same time',
  }),
  'subgraph-timeout': option({
    ...milliseconds(DEFAULT_LIMITS.subgraphTimeoutMs),
    help: 'milliseconds that a subgraph may take for one fetch',
  }),
  'request-deadline': option({
    ...milliseconds(DEFAULT_LIMITS.requestDeadlineMs),
    help: 'milliseconds for all fetches of a request; longer than that',
  }),
  'subgraph-concurrency': option({
    ...count(DEFAULT_LIMITS.subgraphConcurrency),
    help: 'requests to one subgraph at the same time; as many may wait',
  }),
  'subgraph-settings': option({
    value: 'FILE',
    read: z.string(),
    standard: undefined,
    env: 'SUBGRAPH_SETTINGS',
    help: 'HTTP/2, certificates, headers, event streams, by subgraph; docs/federation.md',
    standardInWords: 'none',
  }),
  'shed-load': option({
    ...onOrOff(DEFAULT_LIMITS.shedLoad),
    help: '503 for what comes while the gateway is behind with its work',
  }),
  'max-in-flight': option({
    ...count(DEFAULT_LIMITS.inFlight),
    help: 'requests under way, whatever they wait for; more get 503',
  }),
  safelist: option({
    ...oneOf(['require', 'log', 'off'], 'off'),
    standard: undefined,
    value: 'MODE',
    env: 'SAFELIST',
    help: 'operations that are not known: require refuses, log logs, off lets pass',
    standardInWords: 'off; in production require',
  }),
  operations: option({
    value: 'DIR',
    read: z.string(),
    standard: undefined,
    env: 'OPERATIONS',
    help: 'the folder of the known operations',
    standardInWords: 'operations, beside the supergraph',
  }),
  introspection: option({
    ...onOrOffByEnvironment(),
    env: 'INTROSPECTION',
    help: 'tells the schema, and serves GraphiQL',
    standardInWords: 'on; in production off',
  }),
  'cors-origin': option({
    value: 'ORIGINS',
    read: z
      .string()
      .transform((list) => list.split(',').map((origin) => origin.trim()))
      .refine(
        (origins) => origins.every(isOriginRule),
        'must be * or origins like https://app.example.com or https://*.example.com, without a path',
      ),
    standard: [] as readonly string[],
    env: 'CORS_ORIGIN',
    help: 'pages that may ask: https://app.example.com, https://*.example.com, several with commas, or *',
    standardInWords: 'none',
  }),
  'trust-proxy': option({
    value: 'N',
    read: wholeNumber(0, 99),
    standard: 0,
    env: 'TRUST_PROXY',
    help: 'how many proxies before the gateway add to x-forwarded-for, and say x-forwarded-host',
  }),
  'drain-delay': option({
    value: 'N',
    read: wholeNumber(0, 3_600),
    standard: 5,
    env: 'DRAIN_DELAY',
    help: 'seconds after SIGTERM that requests are still taken, not ready any more; Ctrl-C: none',
  }),
  usage: option({
    value: 'FOLDER|off',
    read: z.string().transform((folder) => (folder === 'off' ? undefined : folder)),
    standard: undefined,
    env: 'USAGE',
    help: 'where to record which client asks what, for schema:check',
    standardInWords: 'off',
  }),
  'log-level': option({ ...oneOf(LOG_LEVELS, 'info'), value: 'LEVEL', env: 'LOG_LEVEL', help: LOG_LEVELS.join(', ') }),
  metrics: option({
    ...onOrOff(true),
    env: 'METRICS',
    help: 'Prometheus metrics at /metrics, for this machine only',
  }),
  'metrics-port': option({
    value: 'N',
    read: port,
    standard: undefined,
    env: 'METRICS_PORT',
    help: 'a port of their own, for whoever reaches it; 0 takes a free one',
    standardInWords: 'none',
  }),
};

type Table = typeof OPTIONS;
type OptionName = keyof Table;

/** The value of each option, given or standard. */
export type OptionValues = {
  readonly [K in OptionName]: z.output<Table[K]['read']> | Table[K]['standard'];
};

/** Where a value was said: `--port`, or `PORT`. */
interface Said {
  readonly text: string;
  readonly where: string;
}

/**
 * Reads the options out of what the command line and the environment say.
 *
 * @returns their values, what was said of each as it was written, and all that is wrong, in sentences without a full stop
 */
export function readOptions(
  given: ReadonlyMap<string, string>,
  env: Readonly<Record<string, string | undefined>>,
): { readonly values: OptionValues; readonly problems: readonly string[] } {
  const problems: string[] = [];
  const values = Object.entries<Option>(OPTIONS).map(([name, { env: variable, read, standard }]) => {
    const said = whatIsSaid(name, given, variable, env);
    if (said === undefined) return [name, standard];
    const { data, error } = read.safeParse(said.text);
    for (const { message } of error?.issues ?? []) problems.push(`${said.where} ${message}, not "${said.text}"`);
    return [name, error ? standard : data];
  });
  return { values: Object.fromEntries(values) as OptionValues, problems };
}

/** An empty variable counts as not set. */
function whatIsSaid(
  name: string,
  given: ReadonlyMap<string, string>,
  variable: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): Said | undefined {
  const fromArguments = given.get(name);
  if (fromArguments !== undefined) return { text: fromArguments, where: `--${name}` };
  const fromEnvironment = variable === undefined ? undefined : env[variable];
  return variable !== undefined && fromEnvironment ? { text: fromEnvironment, where: variable } : undefined;
}

const WIDTH = 37;

/** A line for each option, as `--help` prints them. */
export function optionLines(): string[] {
  return Object.entries<Option>(OPTIONS).map(([name, { value, env, help, standard, standardInWords }]) => {
    const otherwise = standardInWords ?? (typeof standard === 'boolean' ? (standard ? 'on' : 'off') : String(standard));
    return `${optionColumn(`--${name} ${value}`)} ${help} (${otherwise})${env === undefined ? '' : `; or ${env}`}`;
  });
}

/** The first column of the help text. */
export function optionColumn(column: string): string {
  return `  ${column.padEnd(WIDTH)}`;
}
