import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { Logger } from 'pino';
import { scrubbingLogger } from '../../observability/scrubbingLogger.js';
import { presentError } from '../errors/presentError.js';
import type { RequestContext } from '../http/RequestContext.js';
import type { ServedGraph } from './ServedGraph.js';
import { stringifyAnswer } from './stringifyAnswer.js';

/** Makes the server that answers operations over HTTP. What it would do beside that is switched off: the door has done it, or nobody shall. */
export function createApollo(
  gateway: ServedGraph,
  logger: Logger,
  plugins: readonly ApolloServerPlugin<RequestContext>[],
): ApolloServer<RequestContext> {
  return new ApolloServer<RequestContext>({
    gateway,
    // Its own lines at `info` say nothing that ours do not.
    logger: scrubbingLogger(
      logger.child({ by: 'apollo' }, { level: logger.isLevelEnabled('debug') ? 'debug' : 'warn' }),
    ),
    stringifyResult: stringifyAnswer,
    // Whether the schema is told, which documents are kept and which texts are known is the door's affair.
    introspection: true,
    documentStore: null,
    persistedQueries: false,
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
