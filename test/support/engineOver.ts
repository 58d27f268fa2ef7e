import { buildSubgraphSchema } from '@apollo/subgraph';
import {
  type DocumentNode,
  type GraphQLFormattedError,
  type GraphQLSchema,
  getOperationAST,
  graphql,
  parse,
  validate,
} from 'graphql';
import { getVariableValues } from 'graphql/execution/values.js';
import type { Caller } from '../../schema/contract.js';
import { EVERYONE } from '../../gateway/access/everyone.js';
import type { CompiledSubscription, EngineAnswer, EngineRequest } from '../../gateway/engine/CompiledOperation.js';
import type { SubgraphConnection } from '../../gateway/engine/SubgraphConnection.js';
import { type EngineOptions, createEngine } from '../../gateway/engine/createEngine.js';
import type { Planner } from '../../gateway/engine/plan/PlannedGraph.js';
import type { SubgraphAnswer } from '../../gateway/upstream/SubgraphAnswer.js';
import type { SubgraphDefinition } from './fixtureSubgraph.js';
import { compose } from './fixtureSupergraph.js';
import { plannerHere } from './plannerHere.js';
import { runOn } from './runOn.js';

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
  /** How many operations were planned. */
  planned(): number;
  /** Runs a query or mutation. */
  ask(query: string, variables?: Record<string, unknown>, request?: Partial<EngineRequest>): Promise<EngineAnswer>;
  /** What clients see. */
  readonly apiSchema: GraphQLSchema;
  /**
   * Compiles a subscription.
   *
   * @throws what the caller is told who may not have it
   */
  subscribe(query: string, caller?: Caller): Promise<CompiledSubscription>;
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
  let planned = 0;
  const here = plannerHere(supergraphSdl);
  const planner: Planner = {
    facts: here.facts,
    plan(operation, given) {
      planned += 1;
      return here.plan(operation, given);
    },
  };
  const engine = createEngine({ planner, subgraphs, ...options });
  const documents = new Map<string, DocumentNode>();
  /** The same for the same text, as the gateway has it: what is compiled is kept with it. */
  const documentOf = (query: string): DocumentNode => {
    let document = documents.get(query);
    if (!document) documents.set(query, (document = parse(query)));
    expect(validate(engine.apiSchema, document)).toEqual([]);
    return document;
  };
  return {
    sent,
    apiSchema: engine.apiSchema,
    planned: () => planned,
    interfere(next) {
      interference = next;
    },
    async ask(query, variables = {}, request = {}) {
      const definitionsOf = getOperationAST(parse(query))?.variableDefinitions ?? [];
      const { coerced, errors } = getVariableValues(engine.apiSchema, definitionsOf, variables);
      if (errors) throw new Error(errors.map(String).join('\n'));
      return runOn(engine, documentOf(query), { variables: coerced, request });
    },
    async subscribe(query, caller = EVERYONE) {
      const compiled = await engine.compile(documentOf(query), caller);
      if (compiled.kind === 'refused')
        throw new AggregateError(compiled.refusal(caller), String(compiled.refusal(caller)));
      if (compiled.kind !== 'subscription') throw new Error('that is no subscription');
      return compiled;
    },
  };
}
