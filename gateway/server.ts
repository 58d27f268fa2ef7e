import { ApolloGateway } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
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
import { type Config, declineApolloTelemetry } from './config.js';
import { apolloExecutor, stringifyAnswer } from './engine/apolloExecutor.js';
import { type Engine, createEngine } from './engine/createEngine.js';
import { StartError } from './errors/StartError.js';
import { presentError } from './errors/presentError.js';
import type { RequestContext } from './http/RequestContext.js';
import { createApp } from './http/createApp.js';
import { errorReplies } from './http/errorReplies.js';
import { graphiqlRoute } from './http/graphiqlRoute.js';
import { HEALTH_PATHS, healthRoutes } from './http/healthRoutes.js';
import { listen } from './http/listen.js';
import { createRequestContext } from './http/requestIdentity.js';
import { refuseUnservable } from './limits/refuseUnservable.js';
import { createLogger } from './observability/createLogger.js';
import { logRequests } from './observability/logRequests.js';
import { locateSockets } from './subscriptions/locateSockets.js';
import { type OpenSubscriptions, openSubscriptions } from './subscriptions/openSubscriptions.js';
import { runOnce } from './subscriptions/runOnce.js';
import { apolloSupergraph } from './supergraph/apolloSupergraph.js';
import { loadSupergraph } from './supergraph/loadSupergraph.js';
import { locateSubgraphs } from './supergraph/locateSubgraphs.js';
import { readWelcomeQuery } from './supergraph/readWelcomeQuery.js';
import { SubgraphClient } from './upstream/SubgraphClient.js';
import { SubgraphProbe } from './upstream/SubgraphProbe.js';

const GRAPHQL_PATH = '/graphql';

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
 * @param logger its own by `config.logLevel` unless one is given
 * @throws StartError when the supergraph or the address to listen on will not do
 */
export async function createGateway(config: Config, logger: Logger = createLogger(config.logLevel)): Promise<Gateway> {
  const supergraph = await loadSupergraph(config.supergraph);
  const located = locateSubgraphs(supergraph.subgraphs, config.subgraphUrls);
  const socketUrls = locateSockets(located, config.subgraphUrls);
  const clients = located.map(
    ({ name, url }) =>
      new SubgraphClient({
        name,
        url,
        timeoutMs: config.limits.subgraphTimeoutMs,
        maxResponseBytes: config.limits.subgraphResponseBytes,
      }),
  );
  const closeClients = async (): Promise<void> => {
    await Promise.all(clients.map((client) => client.close()));
  };

  const app = createApp(GRAPHQL_PATH, config.limits.requestBytes);
  const engine = loadEngine(supergraph.sdl, config.supergraph, clients, logger);
  const apollo = createApollo(supergraph.sdl, engine, app, logger);
  let subscriptions: OpenSubscriptions | undefined;
  let stopping: Promise<void> | undefined;
  const stopOnce = async (): Promise<void> => {
    try {
      // Their connections would keep the server open for as long as it waits.
      await subscriptions?.stop();
      await apollo.stop();
    } finally {
      await closeClients();
    }
  };

  try {
    await startApollo(apollo, config.supergraph);
    errorReplies(app, logger, [GRAPHQL_PATH, `${GRAPHQL_PATH}/stream`, '/', HEALTH_PATHS.live, HEALTH_PATHS.ready]);
    healthRoutes(app, new SubgraphProbe(clients, config.limits.probeTimeoutMs), () => stopping !== undefined);
    graphiqlRoute(app, GRAPHQL_PATH, await readWelcomeQuery(config.supergraph));
    await app.register(fastifyApollo(apollo), {
      path: GRAPHQL_PATH,
      method: ['GET', 'POST'],
      context: async (request, reply) => createRequestContext(request, reply),
    });
    subscriptions = openSubscriptions(app, GRAPHQL_PATH, {
      graph: { engine, supergraphSdl: supergraph.sdl, socketUrls },
      limits: config.limits,
      share: config.shareSubscriptions,
      runOnce: runOnce(apollo),
      logger,
    });
    const url = (await listen(app, config.host, config.port)) + GRAPHQL_PATH;
    logger.info({ url, subgraphs: supergraph.subgraphs.map(({ name }) => name) }, 'the gateway answers');
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
    await closeClients();
    throw error;
  }
}

function loadEngine(supergraphSdl: string, file: string, clients: readonly SubgraphClient[], logger: Logger): Engine {
  const subgraphs = new Map(clients.map((client) => [client.options.name, client]));
  try {
    return createEngine({ supergraphSdl, subgraphs, logger });
  } catch (error) {
    throw notServable(file, error);
  }
}

function createApollo(
  supergraphSdl: string,
  engine: Engine,
  app: FastifyInstance,
  logger: Logger,
): ApolloServer<RequestContext> {
  declineApolloTelemetry();
  // Apollo's own lines at `info` say nothing that ours do not.
  const apolloLogger = logger.child({ by: 'apollo' }, { level: logger.isLevelEnabled('debug') ? 'debug' : 'warn' });
  const gateway = new ApolloGateway({
    supergraphSdl: apolloSupergraph(supergraphSdl),
    validateSupergraph: true,
    __exposeQueryPlanExperimental: false,
    logger: apolloLogger,
  });
  // Apollo Server reads it once, when it starts.
  gateway.executor = apolloExecutor(engine);
  return new ApolloServer<RequestContext>({
    gateway,
    logger: apolloLogger,
    stringifyResult: stringifyAnswer,
    introspection: true,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    formatError: presentError,
    plugins: [
      fastifyApolloDrainPlugin(app),
      // Fastify alone waits for connections that a client keeps open without asking anything, up to the limit.
      ApolloServerPluginDrainHttpServer({ httpServer: app.server }),
      refuseUnservable(),
      logRequests(logger),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
    ],
  });
}

async function startApollo(apollo: ApolloServer<RequestContext>, file: string): Promise<void> {
  try {
    await apollo.start();
  } catch (error) {
    throw notServable(file, error);
  }
}

function notServable(file: string, error: unknown): StartError {
  const reason = error instanceof Error ? error.message : String(error);
  return new StartError(`${file} is not a supergraph that can be served: ${reason.slice(0, 500)} Compose it again.`);
}
