import type { ConnectionLimits } from './ConnectionCount.js';

/** What one request may cost. Sizes are in bytes, times in milliseconds. */
export interface Limits {
  /** The longest request body that is read; a longer one is answered with 413. */
  readonly requestBytes: number;
  /** How long a client may take to send the headers of a request, from their first byte; it is answered with 408. */
  readonly headersTimeoutMs: number;
  /** The same for the whole request. */
  readonly requestTimeoutMs: number;
  /**
   * How long nothing may move on a connection that has asked nothing yet, or that does not take its answer; then it is closed. Longer than an
   * operation may take, because nothing moves while it runs.
   */
  readonly silenceMs: number;
  /** How long a connection is kept open after an answer, for the next request. */
  readonly keepAliveMs: number;
  /** Connections (TCP) at the same time, whatever comes over them. */
  readonly sockets: ConnectionLimits;
  readonly operations: OperationLimits;
  readonly rate: RateLimit;
  readonly planning: PlanningLimits;
  /** How long one subgraph may take for one fetch, from asking for it to the last byte of its answer. */
  readonly subgraphTimeoutMs: number;
  /** How long all fetches of one operation may take together; then what has not arrived is left out of the answer. */
  readonly requestDeadlineMs: number;
  /** How many requests to one subgraph are under way at the same time. */
  readonly subgraphConcurrency: number;
  /** How many more may wait for one of those to end, inside of their time; a further one is not sent. */
  readonly subgraphQueue: number;
  /** The fewest failures within ten seconds, half of all requests, after which a subgraph rests: what it is asked for is answered at once without it. */
  readonly failuresBeforeRest: number;
  /** The longest time between two probes that find out whether a resting subgraph is well again; the first is sent after about a second. */
  readonly longestRestMs: number;
  /** How old a connection to a subgraph becomes, give or take a fifth; then another takes its place. */
  readonly subgraphConnectionMs: number;
  /** The longest answer of a subgraph that is read, unpacked; a longer one counts as no answer. */
  readonly subgraphResponseBytes: number;
  /** How many requests are under way at the same time, whatever they wait for; a further one is answered with 503. */
  readonly inFlight: number;
  /** Whether requests are turned away when the gateway is behind with those it has; without it only `inFlight` counts. */
  readonly shedLoad: boolean;
  /** How long `/health/ready` waits for a subgraph before it calls it down. */
  readonly probeTimeoutMs: number;
  readonly subscriptions: SubscriptionLimits;
}

/** What making operations ready to run may take. */
export interface PlanningLimits {
  /** How long the planner may take for one plan. One that took longer is refused, and not tried again for a while. */
  readonly timeoutMs: number;
  /** The longest plan that is taken, in characters of its JSON. */
  readonly planCharacters: number;
  /** How many plans of one caller may wait for the planner; a further one is refused. */
  readonly waitingPerCaller: number;
  /** The same for all callers together. */
  readonly waiting: number;
  /** How many megabytes of memory the planner may take beside what the supergraph itself takes. */
  readonly plannerMegabytes: number;
  /** What documents, plans and compiled operations may weigh together; the least recently used are forgotten. */
  readonly keptMegabytes: number;
  /** For how long it is remembered what was refused. */
  readonly refusedMs: number;
}

/** What one operation may be. Each is checked before anything is executed, and the refusal names the limit and the figure. */
export interface OperationLimits {
  /** Of a document, whatever they are: layout and comments too. A longer one is not read. */
  readonly characters: number;
  /** Of a document, in lexical tokens. No more are read. */
  readonly tokens: number;
  /** Of fields within fields. */
  readonly depth: number;
  /** Fields with an alias. */
  readonly aliases: number;
  /** Fields of Query, Mutation or Subscription. */
  readonly rootFields: number;
  /** Directives in the document. */
  readonly directives: number;
  /** Pairs of fields at the same place of the response, which the validation compares. */
  readonly fieldPairs: number;
  /** By `@cost` and `@listSize`. */
  readonly cost: number;
  /** Values in all variables together, those within lists and objects included. */
  readonly inputValues: number;
  /** How long a list is taken to be of which `@listSize` says nothing. */
  readonly listSize: number;
}

/** How often one caller may ask: a bucket that holds `burst` operations, and is filled with `perSecond` of them. */
export interface RateLimit {
  /** 0 for no limit. */
  readonly perSecond: number;
  readonly burst: number;
}

/** What clients may keep open. Counts are of what is open at the same time. */
export interface SubscriptionLimits {
  /** WebSockets and event streams. */
  readonly connections: number;
  /** Of these, from one network address. */
  readonly connectionsPerAddress: number;
  /** Operations over WebSockets and event streams, of all callers together. */
  readonly all: number;
  /** The same for one caller: one subject of tokens, or one network address where nobody said who is asking. */
  readonly perCaller: number;
  readonly perConnection: number;
  /** How many answers may wait for a client that reads slowly; with more, its connection is closed. */
  readonly queuedMessages: number;
  /** The same in bytes. */
  readonly queuedBytes: number;
  /** How long a connection may be silent before we ask whether its other end is still there; it has as long to answer. */
  readonly pingMs: number;
  /** How long a WebSocket without any operation is kept. */
  readonly idleMs: number;
  /** How long the WebSocket to a subgraph is kept when nobody needs it. */
  readonly upstreamIdleMs: number;
  /** How old that becomes, give or take a fifth; then what misses nothing by it goes on over a new one. */
  readonly upstreamMs: number;
  /** How many events of one subscription are enriched at the same time. */
  readonly parallelEvents: number;
  /** How many events of one subscription may wait to be enriched; with more, the subgraph is unsubscribed until they are done. */
  readonly waitingEvents: number;
}

const MEBIBYTE = 1024 * 1024;

/** What applies where nothing else is configured. */
export const DEFAULT_LIMITS: Limits = Object.freeze({
  requestBytes: MEBIBYTE,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  silenceMs: 75_000,
  keepAliveMs: 620_000,
  sockets: Object.freeze({ all: 20_000, perAddress: 4_000 }),
  operations: Object.freeze({
    characters: 100_000,
    tokens: 5_000,
    depth: 20,
    aliases: 50,
    rootFields: 20,
    directives: 50,
    fieldPairs: 20_000,
    cost: 10_000,
    inputValues: 50_000,
    listSize: 10,
  }),
  rate: Object.freeze({ perSecond: 500, burst: 1_000 }),
  planning: Object.freeze({
    timeoutMs: 2_000,
    planCharacters: 4 * MEBIBYTE,
    waitingPerCaller: 16,
    waiting: 1_000,
    plannerMegabytes: 1_024,
    keptMegabytes: 256,
    refusedMs: 60_000,
  }),
  subgraphTimeoutMs: 10_000,
  requestDeadlineMs: 30_000,
  subgraphConcurrency: 256,
  subgraphQueue: 256,
  failuresBeforeRest: 5,
  longestRestMs: 10_000,
  subgraphConnectionMs: 30_000,
  subgraphResponseBytes: 32 * MEBIBYTE,
  inFlight: 5_000,
  shedLoad: true,
  probeTimeoutMs: 1_000,
  subscriptions: Object.freeze({
    connections: 10_000,
    connectionsPerAddress: 2_000,
    all: 50_000,
    perCaller: 1_000,
    perConnection: 100,
    queuedMessages: 1_000,
    queuedBytes: MEBIBYTE,
    pingMs: 15_000,
    idleMs: 10 * 60_000,
    upstreamIdleMs: 5_000,
    upstreamMs: 5 * 60_000,
    parallelEvents: 8,
    waitingEvents: 1_000,
  }),
});
