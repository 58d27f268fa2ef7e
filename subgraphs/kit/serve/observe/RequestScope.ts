import { AsyncLocalStorage } from 'node:async_hooks';
import type { Context, Span } from '@opentelemetry/api';

/** What is known of a request wherever its statements run. */
export interface RequestScope {
  /** How many SQL statements have ended. */
  statements: number;
  /** The request's span, and the context that makes what follows its child; undefined when nothing is traced. */
  readonly trace: { readonly span: Span; readonly context: Context } | undefined;
}

/**
 * The request on whose behalf code runs. Following it costs something at each promise, so requests run in a scope only when they are
 * traced or when the log is at `debug`.
 */
export const requestScope = new AsyncLocalStorage<RequestScope>();
