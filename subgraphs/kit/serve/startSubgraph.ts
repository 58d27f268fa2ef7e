import { randomUUID } from 'node:crypto';
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
import Fastify from 'fastify';
import type { Logger } from 'pino';
import { describeError } from '../../../observability/describeError.js';
import { openTracing } from '../../../observability/openTracing.js';
import { scrubbingLogger } from '../../../observability/scrubbingLogger.js';
import { serveMetrics } from '../../../observability/serveMetrics.js';
import { type Caller, HEADERS } from '../../../schema/contract.js';
import { admitRequests } from './admitRequests.js';
import { AccessLog } from '../ownership/AccessLog.js';
import { Aliases } from '../ownership/Aliases.js';
import { buildSubgraph } from './buildSubgraph.js';
import type { SubgraphConfig } from './config.js';
import { askMarketing } from '../guard/readWithdrawals.js';
import { connectionConfig, createDataSource } from '../sql/createDataSource.js';
import { Database } from '../sql/Database.js';
import type { SubgraphDefinition } from './defineSubgraph.js';
import { startEvents } from './startEvents.js';
import { forgetOldKeys } from '../flow/forgetOldKeys.js';
import { GatewayTrust } from './GatewayTrust.js';
import { hourly } from '../flow/hourly.js';
import { maskUnknownError } from './maskUnknownError.js';
import { migrateSubgraph } from '../ownership/migrateSubgraph.js';
import { FollowHealth, type Following } from '../ownership/FollowHealth.js';
import { tablesOf } from '../ownership/ownedTables.js';
import { standing } from '../ownership/standing.js';
import { tellTakingPart } from '../ownership/tellApplied.js';
import { createSubgraphMetrics } from './observe/createSubgraphMetrics.js';
import { observeRequests, scopeRequests } from './observe/observeRequests.js';
import { watchDataSource, watchStatements } from './observe/watchStatements.js';
import { writePool } from './observe/writePool.js';
import { ReadPipeline } from '../sql/ReadPipeline.js';
import { References } from '../graph/References.js';
import { readSettings } from './Settings.js';
import { RequestContext } from './RequestContext.js';
import { serveSubscriptions } from './serveSubscriptions.js';
import { keepSigningKeys } from './signingKeysOf.js';

const PATH = '/graphql';

const DEFAULT_STATEMENT_TIMEOUT_MS = 8_000;
/** How much later than its time limit a read is given up together with its connection, over which nothing comes any more. */
const NO_ANSWER_MS = 2_000;
/** How long rows may take to follow a merge before it is told as a problem, in milliseconds. */
const LATE_MS = 60_000;

export interface RunningSubgraph {
  readonly name: string;
  /** `http://127.0.0.1:4003/graphql` */
  readonly url: string;
  /** Finishes the requests under way, then closes the server and the connections. */
  stop(): Promise<void>;
}

/**
 * Starts one subgraph: migrates its schema, connects, and answers what its gateway asks by `POST /graphql`, subscriptions over
 * WebSockets at the same path, and anybody's `GET /health`.
 * @param onStatement called before each SQL statement
 * @throws when Postgres cannot be reached, a migration fails or the port is taken; nothing is left running
 */
export async function startSubgraph(
  definition: SubgraphDefinition,
  config: SubgraphConfig,
  logger: Logger,
  onStatement?: (statement: string) => void,
): Promise<RunningSubgraph> {
  // Whoever made the logger: what an error carries may be personal.
  const log = logger.child({ subgraph: definition.name }, { serializers: { err: describeError } });
  const { schema } = await buildSubgraph(definition);
  for (const name of await migrateSubgraph(definition, config.databaseUrl)) log.info({ migration: name }, 'migrated');
  // Reads share a connection; each write has one to itself until it commits.
  const readers = Math.max(1, Math.floor(config.poolSize / 2));
  const patience = config.statementTimeoutMs ?? DEFAULT_STATEMENT_TIMEOUT_MS;
  const dataSource = createDataSource(definition, {
    url: config.databaseUrl,
    // What a write hangs on is a lock; a chore may take its time.
    limits: { lockMs: patience },
    poolSize: Math.max(1, config.poolSize - readers),
    ...(onStatement ? { onStatement } : {}),
  });
  await dataSource.initialize();
  keepSigningKeys(dataSource, config.signingKeys);

  const tracing = config.tracing && (await openTracing(`customer360-${definition.name}`, config.tracing));
  const settings = definition.settings;
  const settingValues = new Map(settings ? [[settings, config.settings ?? Object.freeze(settings.read({}))]] : []);
  const chores = [
    forgetOldKeys(dataSource, log),
    hourly(log, 'told identity that it takes part in merges', async () => {
      await tellTakingPart(dataSource);
      return 0;
    }),
    ...(definition.chores ?? []).map(({ name, run }) =>
      hourly(log, name, () => run(dataSource, (which) => readSettings(settingValues, which))),
    ),
  ];
  const stopChores = () => chores.forEach((stop) => stop());
  const pool = {
    ...connectionConfig(definition, { statementMs: patience, readOnly: true }),
    connectionString: config.databaseUrl,
    max: readers,
    // Postgres ends a statement by itself, unless nothing of it gets through any more.
    query_timeout: patience + NO_ANSWER_MS,
  };
  const metrics = createSubgraphMetrics(definition.name, {
    events: () => events.readings(),
    following: () => following.read(),
    pools: () => ({ read: reads.pool, write: writePool(dataSource) }),
  });
  const watch = watchStatements(definition.name, metrics, tracing?.tracer);
  watchDataSource(dataSource, watch);
  const reads = new ReadPipeline(pool, log, onStatement, (text) => watch('read', text));
  const database = new Database(dataSource, reads, log, standing);
  const signingKey = config.signingKeys?.[0] ?? null;
  const references = new References(config.identityUrl, definition.name, signingKey);
  const accessLog = new AccessLog(definition.name, dataSource, log);
  const readWithdrawals =
    definition.readWithdrawals?.(database) ?? askMarketing(config.marketingUrl, definition.name, signingKey);
  const guards = { accessLog, readWithdrawals };
  const aliases = new Aliases();
  await aliases.watch(dataSource, log);
  const events = startEvents(definition, config, dataSource, log, {
    onErased: (ids) => references.forget(ids),
  });
  const following = new FollowHealth(dataSource, tablesOf(dataSource), log);
  const trust = new GatewayTrust(definition.name, config.signingKeys);
  if (config.signingKeys === null) {
    log.warn('SIGNING_KEY is off: whoever reaches this subgraph reads and changes everything');
  }
  const observers = { log, metrics, tracer: tracing?.tracer };
  const fastify = Fastify({ logger: false, bodyLimit: 10 * 1024 * 1024 });
  const apollo = new ApolloServer<RequestContext>({
    schema,
    introspection: true,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    formatError: (formatted, error) => maskUnknownError(formatted, error),
    plugins: [
      fastifyApolloDrainPlugin(fastify),
      // Fastify alone waits for the connection on which the last answer went, because the gateway keeps it open.
      ApolloServerPluginDrainHttpServer({ httpServer: fastify.server }),
      observeRequests(observers),
      // The first two would watch every field of every row; the others would report to somebody.
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      {
        requestDidStart: async () => ({
          willSendResponse: async ({ contextValue }) => accessLog.note(contextValue),
        }),
      },
    ],
    logger: scrubbingLogger(log),
  });
  const createContext = (requestId: string, caller: Caller) =>
    new RequestContext(database, aliases, references, requestId, caller, guards, settingValues);
  const onAnswer = (context: RequestContext) => accessLog.note(context);
  const subscribing = { path: PATH, schema, log, trust, createContext, onAnswer, metrics };
  const subscriptions = serveSubscriptions(fastify.server, subscribing);
  let metricsServer: Awaited<ReturnType<typeof serveMetrics>> | undefined;
  try {
    await apollo.start();
    const callerOf = admitRequests(fastify, PATH, trust);
    scopeRequests(fastify, PATH, observers);
    if (config.metrics) metricsServer = await serveMetrics(fastify, metrics, config.metrics, config.host);
    await fastify.register(fastifyApollo(apollo), {
      path: PATH,
      context: async (request) => {
        const given = request.headers[HEADERS.requestId];
        const requestId = typeof given === 'string' ? given : randomUUID();
        return createContext(requestId, callerOf(request));
      },
    });
    fastify.get('/health', async (_request, reply) => {
      try {
        const counts = await events.health();
        return { status: 'up', subgraph: definition.name, ...counts, ...mergesIn(await following.read()) };
      } catch (error) {
        log.error({ err: error }, 'the database does not answer');
        return reply
          .code(503)
          .send({ status: 'down', subgraph: definition.name, reason: 'the database does not answer' });
      }
    });
    const address = await fastify.listen({ host: config.host, port: config.port });
    const url = `${address}${PATH}`;
    const metricsUrl = metricsServer?.url;
    log.info({ url, ...(metricsUrl !== undefined && { metricsUrl }) }, 'listening');
    return {
      name: definition.name,
      url,
      async stop() {
        stopChores();
        aliases.stop();
        await subscriptions.stop();
        await apollo.stop();
        await fastify.close();
        await accessLog.stop();
        await events.stop();
        await reads.close();
        await dataSource.destroy();
        await Promise.all([metricsServer?.stop(), tracing?.stop()]);
      },
    };
  } catch (error) {
    stopChores();
    aliases.stop();
    await subscriptions.stop();
    await fastify.close();
    await events.stop();
    await reads.close();
    await dataSource.destroy();
    await Promise.all([metricsServer?.stop(), tracing?.stop()]);
    throw error;
  }
}

/** What `/health` tells of merges: nothing where all rows have followed. Requests are answered whatever it tells. */
function mergesIn(merges: Following): object {
  const { waiting, waitingSince, astray } = merges;
  if (waiting === 0 && astray === 0) return {};
  const isLate = waitingSince !== null && Date.now() - waitingSince.getTime() > LATE_MS;
  const problems = [
    ...(isLate ? [`the rows of ${waiting} customers wait to follow a merge, since ${waitingSince.toISOString()}`] : []),
    ...(astray > 0 ? [`${astray} rows are not on the page of the customer whom the aliases tell`] : []),
  ];
  return { merges, ...(problems.length > 0 && { problems }) };
}
