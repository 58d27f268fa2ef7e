import { on, once } from 'node:events';
import { fastify } from 'fastify';
import type { FormattedExecutionResult, GraphQLFormattedError } from 'graphql';
import { type Client, type ClientOptions, createClient } from 'graphql-ws';
import { pino } from 'pino';
import { type ClientOptions as WsOptions, WebSocket } from 'ws';
import type { AccessConfig } from '../../gateway/access/AccessConfig.js';
import { createAuthenticator } from '../../gateway/access/createAuthenticator.js';
import type { EngineAnswer } from '../../gateway/engine/CompiledOperation.js';
import { OperationPlanner } from '../../gateway/engine/OperationPlanner.js';
import type { Engine } from '../../gateway/engine/createEngine.js';
import { Documents } from '../../gateway/limits/Documents.js';
import { OperationRate } from '../../gateway/limits/OperationRate.js';
import { createGatewayMetrics } from '../../gateway/observability/createGatewayMetrics.js';
import { DEFAULT_LIMITS, type SubscriptionLimits } from '../../gateway/limits/limits.js';
import { InFlight } from '../../gateway/supergraph/InFlight.js';
import { openSubscriptions } from '../../gateway/subscriptions/openSubscriptions.js';
import { LIVE_BOOKS_SDL, type LiveSubgraph } from './liveSubgraph.js';
import { compose } from './fixtureSupergraph.js';

type Data = Record<string, unknown> | null | undefined;

/** Takes the place of enrichment: gets an event's data and resolves with what clients are to see. */
export type Enrichment = (data: Data) => Promise<Data> | Data;

/** The subscriptions of a gateway, without the rest of it: enrichment is done by the test. */
export interface LiveGateway {
  /** `ws://…/graphql` */
  readonly url: string;
  /** `http://…/graphql/stream` */
  readonly streamUrl: string;
  readonly log: Record<string, unknown>[];
  /** Resolves once so many subscriptions have begun since the start. */
  untilBegun(count: number): Promise<void>;
  /** How many events were enriched. */
  readonly enriched: number;
  /** A client of this gateway; closed when the gateway stops. */
  client(options?: Partial<ClientOptions>): Client;
  /** Resolves once the enrichment of so many events has begun since the start. */
  untilEnriching(count: number): Promise<void>;
  /** Moves everything to another graph, over the same subgraph unless another is given. */
  swap(sdl: string, to?: LiveSubgraph): void;
  stop(): Promise<void>;
}

/** The supergraph of one live subgraph called `books`. */
export function liveSupergraph(subgraph: LiveSubgraph, typeDefs = LIVE_BOOKS_SDL): string {
  return compose([{ name: 'books', url: subgraph.url, typeDefs }]);
}

export async function startLiveGateway(
  subgraph: LiveSubgraph,
  options: {
    limits?: Partial<SubscriptionLimits>;
    enrich?: Enrichment;
    share?: boolean;
    timeoutMs?: number;
    auth?: AccessConfig;
    signingKey?: string;
  } = {},
): Promise<LiveGateway> {
  const log: Record<string, unknown>[] = [];
  const watchers = new Set<() => void>();
  const changed = (): void => {
    for (const watch of watchers) watch();
  };
  const until = (met: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const watch = (): void => {
        if (!met()) return;
        watchers.delete(watch);
        resolve();
      };
      watchers.add(watch);
      watch();
    });
  const write = (line: string): void => {
    log.push(JSON.parse(line));
    changed();
  };
  let enriched = 0;
  const enrich: Enrichment = (data) => {
    enriched += 1;
    changed();
    return options.enrich ? options.enrich(data) : data;
  };
  const graph = (supergraphSdl: string, { url: httpUrl } = subgraph) => {
    const engine = handMadeEngine(supergraphSdl, enrich);
    return {
      engine,
      documents: new Documents(engine.apiSchema, supergraphSdl, {
        limits: DEFAULT_LIMITS.operations,
        introspection: true,
      }),
      supergraphSdl,
      socketUrls: new Map([['books', httpUrl.replace('http', 'ws')]]),
    };
  };
  const logger = pino({ level: 'debug' }, { write });
  const app = fastify();
  const subscriptions = openSubscriptions(
    app,
    { socket: '/graphql', stream: '/graphql/stream' },
    {
      inFlight: new InFlight(),
      graph: graph(liveSupergraph(subgraph)),
      limits: {
        ...DEFAULT_LIMITS,
        subgraphTimeoutMs: options.timeoutMs ?? DEFAULT_LIMITS.subgraphTimeoutMs,
        subscriptions: { ...DEFAULT_LIMITS.subscriptions, ...options.limits },
      },
      authenticate: createAuthenticator(options.auth ?? { kind: 'off' }, logger),
      signingKey: options.signingKey,
      rate: new OperationRate({ perSecond: 0, burst: 1 }),
      corsOrigins: [],
      trustedProxies: 1,
      share: options.share ?? true,
      runOnce: async ({ query }) => JSON.stringify({ data: { asked: query } }),
      logger,
      observers: { metrics: createGatewayMetrics(() => undefined), tracer: undefined },
    },
  );
  const origin = await app.listen({ port: 0, host: '127.0.0.1' });
  const url = `${origin.replace('http', 'ws')}/graphql`;
  const clients: Client[] = [];
  return {
    url,
    streamUrl: `${origin}/graphql/stream`,
    log,
    untilBegun: (count) => until(() => log.filter(({ msg }) => msg === 'a subscription began').length >= count),
    untilEnriching: (count) => until(() => enriched >= count),
    get enriched() {
      return enriched;
    },
    client(more) {
      const client = createClient({
        url,
        webSocketImpl: WebSocket,
        retryAttempts: 0,
        onNonLazyError: () => undefined,
        ...more,
      });
      clients.push(client);
      return client;
    },
    swap: (sdl, to) => subscriptions.swap(graph(sdl, to)),
    async stop() {
      for (const client of clients) client.terminate();
      await subscriptions.stop();
      await app.close();
    },
  };
}

/** Plans as the real engine does; what it completes is up to `enrich`. */
function handMadeEngine(supergraphSdl: string, enrich: Enrichment): Engine {
  const planner = new OperationPlanner(supergraphSdl);
  return {
    apiSchema: planner.apiSchema,
    size: 0,
    isGuarded: false,
    mostUsed: () => [],
    compile(document, operationName) {
      const node = planner.plan(document, operationName, new Map());
      if (node?.kind !== 'Subscription') throw new Error('only subscriptions are compiled here');
      const { primary } = node;
      return {
        kind: 'subscription',
        service: primary.serviceName,
        query: primary.operation,
        operationName: primary.operationName,
        upstreamVariables: (variables) =>
          Object.fromEntries((primary.variableUsages ?? []).map((name) => [name, variables[name]])),
        async complete({ data, errors = [] }) {
          return answer(await enrich(data), errors);
        },
      };
    },
  };
}

function answer(data: Data, errors: readonly GraphQLFormattedError[]): EngineAnswer {
  const text = JSON.stringify({ ...(errors.length > 0 && { errors }), data });
  return { text, dataText: JSON.stringify(data), data: data ?? null, errors, failures: [] };
}

type Answer = FormattedExecutionResult<Record<string, unknown>, unknown>;

/** The next answer of a subscription. */
export async function nextAnswer(events: AsyncIterator<Answer>): Promise<Answer> {
  const step = await events.next();
  if (step.done) throw new Error('the subscription is over');
  return step.value;
}

/** What `client.subscribe` takes when nobody looks at the answers. */
export function sink(query: string): Parameters<Client['subscribe']> {
  return [{ query }, { next: () => undefined, error: () => undefined, complete: () => undefined }];
}

/** A WebSocket that was acknowledged, and what it receives afterwards. */
export async function rawClient(
  url: string,
  options?: WsOptions,
): Promise<{ socket: WebSocket; messages: AsyncIterator<unknown> }> {
  const socket = new WebSocket(url, 'graphql-transport-ws', options);
  const received = on(socket, 'message', { close: ['close'] });
  await once(socket, 'open');
  socket.send('{"type":"connection_init"}');
  await received.next();
  const messages = (async function* parsed() {
    for await (const [data] of received) yield JSON.parse(String(data)) as unknown;
  })();
  return { socket, messages };
}
