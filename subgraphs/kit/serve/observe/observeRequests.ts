import type { ApolloServerPlugin } from '@apollo/server';
import { unwrapResolverError } from '@apollo/server/errors';
import { SpanKind, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import type { FastifyInstance } from 'fastify';
import type { GraphQLError, GraphQLFormattedError } from 'graphql';
import type { Logger } from 'pino';
import { parentContext, traceHeadersOf } from '../../../../observability/traceHeaders.js';
import { isForeseen } from '../maskUnknownError.js';
import type { RequestContext } from '../RequestContext.js';
import { type RequestScope, requestScope } from './RequestScope.js';
import type { SubgraphMetrics } from './createSubgraphMetrics.js';

/** What hears of each request. */
export interface RequestObservers {
  readonly log: Logger;
  readonly metrics: Pick<SubgraphMetrics, 'operation' | 'error'>;
  /** Without it no spans are made. */
  readonly tracer?: Tracer | undefined;
}

/**
 * Gives each request to `path` a scope, so that statements are known to be its own: when it is traced, or when the log is at `debug`. A
 * request is a span under the one that its headers name.
 */
export function scopeRequests(app: FastifyInstance, path: string, { log, tracer }: RequestObservers): void {
  if (!tracer && !log.isLevelEnabled('debug')) return;
  app.addHook('preHandler', (request, reply, done) => {
    if (request.routeOptions.url !== path) {
      done();
      return;
    }
    const context = parentContext(traceHeadersOf(request.headers));
    const span = tracer?.startSpan('graphql', { kind: SpanKind.SERVER }, context);
    if (span) reply.raw.once('close', () => span.end());
    requestScope.run({ statements: 0, trace: span && { span, context: trace.setSpan(context, span) } }, done);
  });
}

/**
 * Says in the log what became of each operation, under the gateway's request id: a line at `debug`, and one at `error` for what nobody
 * foresaw. Codes and paths only: messages may repeat what was sent.
 */
export function observeRequests({ log, metrics }: RequestObservers): ApolloServerPlugin<RequestContext> {
  return {
    async requestDidStart({ contextValue: { requestId } }) {
      const startedAt = performance.now();
      const scope = requestScope.getStore();
      return {
        async didEncounterErrors({ errors }) {
          for (const error of errors) {
            logUnforeseen(log, requestId, error);
          }
        },
        async willSendResponse({ response: { body }, operation, operationName }) {
          const milliseconds = performance.now() - startedAt;
          const errors = (body.kind === 'single' && body.singleResult.errors) || [];
          const kind = operation?.operation ?? 'unknown';
          metrics.operation(kind, errors.length > 0 ? 'errors' : 'ok', milliseconds);
          for (const { extensions } of errors) metrics.error(extensions?.['code']);
          if (scope) tell(scope, { kind, operationName, errors });
          if (!log.isLevelEnabled('debug')) return;
          const statements = scope?.statements;
          const line = { requestId, operationName, kind, milliseconds: Math.round(milliseconds), statements };
          log.debug(errors.length > 0 ? { ...line, failures: told(errors) } : line, 'an operation was answered');
        },
      };
    },
  };
}

/** Logs an error that nobody foresaw; any other is the client's to read. @param log has `describeError` as its serializer of `err` */
export function logUnforeseen(log: Logger, requestId: string, error: GraphQLError): void {
  if (isForeseen(error.toJSON(), error)) return;
  const err = unwrapResolverError(error);
  log.error({ requestId, path: error.path?.join('.'), err }, 'request failed');
}

interface Answered {
  readonly kind: string;
  readonly operationName: string | null | undefined;
  readonly errors: readonly GraphQLFormattedError[];
}

function tell({ trace: traced, statements }: RequestScope, { kind, operationName, errors }: Answered): void {
  if (!traced) return;
  const { span } = traced;
  span.updateName(operationName ? `${kind} ${operationName}` : kind);
  span.setAttributes({ 'graphql.operation.type': kind, 'customer360.statements': statements });
  if (errors[0]) span.setStatus({ code: SpanStatusCode.ERROR, message: String(errors[0].extensions?.['code']) });
}

function told(errors: readonly GraphQLFormattedError[]): object[] {
  return errors.map(({ path, extensions }) => ({ code: extensions?.['code'], path: path?.join('.') }));
}
