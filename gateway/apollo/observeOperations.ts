import type { ApolloServerPlugin } from '@apollo/server';
import { SpanKind, SpanStatusCode, type Tracer } from '@opentelemetry/api';
import type { FormattedExecutionResult } from 'graphql';
import { headersOfSpan, parentContext } from '../../observability/traceHeaders.js';
import type { RequestContext } from '../http/RequestContext.js';
import type { GatewayMetrics, OperationOutcome } from '../observability/createGatewayMetrics.js';

/** What hears of each operation. */
export interface OperationObservers {
  readonly metrics: Pick<GatewayMetrics, 'operation' | 'errors'>;
  /** Without it no spans are made. */
  readonly tracer: Tracer | undefined;
}

/**
 * Counts and times each operation, over whatever transport it came. With a tracer, each is a span under its caller's, and everything
 * that is asked for it comes under that span; the span tells type and name of the operation, never its text, which may hold values.
 */
export function observeOperations({ metrics, tracer }: OperationObservers): ApolloServerPlugin<RequestContext> {
  return {
    async requestDidStart({ contextValue }) {
      const startedAt = performance.now();
      const { requestId } = contextValue;
      const span = tracer?.startSpan(
        'graphql',
        { kind: SpanKind.SERVER, attributes: { 'customer360.request_id': requestId } },
        parentContext(contextValue.trace),
      );
      if (span) contextValue.trace = headersOfSpan(span);
      return {
        async willSendResponse({ response: { body }, operationName }) {
          const operation = contextValue.admitted?.checked.operation;
          const result = body.kind === 'single' ? body.singleResult : {};
          const outcome = outcomeOf(result);
          const type = operation?.operation ?? 'unknown';
          metrics.operation(type, outcome, performance.now() - startedAt);
          if (result.errors) metrics.errors(result.errors);
          if (!span) return;
          if (operation) span.updateName(operationName ? `${type} ${operationName}` : type);
          span.setAttributes({ 'graphql.operation.type': type, 'customer360.outcome': outcome });
          if (operationName) span.setAttribute('graphql.operation.name', operationName);
          if (outcome === 'failed') {
            const code = result.errors?.[0]?.extensions?.['code'];
            span.setStatus({ code: SpanStatusCode.ERROR, message: String(code) });
          }
          span.end();
        },
      };
    },
  };
}

function outcomeOf({ data, errors }: FormattedExecutionResult): OperationOutcome {
  if (!errors?.length) return 'ok';
  return data ? 'partial' : 'failed';
}
