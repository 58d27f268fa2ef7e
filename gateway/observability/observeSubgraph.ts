import { SpanKind, SpanStatusCode, type Tracer } from '@opentelemetry/api';
import { headersOfSpan, parentContext, traceHeadersOf } from '../../observability/traceHeaders.js';
import type { SubgraphConnection } from '../engine/SubgraphConnection.js';
import { SubgraphFailure } from '../upstream/SubgraphFailure.js';
import type { GatewayMetrics } from './createGatewayMetrics.js';

/** What hears of each request to a subgraph. */
export interface SubgraphObservers {
  readonly metrics: Pick<GatewayMetrics, 'fetch'>;
  /** Without it no spans are made; a caller's trace is passed on as it is. */
  readonly tracer: Tracer | undefined;
}

/**
 * A connection whose requests are counted and timed, and, when there is a tracer, are spans: children of the one that the request's
 * headers name, and parents of what the subgraph does.
 */
export function observeSubgraph(
  service: string,
  connection: SubgraphConnection,
  { metrics, tracer }: SubgraphObservers,
): SubgraphConnection {
  const measured: SubgraphConnection = {
    async ask(request, options) {
      const startedAt = performance.now();
      let outcome = 'ok';
      try {
        const answer = await connection.ask(request, options);
        if (answer.errors) outcome = 'errors';
        return answer;
      } catch (error) {
        outcome = error instanceof SubgraphFailure ? error.reason : 'bug';
        throw error;
      } finally {
        metrics.fetch(service, outcome, performance.now() - startedAt);
      }
    },
  };
  return tracer ? tracedConnection(service, measured, tracer) : measured;
}

function tracedConnection(service: string, connection: SubgraphConnection, tracer: Tracer): SubgraphConnection {
  return {
    async ask(request, options) {
      const span = tracer.startSpan(
        `fetch ${service}`,
        {
          kind: SpanKind.CLIENT,
          attributes: {
            'customer360.subgraph': service,
            ...(request.operationName !== undefined && { 'graphql.operation.name': request.operationName }),
          },
        },
        parentContext(traceHeadersOf(options.headers)),
      );
      try {
        const headers = { ...options.headers, ...headersOfSpan(span) };
        const answer = await connection.ask(request, { ...options, headers });
        if (answer.errors) span.setAttribute('customer360.errors', answer.errors.length);
        return answer;
      } catch (error) {
        // The message of a failure holds no address and nothing of the answer.
        const message = error instanceof SubgraphFailure ? error.message : 'a bug';
        span.setStatus({ code: SpanStatusCode.ERROR, message });
        throw error;
      } finally {
        span.end();
      }
    },
  };
}
