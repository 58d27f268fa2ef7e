import type { ApolloGateway } from '@apollo/gateway';
import { ApolloServer, type ApolloServerOptions, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { ApolloServerPluginDrainHttpServer } from '@apollo/server/plugin/drainHttpServer';
import fastifyApollo, { fastifyApolloDrainPlugin } from '@as-integrations/fastify';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { describeError } from '../observability/describeError.js';
import { openTracing } from '../observability/openTracing.js';
import { type LibraryLogger, scrubbingLogger } from '../observability/scrubbingLogger.js';
import { createAuthenticator } from './access/createAuthenticator.js';
import type { Config } from './config.js';
import { stringifyAnswer } from './engine/apolloExecutor.js';
import { StartError } from './errors/StartError.js';
import { presentError } from './errors/presentError.js';
import type { RequestContext } from './http/RequestContext.js';
import { closeConnections } from './http/closeConnections.js';
import { consoleRoutes } from './http/consoleRoutes.js';
import { createApp } from './http/createApp.js';
import { errorReplies } from './http/errorReplies.js';
import { developmentRoute } from './http/developmentRoute.js';
import { GRAPHIQL_PATH, graphiqlRoute } from './http/graphiqlRoute.js';
import { HEALTH_PATHS, healthRoutes } from './http/healthRoutes.js';
import { legacyStatus } from './http/legacyStatus.js';
import { listen } from './http/listen.js';
import { createRequestContext } from './http/requestIdentity.js';
import { OperationRate } from './limits/OperationRate.js';
import { Safelist } from './limits/Safelist.js';
import { checkRequests } from './limits/checkRequests.js';
import { persistedQueries } from './http/persistedQueries.js';
import { readOperations } from './limits/readOperations.js';
import { shedLoad } from './limits/shedLoad.js';
import { createLogger } from './observability/createLogger.js';
import { type GatewayReadings, createGatewayMetrics } from './observability/createGatewayMetrics.js';
import { UsageRecorder } from './observability/UsageRecorder.js';
import { recordUsage } from './observability/recordUsage.js';
import { logRequests } from './observability/logRequests.js';
import { observeOperations } from './observability/observeOperations.js';
import { observeSubgraph } from './observability/observeSubgraph.js';
import { openMetrics } from './observability/openMetrics.js';
import { locateSockets } from './subscriptions/locateSockets.js';
import { type OpenSubscriptions, openSubscriptions } from './subscriptions/openSubscriptions.js';
import { runOnce } from './subscriptions/runOnce.js';
import type { SubscriptionGraph } from './subscriptions/Subscriptions.js';
import { type ServedSupergraph, SupergraphLifecycle, notServable } from './supergraph/SupergraphLifecycle.js';
import { createApolloGateway } from './supergraph/createApolloGateway.js';
import { readWelcomeQuery } from './supergraph/readWelcomeQuery.js';
import { SubgraphProbe } from './upstream/SubgraphProbe.js';

const GRAPHQL_PATH = '/graphql';
const STREAM_PATH = `${GRAPHQL_PATH}/stream`;

/** What the build makes of console/, relative to the working directory as the supergraph is. */
const CONSOLE_FOLDER = 'dist/console';

/** A gateway that answers requests. */
export interface Gateway {
  /** The GraphQL address, with the port that was really taken. */
  readonly url: string;
  /**
   * Takes no new requests, ends those in flight within 10 seconds, then closes everything. Calling it again waits for
   * the same end.
   */
  stop(): Promise<void>;
}

/**
 * Starts a gateway. It asks no subgraph anything, so it starts with all of them down.
 *
 * @param log its own by `config.logLevel` unless one is given
 * @throws StartError when the supergraph or the address to listen on will not do
 */
export async function createGateway(config: Config, log: Logger = createLogger(config.logLevel)): Promise<Gateway> {
  // Whoever made the logger: what an error carries may be personal.
  const logger = log.child({}, { serializers: { err: describeError } });
  const tracing = config.tracing && (await openTracing('customer360-gateway', config.tracing));
  const metrics = createGatewayMetrics(() => readings());
  const observers = { metrics, tracer: tracing?.tracer };
  const safelist = await loadSafelist(config, logger);
  const lifecycle = await SupergraphLifecycle.load({
    file: config.supergraph,
    historyFolder: config.historyFolder,
    subgraphUrls: config.subgraphUrls,
    limits: config.limits,
    rules: {
      limits: config.limits.operations,
      introspection: config.introspection,
      safelist,
    },
    logger,
    engine: {
      deniedFields: config.deniedFields,
      introspectionHidesDenied: config.introspectionHidesDenied,
      shareIdenticalQueries: config.shareIdenticalQueries,
      onLookup: (found) => metrics.lookup(found),
    },
    observe: (service, connection) => observeSubgraph(service, connection, observers),
    signingKey: config.signingKey,
  });
  const authenticate = createAuthenticator(config.auth, logger);
  safelist?.warnOfMisfits(lifecycle.served.engine.apiSchema);
  const app = await createApp({ ...config, graphqlPath: GRAPHQL_PATH, page: config.introspection });
  shedLoad(app, { graphql: GRAPHQL_PATH, stream: STREAM_PATH }, config.limits);
  // Apollo's own lines at `info` say nothing that ours do not.
  const apolloLogger = scrubbingLogger(
    logger.child({ by: 'apollo' }, { level: logger.isLevelEnabled('debug') ? 'debug' : 'warn' }),
  );
  const { gateway, serve, servedBy } = createApolloGateway(lifecycle, apolloLogger);
  const rate = new OperationRate(config.limits.rate);
  const usage =
    config.usageFolder === undefined ? undefined : new UsageRecorder({ folder: config.usageFolder, logger });
  const answering = {
    gateway,
    logger: apolloLogger,
    persistedQueries: persistedQueries(safelist),
    // They tell the schema bit by bit.
    validationOptions: { hideSuggestions: !config.introspection },
  };
  const apollo = createApollo(answering, [
    ...drainPlugins(app),
    checkRequests((schema) => servedBy(schema).documents, rate),
    logRequests(logger),
    observeOperations(observers),
    ...(usage ? [recordUsage(usage)] : []),
  ]);
  let subscriptions: OpenSubscriptions | undefined;
  let stopping: Promise<void> | undefined;
  let metricsServer: { readonly url: string | undefined; stop(): Promise<void> } | undefined;
  const readings = (): GatewayReadings | undefined => {
    if (!subscriptions) return undefined;
    const { clients, upstreams, ...load } = subscriptions.load;
    const { clients: served, digest, since, engine } = lifecycle.served;
    return {
      ...load,
      subscriptions: clients,
      upstreamSubscriptions: upstreams,
      supergraph: { digest, since },
      compiledOperations: engine.size,
      subgraphs: [...served].map(([name, { resting }]) => ({ name, resting })),
    };
  };
  const stopOnce = async (): Promise<void> => {
    try {
      // Their connections would keep the server open for as long as it waits.
      await subscriptions?.stop();
      await apollo.stop();
    } finally {
      await Promise.all([lifecycle.stop(), metricsServer?.stop(), tracing?.stop(), usage?.stop()]);
    }
  };

  try {
    await startApollo(apollo, config.supergraph);
    closeConnections(app, () => stopping !== undefined);
    const paths = [
      GRAPHQL_PATH,
      STREAM_PATH,
      '/',
      ...(config.introspection ? [GRAPHIQL_PATH] : []),
      ...Object.values(HEALTH_PATHS),
    ];
    errorReplies(app, logger, paths);
    legacyStatus(app);
    app.addHook('onResponse', async (_request, reply) => metrics.response(reply.statusCode));
    if (config.metrics) metricsServer = await openMetrics(app, metrics, config.metrics, config.host);
    healthRoutes(
      app,
      new SubgraphProbe(() => lifecycle.served.clients.values(), config.limits.probeTimeoutMs),
      () => lifecycle.served,
      () => stopping !== undefined,
    );
    const admin = config.developmentTokens.find(({ role }) => role === 'admin');
    if (config.introspection) {
      graphiqlRoute(app, GRAPHQL_PATH, await readWelcomeQuery(config.supergraph), admin?.token);
    }
    if (admin) developmentRoute(app, config.developmentTokens);
    await serveStartPage(app, config, lifecycle.served);
    await app.register(fastifyApollo(apollo), {
      path: GRAPHQL_PATH,
      method: ['GET', 'POST'],
      context: async (request, reply) => {
        reply.raw.once('close', lifecycle.inFlight.begin());
        return createRequestContext(request, reply, authenticate, config.trustedProxies);
      },
    });
    const graphOf = ({ engine, documents, sdl, clients }: ServedSupergraph): SubscriptionGraph => {
      const subgraphs = [...clients].map(([name, { options }]) => ({ name, url: options.url }));
      return { engine, documents, supergraphSdl: sdl, socketUrls: locateSockets(subgraphs, config.subgraphUrls) };
    };
    const opened = openSubscriptions(
      app,
      { socket: GRAPHQL_PATH, stream: STREAM_PATH },
      {
        graph: graphOf(lifecycle.served),
        inFlight: lifecycle.inFlight,
        limits: config.limits,
        rate,
        corsOrigins: config.corsOrigins,
        trustedProxies: config.trustedProxies,
        share: config.shareSubscriptions,
        signingKey: config.signingKey,
        authenticate,
        runOnce: runOnce(apollo),
        logger,
        observers,
        onBegin: usage && ((document, name, client) => usage.note(document, name, client)),
      },
    );
    subscriptions = opened;
    lifecycle.onSwap((next) => {
      safelist?.warnOfMisfits(next.engine.apiSchema);
      opened.swap(graphOf(next));
    });
    const url = (await listen(app, config.host, config.port)) + GRAPHQL_PATH;
    const { digest, clients } = lifecycle.served;
    const metricsUrl = metricsServer?.url;
    logger.info(
      { url, digest, subgraphs: [...clients.keys()], ...(metricsUrl !== undefined && { metricsUrl }) },
      'the gateway answers',
    );
    warnOfOpenDoors(config, logger);
    warnOfGuards(config, lifecycle.served, logger);
    lifecycle.onSwap((next) => warnOfGuards(config, next, logger));
    lifecycle.watch(serve);
    return {
      url,
      stop() {
        stopping ??= stopOnce();
        return stopping;
      },
    };
  } catch (error) {
    await subscriptions?.stop();
    await app.close();
    await Promise.all([lifecycle.stop(), metricsServer?.stop(), tracing?.stop()]);
    throw error;
  }
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

/** The console at `/` where there is one and the graph is about customers; else `/` leads to GraphiQL, where that is. */
async function serveStartPage(app: FastifyInstance, config: Config, { engine }: ServedSupergraph): Promise<void> {
  const hasCustomers = engine.apiSchema.getQueryType()?.getFields()['customer360'] !== undefined;
  if (config.console && hasCustomers && (await consoleRoutes(app, CONSOLE_FOLDER))) return;
  if (config.introspection) app.get('/', async (_request, reply) => reply.redirect(GRAPHIQL_PATH));
}

/** The subgraphs' owners believe that somebody enforces what they wrote. */
function warnOfGuards({ auth }: Config, { engine }: ServedSupergraph, logger: Logger): void {
  if (auth.kind !== 'off' || !engine.isGuarded) return;
  logger.warn('with --auth off, what the supergraph says with @authenticated and @requiresScopes is NOT enforced');
}

function createApollo(
  options: Pick<ApolloServerOptions<RequestContext>, 'persistedQueries' | 'validationOptions'> & {
    gateway: ApolloGateway;
    logger: LibraryLogger;
  },
  plugins: readonly ApolloServerPlugin<RequestContext>[],
): ApolloServer<RequestContext> {
  return new ApolloServer<RequestContext>({
    ...options,
    stringifyResult: stringifyAnswer,
    // Whether the schema is told, and which documents are kept, is decided in `checkRequests`.
    introspection: true,
    documentStore: null,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    formatError: presentError,
    plugins: [
      ...plugins,
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
    ],
  });
}

function drainPlugins(app: FastifyInstance): ApolloServerPlugin<RequestContext>[] {
  return [
    fastifyApolloDrainPlugin(app),
    // Fastify alone waits for connections that a client keeps open without asking anything, up to the limit.
    ApolloServerPluginDrainHttpServer({ httpServer: app.server }),
  ];
}

/** @throws StartError when the operations cannot be read, or when there are none and only they are answered */
async function loadSafelist({ safelist }: Config, logger: Logger): Promise<Safelist | undefined> {
  if (safelist.mode === 'off') return undefined;
  const operations = await readOperations(safelist.folder);
  if (operations.length === 0 && safelist.mode === 'require') {
    throw new StartError(
      `only operations of ${safelist.folder} are answered (--safelist require), and there are none. ` +
        'Put what clients ask there, in .graphql files, name another folder with --operations, or give --safelist off.',
    );
  }
  return new Safelist(operations, safelist.mode, logger);
}

async function startApollo(apollo: ApolloServer<RequestContext>, file: string): Promise<void> {
  try {
    await apollo.start();
  } catch (error) {
    throw notServable(file, error);
  }
}
