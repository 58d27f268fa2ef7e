/** What one request may cost. Sizes are in bytes, times in milliseconds. */
export interface Limits {
  /** The longest request body that is read; a longer one is answered with 413. */
  readonly requestBytes: number;
  /** How long a client may take to send the headers of a request; it is answered with 408. */
  readonly headersTimeoutMs: number;
  /** The same for the whole request. */
  readonly requestTimeoutMs: number;
  readonly operations: OperationLimits;
  readonly rate: RateLimit;
  /** How long one subgraph may take for one fetch, from asking for it to the last byte of its answer. */
  readonly subgraphTimeoutMs: number;
  /** How long all fetches of one operation may take together; then what has not arrived is left out of the answer. */
  readonly requestDeadlineMs: number;
  /** How many requests to one subgraph are under way at the same time. */
  readonly subgraphConcurrency: number;
  /** How many more may wait for one of those to end, inside of their time; a further one is not sent. */
  readonly subgraphQueue: number;
  /** After how many failures in a row a subgraph rests: what it is asked for is answered at once without it. */
  readonly failuresBeforeRest: number;
  /** The longest rest, until one request is let through to see whether the subgraph is well again; the first rest takes about a second. */
  readonly longestRestMs: number;
  /** The longest answer of a subgraph that is read; a longer one counts as no answer. */
  readonly subgraphResponseBytes: number;
  /** How many requests are under way at the same time, whatever they wait for; a further one is answered with 503. */
  readonly inFlight: number;
  /** Whether requests are turned away when the gateway is behind with those it has; without it only `inFlight` counts. */
  readonly shedLoad: boolean;
  /** How long `/health/ready` waits for a subgraph before it calls it down. */
  readonly probeTimeoutMs: number;
  readonly subscriptions: SubscriptionLimits;
}

/** What one operation may be. Each is checked before anything is executed, and the refusal names the limit and the figure. */
export interface OperationLimits {
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
  /** By `@cost` and `@listSize`. */
  readonly cost: number;
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
  operations: Object.freeze({
    tokens: 5_000,
    depth: 20,
    aliases: 50,
    rootFields: 20,
    directives: 50,
    cost: 10_000,
    listSize: 10,
  }),
  rate: Object.freeze({ perSecond: 500, burst: 1_000 }),
  subgraphTimeoutMs: 10_000,
  requestDeadlineMs: 30_000,
  subgraphConcurrency: 256,
  subgraphQueue: 256,
  failuresBeforeRest: 5,
  longestRestMs: 10_000,
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
    parallelEvents: 8,
    waitingEvents: 1_000,
  }),
});
