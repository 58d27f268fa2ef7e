import type { GraphQLError, GraphQLFormattedError } from 'graphql';
import type { Caller } from '../../schema/contract.js';
import type { SubgraphRequestOptions } from '../upstream/SubgraphClient.js';

/** Who asks, as far as running an operation needs to know it. */
export interface EngineRequest {
  readonly requestId: string;
  /** Whose claims are signed for the subgraphs. */
  readonly caller: Caller;
  /** Goes on to every subgraph. */
  readonly headers: Readonly<Record<string, string>>;
  /** Headers of the client's request of which each subgraph gets those that are configured for it. */
  readonly forwarded?: Readonly<Record<string, string>> | undefined;
  /** Told what subgraphs give back to the client beside data and errors. A request that is told has a run of its own. */
  readonly collect?: SubgraphRequestOptions['collect'];
  /** Aborted when nobody waits for the answer any more. */
  readonly signal?: AbortSignal | undefined;
}

/** A completed answer. Each property beside `dataText` and `failures` is made on first use, so that who needs none pays for none. */
export interface EngineAnswer {
  /** The JSON of `data` alone. */
  readonly dataText: string;
  /** `dataText`, parsed. */
  readonly data: Readonly<Record<string, unknown>> | null;
  /** As a client may read them: unforeseen ones masked, each with a code and the request id. */
  readonly errors: readonly GraphQLFormattedError[];
  /**
   * The same errors whole, for the log and for Apollo Server's pipeline (which presents them itself). One that a subgraph caused has
   * its name in `extensions.serviceName`.
   */
  readonly failures: readonly GraphQLError[];
  /** What is said beside data and errors: how many errors were left out. */
  readonly extensions: Readonly<Record<string, unknown>> | undefined;
  /**
   * The whole response, fit for the client: `{"errors":[...],"data":...,"extensions":{...}}`.
   *
   * @param more goes into `extensions`
   */
  textWith(more?: Readonly<Record<string, unknown>>): string;
  /** The same answer to another request. */
  for(requestId: string): EngineAnswer;
}

/** A query or mutation with variables for which it has a plan. */
export interface PreparedOperation {
  /** Never rejects for what a subgraph does. */
  run(request: EngineRequest): Promise<EngineAnswer>;
}

/** A query or mutation, compiled once and run often. */
export interface CompiledOperation {
  readonly kind: 'query' | 'mutation';
  /**
   * Sees to it that there is a plan for these variables: at once, where there was one.
   *
   * @param variables coerced by the caller's schema
   * @param caller for whom it is planned: see `callerKey`
   * @throws PlanFailed, or OperationRefused: see `Planner.plan`
   */
  prepare(
    variables: Readonly<Record<string, unknown>>,
    caller: string | undefined,
  ): PreparedOperation | Promise<PreparedOperation>;
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
   * @param event what the emitting subgraph sent: a GraphQL execution result; its `data` is not used again by the caller
   */
  complete(
    event: { readonly data?: Record<string, unknown> | null; readonly errors?: readonly GraphQLFormattedError[] },
    variables: Readonly<Record<string, unknown>>,
    request: EngineRequest,
  ): Promise<EngineAnswer>;
}

/** A subscription that must not begin: the caller may not see its events, or whole operations are refused for what the caller may not see. */
export interface RefusedSubscription {
  readonly kind: 'refused';
  /** Why. */
  refusal(caller: Caller): readonly GraphQLError[];
}
