import { setTimeout as pause } from 'node:timers/promises';
import { ApolloServerPluginDrainHttpServer } from '@apollo/server/plugin/drainHttpServer';
import fastifyApollo, { fastifyApolloDrainPlugin } from '@as-integrations/fastify';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { describeError } from '../observability/describeError.js';
import { openTracing } from '../observability/openTracing.js';
import { StopStack } from './StopStack.js';
import { createAuthenticator } from './access/createAuthenticator.js';
import { ServedGraph } from './apollo/ServedGraph.js';
import { admitRequests } from './apollo/admitRequests.js';
import { createApollo } from './apollo/createApollo.js';
import { logRequests } from './apollo/logRequests.js';
import { observeOperations } from './apollo/observeOperations.js';
import { recordUsage } from './apollo/recordUsage.js';
import { returnCollected } from './apollo/returnCollected.js';
import { runOnce } from './apollo/runOnce.js';
import type { Config } from './config.js';
import { OriginRules } from './http/OriginRules.js';
import { beforeSending } from './http/beforeSending.js';
import { closeConnections } from './http/closeConnections.js';
import { consoleRoutes } from './http/consoleRoutes.js';
import { createApp } from './http/createApp.js';
import { developmentRoute } from './http/developmentRoute.js';
import { errorReplies, tellRequestId } from './http/errorReplies.js';
import { GRAPHIQL_PATH, graphiqlRoute } from './http/graphiqlRoute.js';
import { HEALTH_PATHS, healthRoutes } from './http/healthRoutes.js';
import { legacyStatus } from './http/legacyStatus.js';
import { type TakeListener, listen } from './http/listen.js';
import { createRequestContext } from './http/requestIdentity.js';
import { OperationRate } from './limits/OperationRate.js';
import { limitBodies } from './limits/limitBodies.js';
import { limitConnections } from './limits/limitConnections.js';
import { meterMisses } from './limits/meterMisses.js';
import { shedLoad } from './limits/shedLoad.js';
import { UsageRecorder } from './observability/UsageRecorder.js';
import { type GatewayReadings, createGatewayMetrics } from './observability/createGatewayMetrics.js';
import { createLogger } from './observability/createLogger.js';
import { observeSubgraph } from './observability/observeSubgraph.js';
import { openMetrics } from './observability/openMetrics.js';
import { OperationDoor } from './operations/OperationDoor.js';
import { PersistedTexts } from './operations/PersistedTexts.js';
import { loadSafelist } from './operations/loadSafelist.js';
import { type OpenSubscriptions, openSubscriptions } from './subscriptions/openSubscriptions.js';
import { subscriptionGraph } from './subscriptions/subscriptionGraph.js';
import type { Generation } from './supergraph/Generation.js';
import { SupergraphLifecycle } from './supergraph/SupergraphLifecycle.js';
import { readWelcomeQuery } from './supergraph/readWelcomeQuery.js';
import { loadSubgraphSettings } from './upstream/loadSubgraphSettings.js';
import { SubgraphProbe } from './upstream/SubgraphProbe.js';

const GRAPHQL_PATH = '/graphql';
const STREAM_PATH = `${GRAPHQL_PATH}/stream`;
const OPERATION_PATHS = { graphql: GRAPHQL_PATH, stream: STREAM_PATH };

/** What the build makes of console/, relative to the working directory as the supergraph is. */
const CONSOLE_FOLDER = 'dist/console';

/** A gateway that answers requests. */
export interface Gateway {
  /** The GraphQL address, with the port that was really taken. */
  readonly url: string;
  /**
   * Is not ready from now on, and tells each connection with its next answer that it ends; takes no new requests after `drainMs`, ends those
   * in flight within 10 seconds, then closes everything. Calling it again waits for the same end.
   *
   * @param drainMs as long as it takes a balancer to hear that the gateway is not ready; by default no time
   */
  stop(drainMs?: number): Promise<void>;
}

/**
 * Starts a gateway. It asks no subgraph anything, so it starts with all of them down.
 *
 * @param log its own by `config.logLevel` unless one is given
 * @param takeListener see `listen`
 * @throws StartError when the supergraph or the address to listen on will not do
 */
export async function createGateway(
  config: Config,
  log: Logger = createLogger(config.logLevel),
  takeListener?: TakeListener,
): Promise<Gateway> {
  // Whoever made the logger: what an error carries may be personal.
  const logger = log.child({}, { serializers: { err: describeError } });
  const stops = new StopStack();
  try {
    const url = await open(config, logger, stops, takeListener);
    return { url, stop: (drainMs = 0) => stops.stop(() => pause(drainMs)) };
  } catch (error) {
    await stops.stop();
    throw error;
  }
}

/** Puts the gateway together, from the inside to the outside; it answers from the last line on. @returns its GraphQL address */
async function open(
  config: Config,
  logger: Logger,
  stops: StopStack,
  takeListener: TakeListener | undefined,
): Promise<string> {
  const { limits } = config;
  const tracing = config.tracing && (await openTracing('customer360-gateway', config.tracing));
  if (tracing) stops.push(() => tracing.stop());
  let readings: (() => GatewayReadings) | undefined;
  const metrics = createGatewayMetrics(() => readings?.());
  const observers = { metrics, tracer: tracing?.tracer };
  const usage =
    config.usageFolder === undefined ? undefined : new UsageRecorder({ folder: config.usageFolder, logger });
  if (usage) stops.push(() => usage.stop());

  const safelist = await loadSafelist(config.safelist, logger);
  const settings = await loadSubgraphSettings(config.subgraphSettings);
  const lifecycle = await SupergraphLifecycle.load({
    settings: settings.of,
    file: config.supergraph,
    historyFolder: config.historyFolder,
    subgraphUrls: config.subgraphUrls,
    limits,
    rules: { introspection: config.introspection, safelist },
    logger,
    engine: {
      deniedFields: config.deniedFields,
      introspectionHidesDenied: config.introspectionHidesDenied,
      shareIdenticalQueries: config.shareIdenticalQueries,
      onLookup: (found) => metrics.lookup(found),
    },
    observe: (service, connection) => observeSubgraph(service, connection, observers),
    signingKey: config.signingKey,
    refusesCallers: subgraphsRefuseCallers(config),
  });
  stops.push(() => lifecycle.stop());

  const rate = new OperationRate(limits.rate);
  const door = new OperationDoor(rate, new PersistedTexts(safelist), logger);
  const authenticate = createAuthenticator(config.auth, logger);

  const origins = new OriginRules(config.corsOrigins, config.trustedProxies);
  const app = await createApp({ ...config, origins, graphqlPath: GRAPHQL_PATH, page: config.introspection });
  stops.push(() => app.close());
  // That it cannot listen at all is told by whoever started it.
  app.server.once('listening', () =>
    app.server.on('error', (error) => logger.error({ err: error }, 'the server failed to accept a connection')),
  );
  const sockets = limitConnections(app, limits.sockets, config.trustedProxies, logger);
  const misses = meterMisses(app, OPERATION_PATHS, rate, config.trustedProxies, authenticate.known);
  const shedding = shedLoad(app, OPERATION_PATHS, limits, config.trustedProxies);
  limitBodies(app, limits, config.trustedProxies);
  errorReplies(app, logger, pathsOf(config));
  beforeSending(app, [
    misses.count,
    shedding.end,
    closeConnections(() => stops.isStopping),
    tellRequestId,
    legacyStatus,
  ]);
  app.addHook('onResponse', async (_request, reply) => metrics.response(reply.statusCode));
  const metricsServer = config.metrics && (await openMetrics(app, metrics, config.metrics, config.host));
  if (metricsServer) stops.push(() => metricsServer.stop());
  healthRoutes(
    app,
    new SubgraphProbe(() => lifecycle.served.clients.values(), limits.probeTimeoutMs),
    () => lifecycle.served,
    () => stops.isStopping,
  );
  await servePages(app, config, lifecycle.served);

  const servedGraph = new ServedGraph(asTold(lifecycle.served));
  const apollo = createApollo(servedGraph, logger, [
    fastifyApolloDrainPlugin(app),
    // Fastify alone waits for connections that a client keeps open without asking anything, up to the limit.
    ApolloServerPluginDrainHttpServer({ httpServer: app.server }),
    admitRequests(door),
    logRequests(logger),
    observeOperations(observers),
    ...(settings.returnsParts ? [returnCollected()] : []),
    ...(usage ? [recordUsage(usage)] : []),
  ]);
  await apollo.start();
  stops.push(() => apollo.stop());
  await app.register(fastifyApollo(apollo), {
    path: GRAPHQL_PATH,
    method: ['GET', 'POST'],
    async context(request, reply) {
      const { trustedProxies } = config;
      const context = await createRequestContext(request, reply, {
        authenticate,
        trustedProxies,
        lifecycle,
        passes: settings,
      });
      misses.isOperation(request);
      return context;
    },
  });

  const subscriptions = openSubscriptions(
    app,
    { socket: GRAPHQL_PATH, stream: STREAM_PATH },
    subscriptionGraph(lifecycle.served, config.subgraphUrls, settings.of),
    {
      door,
      limits,
      origins,
      rate,
      trustedProxies: config.trustedProxies,
      onStream: (request) => shedding.onStream(request),
      share: config.shareSubscriptions,
      signingKey: config.signingKey,
      refusesCallers: subgraphsRefuseCallers(config),
      settings: settings.of,
      forwardedHeaders: settings.headers,
      authenticate,
      runOnce: runOnce(apollo),
      logger,
      observers,
      onBegin: usage && ((document, name, client) => usage.note(document, name, client)),
    },
  );
  // Their connections would keep the server open for as long as it waits.
  stops.push(() => subscriptions.stop());
  readings = () => ({
    ...readAll(lifecycle, subscriptions),
    sockets: sockets.open,
    underWay: shedding.underWay,
  });

  lifecycle.onSwap((next) => servedGraph.update(asTold(next)));
  lifecycle.onSwap((next) => subscriptions.swap(subscriptionGraph(next, config.subgraphUrls, settings.of)));
  lifecycle.onSwap((next) => warnOfGuards(config, next, logger));
  lifecycle.onSwap((next) => safelist?.warnOfMisfits(next.engine.apiSchema));

  const url = (await listen(app, config.host, config.port, takeListener)) + GRAPHQL_PATH;
  const { clients, supergraph } = lifecycle.served;
  const line = { url, digest: supergraph.digest, subgraphs: [...clients.keys()] };
  const metricsUrl = metricsServer?.url;
  logger.info({ ...line, ...(metricsUrl !== undefined && { metricsUrl }) }, 'the gateway answers');
  warnOfOpenDoors(config, logger);
  warnOfGuards(config, lifecycle.served, logger);
  const unknown = settings.names.filter((name) => !clients.has(name));
  if (unknown.length > 0) logger.warn({ subgraphs: unknown }, '--subgraph-settings names subgraphs that there are not');
  await safelist?.warnOfMisfits(lifecycle.served.engine.apiSchema);
  lifecycle.watch();
  return url;
}

/** What the gateway serves, for people who read a 404. */
function pathsOf({ introspection }: Config): string[] {
  const pages = introspection ? ['/', GRAPHIQL_PATH] : ['/'];
  return [GRAPHQL_PATH, STREAM_PATH, ...pages, ...Object.values(HEALTH_PATHS)];
}

/** What Apollo Server is told of a generation. */
function asTold({ engine, supergraph }: Generation): { apiSchema: typeof engine.apiSchema; supergraphSdl: string } {
  return { apiSchema: engine.apiSchema, supergraphSdl: supergraph.sdl };
}

function readAll(
  lifecycle: SupergraphLifecycle,
  { load }: OpenSubscriptions,
): Omit<GatewayReadings, 'sockets' | 'underWay'> {
  const { clients: subscriptions, upstreams: upstreamSubscriptions, ...waiting } = load;
  const { clients, documents, since, supergraph } = lifecycle.served;
  return {
    ...waiting,
    ...lifecycle.load,
    subscriptions,
    upstreamSubscriptions,
    supergraph: { digest: supergraph.digest, since },
    compiledOperations: documents.size,
    operationBytes: documents.bytes,
    subgraphs: [...clients].map(([name, { resting }]) => ({ name, resting })),
  };
}

/** GraphiQL, and the console at `/` where there is one and the graph is about customers; else `/` leads to GraphiQL, where that is. */
async function servePages(app: FastifyInstance, config: Config, { engine }: Generation): Promise<void> {
  const admin = config.developmentTokens.find(({ role }) => role === 'admin');
  if (config.introspection) {
    graphiqlRoute(app, GRAPHQL_PATH, await readWelcomeQuery(config.supergraph), admin?.token);
  }
  if (admin) developmentRoute(app, config.developmentTokens);
  const hasCustomers = engine.apiSchema.getQueryType()?.getFields()['customer360'] !== undefined;
  if (config.console && hasCustomers && (await consoleRoutes(app, CONSOLE_FOLDER))) return;
  if (config.introspection) app.get('/', async (_request, reply) => reply.redirect(GRAPHIQL_PATH));
}

/** Where a client's own `authorization` goes on to the subgraphs, and nothing is signed, they refuse the client and not the gateway. */
function subgraphsRefuseCallers({ auth, signingKey }: Config): boolean {
  return auth.kind === 'off' && signingKey === undefined;
}

function warnOfOpenDoors({ auth, host, signingKey }: Config, logger: Logger): void {
  if (auth.kind === 'off') {
    logger.warn(
      { host },
      'ACCESS CONTROL IS OFF (--auth off): everybody who can reach this gateway may read and change everything behind it',
    );
  } else if (signingKey === undefined) {
    logger.warn(
      'SIGNING_KEY is not set: subgraphs are told nothing of who asks; those of Customer360 refuse requests that are not signed',
    );
  }
}

/** The subgraphs' owners believe that somebody enforces what they wrote. */
function warnOfGuards({ auth }: Config, { engine }: Generation, logger: Logger): void {
  if (auth.kind !== 'off' || !engine.isGuarded) return;
  logger.warn('with --auth off, what the supergraph says with @authenticated and @requiresScopes is NOT enforced');
}
