import type { GraphQLFormattedError } from 'graphql';

/** Who asks, as far as running an operation needs to know it. */
export interface EngineRequest {
  readonly requestId: string;
  /** Goes on to every subgraph. */
  readonly headers: Readonly<Record<string, string>>;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal?: AbortSignal;
}

/** A completed answer: the text is what is sent, `data` and `errors` are read only by who wants to look inside. */
export interface EngineAnswer {
  /** `{"data":...,"errors":[...]}`, complete. */
  readonly text: string;
  /** Parsed or built on first use. */
  readonly data: Readonly<Record<string, unknown>> | null;
  readonly errors: readonly GraphQLFormattedError[];
}

/** A query or mutation, compiled once and run often. */
export interface CompiledOperation {
  readonly kind: 'query' | 'mutation';
  /** @param variables coerced by the caller's schema */
  run(variables: Readonly<Record<string, unknown>>, request: EngineRequest): Promise<EngineAnswer>;
}

/** A subscription, compiled once for all its subscribers. */
export interface CompiledSubscription {
  readonly kind: 'subscription';
  /** The subgraph that emits the events. */
  readonly service: string;
  /** What the subgraph is asked. */
  readonly query: string;
  readonly operationName: string | undefined;
  /** The part of the variables that the subgraph's own operation takes. */
  upstreamVariables(variables: Readonly<Record<string, unknown>>): Record<string, unknown>;
  /**
   * Completes one event: fetches what other subgraphs know and writes the answer. Never rejects for what a subgraph does;
   * an event whose enrichment fails in part arrives in part.
   *
   * @param event what the emitting subgraph sent: a GraphQL execution result
   */
  complete(
    event: { readonly data?: Record<string, unknown> | null; readonly errors?: readonly GraphQLFormattedError[] },
    variables: Readonly<Record<string, unknown>>,
    request: EngineRequest,
  ): Promise<EngineAnswer>;
}
