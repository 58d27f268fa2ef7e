import { type Span, SpanKind, SpanStatusCode, type Tracer } from '@opentelemetry/api';
import type { DataSource, EntitySubscriberInterface } from 'typeorm';
import { requestScope } from './RequestScope.js';
import type { StatementKind, SubgraphMetrics } from './createSubgraphMetrics.js';

/**
 * Told of a SQL statement when it is asked for.
 * @returns to be called once, when it has ended
 */
export type StatementWatch = (kind: StatementKind, text: string) => (error?: unknown) => void;

/** SQLSTATE, by which a failed statement is told in its span: its message may hold values. */
function stateOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'failed';
}

/**
 * Counts and times statements, and makes them spans of the request on whose behalf they run. A span tells the statement with `$1`
 * for each value, never the values.
 */
export function watchStatements(
  subgraph: string,
  metrics: Pick<SubgraphMetrics, 'statement'>,
  tracer?: Tracer,
): StatementWatch {
  const spanOf = (text: string, startTime: number): Span | undefined => {
    const trace = requestScope.getStore()?.trace;
    if (!trace?.span.isRecording()) return undefined;
    const attributes = { 'db.system.name': 'postgresql', 'db.namespace': subgraph, 'db.query.text': text };
    return tracer?.startSpan(nameOf(text), { kind: SpanKind.CLIENT, attributes, startTime }, trace.context);
  };
  return (kind, text) => {
    const startedAt = performance.now();
    const scope = requestScope.getStore();
    const span = tracer && spanOf(text, Date.now());
    return (error) => {
      metrics.statement(kind, performance.now() - startedAt);
      if (scope) scope.statements += 1;
      if (!span) return;
      if (error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: stateOf(error) });
      span.end();
    };
  };
}

/** Watches what TypeORM runs: transactions, and what goes on beside requests. */
export function watchDataSource(dataSource: DataSource, watch: StatementWatch): void {
  const running = new WeakMap<object, (error?: unknown) => void>();
  const subscriber: EntitySubscriberInterface = {
    beforeQuery({ queryRunner, query }) {
      running.set(queryRunner, watch('write', query));
    },
    afterQuery({ queryRunner, success, error }) {
      running.get(queryRunner)?.(success ? undefined : (error ?? 'failed'));
      running.delete(queryRunner);
    },
  };
  dataSource.subscribers.push(subscriber);
}

/** `SELECT`, `WITH`: short and of few values. */
function nameOf(text: string): string {
  return /^\s*([a-z]+)/i.exec(text)?.[1]?.toUpperCase() ?? 'SQL';
}
