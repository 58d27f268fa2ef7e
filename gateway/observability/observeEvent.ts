import { SpanKind, type Tracer } from '@opentelemetry/api';
import type { GraphQLFormattedError } from 'graphql';
import { type TraceHeaders, headersOfSpan, parentContext } from '../../observability/traceHeaders.js';
import type { GatewayMetrics } from './createGatewayMetrics.js';

/** What hears of subscriptions. */
export interface SubscriptionObservers {
  readonly metrics: Pick<GatewayMetrics, 'operation' | 'errors' | 'event' | 'refusedConnection'>;
  /** Without it no spans are made. */
  readonly tracer: Tracer | undefined;
}

/** One event of a subscription while it is enriched. */
export interface ObservedEvent {
  /** Go to the subgraphs that are asked for it. */
  readonly headers: TraceHeaders | undefined;
  /** Called once. @param errors as clients read them */
  end(errors: readonly GraphQLFormattedError[]): void;
}

/** Begins an event. Each is a trace of its own: a subscription may run for days. */
export function observeEvent(
  { metrics, tracer }: SubscriptionObservers,
  service: string,
  requestId: string,
): ObservedEvent {
  const attributes = { 'customer360.request_id': requestId, 'customer360.subgraph': service };
  const span = tracer?.startSpan(`event ${service}`, { kind: SpanKind.CONSUMER, attributes }, parentContext(undefined));
  return {
    headers: span && headersOfSpan(span),
    end(errors) {
      metrics.event();
      if (errors.length > 0) metrics.errors(errors);
      span?.end();
    },
  };
}
