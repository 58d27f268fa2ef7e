import { buildSubgraphSchema } from '@apollo/subgraph';
import { type GraphQLFormattedError, type GraphQLSchema, graphql, parse } from 'graphql';
import type { SubgraphAnswer } from '../../../gateway/upstream/SubgraphAnswer.js';
import type { SubgraphRequest } from '../../../gateway/upstream/SubgraphClient.js';
import type { SubgraphDefinition } from '../../support/fixtureSubgraph.js';

/** A subgraph in this process. */
export interface AnsweringSubgraph {
  /** Every request so far. */
  readonly requests: SubgraphRequest[];
  ask(request: SubgraphRequest): Promise<SubgraphAnswer>;
}

/** Changes or replaces what a subgraph answers; it may throw as a client of a subgraph that is away would. */
export type Spoil = (answer: SubgraphAnswer, request: SubgraphRequest) => SubgraphAnswer;

const schemas = new WeakMap<SubgraphDefinition, GraphQLSchema>();

function schemaOf(definition: SubgraphDefinition): GraphQLSchema {
  const known = schemas.get(definition);
  if (known) return known;
  const schema = buildSubgraphSchema([{ typeDefs: parse(definition.typeDefs), resolvers: definition.resolvers }]);
  schemas.set(definition, schema);
  return schema;
}

/** Makes a real subgraph that answers without a network. Its answers are fresh plain JSON, as from a network. */
export function answeringSubgraph(definition: SubgraphDefinition, spoil?: Spoil): AnsweringSubgraph {
  const schema = schemaOf(definition);
  const requests: SubgraphRequest[] = [];
  return {
    requests,
    async ask(request) {
      requests.push(structuredClone(request));
      const result = await graphql({
        schema,
        source: request.query,
        variableValues: request.variables ?? null,
        operationName: request.operationName ?? null,
      });
      const answer: { data?: Record<string, unknown> | null; errors?: GraphQLFormattedError[] } = JSON.parse(
        JSON.stringify(result),
      );
      return spoil ? spoil(answer, request) : answer;
    },
  };
}
