import { on, once } from 'node:events';
import { fastify } from 'fastify';
import { type FormattedExecutionResult, type GraphQLFormattedError, print } from 'graphql';
import { type Client, type ClientOptions, createClient } from 'graphql-ws';
import { pino } from 'pino';
import { type ClientOptions as WsOptions, WebSocket } from 'ws';
import type { AccessConfig } from '../../gateway/access/AccessConfig.js';
import { type Claimed, createAuthenticator } from '../../gateway/access/createAuthenticator.js';
import type { EngineAnswer } from '../../gateway/engine/CompiledOperation.js';
import type { Engine } from '../../gateway/engine/createEngine.js';
import { PlannedGraph, type Planner } from '../../gateway/engine/plan/PlannedGraph.js';
import { OperationDoor } from '../../gateway/operations/OperationDoor.js';
import { PersistedTexts } from '../../gateway/operations/PersistedTexts.js';
import { Documents } from '../../gateway/operations/Documents.js';
import { OriginRules } from '../../gateway/http/OriginRules.js';
import { OperationRate } from '../../gateway/limits/OperationRate.js';
import { createGatewayMetrics } from '../../gateway/observability/createGatewayMetrics.js';
import { DEFAULT_LIMITS, type SubscriptionLimits } from '../../gateway/limits/limits.js';
import { DEFAULT_SUBGRAPH_SETTINGS, type SubgraphSettings } from '../../gateway/upstream/SubgraphSettings.js';
import type { Generation } from '../../gateway/supergraph/Generation.js';
import { openSubscriptions } from '../../gateway/subscriptions/openSubscriptions.js';
import { LIVE_BOOKS_SDL, type LiveSubgraph } from './liveSubgraph.js';
import { compose } from './fixtureSupergraph.js';
import { plannerHere } from './plannerHere.js';

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
  swap(sdl: string, to?: LiveSubgraph): Promise<void>;
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
    /** Awaited before each check of who asks, with the `authorization` that is checked. */
    beforeAuthentication?: (authorization: string | undefined) => Promise<void> | undefined;
    settings?: Partial<SubgraphSettings>;
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
    const planner = plannerHere(supergraphSdl);
    const engine = handMadeEngine(planner, enrich);
    return {
      engine,
      documents: new Documents(engine.apiSchema, planner.facts.costWeights, {
        limits: DEFAULT_LIMITS.operations,
        planning: DEFAULT_LIMITS.planning,
        introspection: true,
      }),
      // What is held is another test's affair.
      lease: () => ({ generation: {} as Generation, end: () => undefined }),
      supergraphSdl,
      eventUrls: new Map([
        ['books', options.settings?.subscriptions === 'sse' ? httpUrl : httpUrl.replace('http', 'ws')],
      ]),
    };
  };
  const logger = pino({ level: 'debug' }, { write });
  // A client whose request was aborted may have opened another connection that it does not use.
  const app = fastify({ forceCloseConnections: true });
  // In the place of Apollo Server.
  app.post('/graphql', async () => ({ data: { plain: true } }));
  const authenticate = createAuthenticator(options.auth ?? { kind: 'off' }, logger);
  const subscriptions = openSubscriptions(
    app,
    { socket: '/graphql', stream: '/graphql/stream' },
    graph(liveSupergraph(subgraph)),
    {
      limits: {
        ...DEFAULT_LIMITS,
        subgraphTimeoutMs: options.timeoutMs ?? DEFAULT_LIMITS.subgraphTimeoutMs,
        subscriptions: { ...DEFAULT_LIMITS.subscriptions, ...options.limits },
      },
      authenticate: Object.assign(
        async (claimed: Claimed) => {
          await options.beforeAuthentication?.(claimed.authorization);
          return authenticate(claimed);
        },
        { known: authenticate.known },
      ),
      signingKey: options.signingKey,
      door: new OperationDoor(new OperationRate({ perSecond: 0, burst: 1 }), new PersistedTexts(undefined), logger),
      settings: () => ({ ...DEFAULT_SUBGRAPH_SETTINGS, ...options.settings }),
      rate: new OperationRate({ perSecond: 0, burst: 1 }),
      origins: new OriginRules([], 1),
      trustedProxies: 1,
      onStream: () => undefined,
      share: options.share ?? true,
      runOnce: async ({ admitted }) => JSON.stringify({ data: { asked: admitted?.checked.text.replace(/\s+/g, ' ') } }),
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
function handMadeEngine(planner: Planner, enrich: Enrichment): Engine {
  return {
    apiSchema: new PlannedGraph(planner).apiSchema,
    isGuarded: false,
    async compile(document) {
      const node = await planner.plan(print(document), { overrides: new Map(), caller: undefined });
      if (node?.kind !== 'Subscription')
        return { kind: 'query', prepare: () => ({ run: () => Promise.reject(new Error('not here')) }) };
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
  const made: EngineAnswer = {
    dataText: JSON.stringify(data),
    data: data ?? null,
    errors,
    failures: [],
    extensions: undefined,
    textWith: (extensions) =>
      JSON.stringify({ ...(errors.length > 0 && { errors }), data, ...(extensions && { extensions }) }),
    for: () => made,
  };
  return made;
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
