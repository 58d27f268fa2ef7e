import { buildSubgraphSchema } from '@apollo/subgraph';
import { type GraphQLFormattedError, type GraphQLSchema, getOperationAST, graphql, parse, validate } from 'graphql';
import { getVariableValues } from 'graphql/execution/values.js';
import type { Caller } from '../../schema/contract.js';
import { EVERYONE } from '../../gateway/access/everyone.js';
import type { CompiledSubscription, EngineAnswer, EngineRequest } from '../../gateway/engine/CompiledOperation.js';
import type { SubgraphConnection } from '../../gateway/engine/SubgraphConnection.js';
import { type EngineOptions, createEngine } from '../../gateway/engine/createEngine.js';
import type { SubgraphAnswer } from '../../gateway/upstream/SubgraphAnswer.js';
import type { SubgraphDefinition } from './fixtureSubgraph.js';
import { compose } from './fixtureSupergraph.js';

/** A request that the engine sent. */
interface SentRequest {
  readonly service: string;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly signal: AbortSignal | undefined;
}

/** Decides what becomes of a request; undefined lets the subgraph answer. */
type Interference = (request: SentRequest) => Promise<SubgraphAnswer | undefined> | SubgraphAnswer | undefined;

export interface TestEngine {
  /** All requests so far, in order. */
  readonly sent: SentRequest[];
  interfere(interference: Interference): void;
  /** Runs a query or mutation. */
  ask(query: string, variables?: Record<string, unknown>, request?: Partial<EngineRequest>): Promise<EngineAnswer>;
  /** What clients see. */
  readonly apiSchema: GraphQLSchema;
  /** How many compiled operations it keeps. */
  size(): number;
  /**
   * Compiles a subscription.
   *
   * @throws what the caller is told who may not have it
   */
  subscribe(query: string, caller?: Caller): CompiledSubscription;
}

/** An engine over subgraphs that run in this process; answers are JSON from the first to the last, as over a wire. */
export function engineOver(
  definitions: readonly SubgraphDefinition[],
  options: Pick<EngineOptions, 'shareIdenticalQueries' | 'deniedFields' | 'introspectionHidesDenied'> = {},
): TestEngine {
  const sent: SentRequest[] = [];
  let interference: Interference | undefined;
  const subgraphs = new Map(
    definitions.map(({ name, typeDefs, resolvers }): [string, SubgraphConnection] => {
      const schema = buildSubgraphSchema([{ typeDefs: parse(typeDefs), resolvers }]);
      return [
        name,
        {
          async ask({ query, variables = {}, operationName }, { signal }) {
            const request = { service: name, query, variables: structuredClone(variables), signal };
            sent.push(request);
            const answer =
              (await interference?.(request)) ??
              (await graphql({
                schema,
                source: query,
                variableValues: variables,
                operationName: operationName ?? null,
              }));
            const { data, errors }: { data?: Record<string, unknown>; errors?: GraphQLFormattedError[] } = JSON.parse(
              JSON.stringify(answer),
            );
            return { ...(data && { data }), ...(errors && { errors }) };
          },
        },
      ];
    }),
  );
  const supergraphSdl = compose(definitions.map(({ name, typeDefs }) => ({ name, typeDefs, url: `http://${name}` })));
  const engine = createEngine({ supergraphSdl, subgraphs, ...options });
  const compile = (query: string, caller: Caller): ReturnType<typeof engine.compile> => {
    const document = parse(query);
    expect(validate(engine.apiSchema, document)).toEqual([]);
    return engine.compile(document, undefined, caller);
  };
  return {
    sent,
    apiSchema: engine.apiSchema,
    size: () => engine.size,
    interfere(next) {
      interference = next;
    },
    async ask(query, variables = {}, request = {}) {
      const definitionsOf = getOperationAST(parse(query))?.variableDefinitions ?? [];
      const { coerced, errors } = getVariableValues(engine.apiSchema, definitionsOf, variables);
      if (errors) throw new Error(errors.map(String).join('\n'));
      const compiled = compile(query, request.caller ?? EVERYONE);
      if (!('run' in compiled)) throw new Error('ask for a subscription with `subscribe`');
      return compiled.run(coerced, { requestId: 'r1', caller: EVERYONE, headers: {}, ...request });
    },
    subscribe(query, caller = EVERYONE) {
      const compiled = compile(query, caller);
      if (compiled.kind === 'refused')
        throw new AggregateError(compiled.refusal(caller), String(compiled.refusal(caller)));
      if (compiled.kind !== 'subscription') throw new Error('that is no subscription');
      return compiled;
    },
  };
}
