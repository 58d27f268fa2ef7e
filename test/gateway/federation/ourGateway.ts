import {
  type DocumentNode,
  GraphQLError,
  type OperationDefinitionNode,
  getOperationAST,
  parse,
  validate,
} from 'graphql';
import { getVariableValues } from 'graphql/execution/values.js';
import { createEngine } from '../../../gateway/engine/createEngine.js';
import { plannerHere } from '../../support/plannerHere.js';
import { runOn } from '../../support/runOn.js';
import type { AnsweringSubgraph } from './answeringSubgraph.js';
import type { GatewayAnswer, Operation } from './stockGateway.js';

export interface OurGateway {
  /** Parses, validates and coerces as Apollo Server would, then runs our engine. */
  ask(operation: Operation): Promise<GatewayAnswer>;
}

/** Our engine over subgraphs in this process, without the server around it. */
export function ourGateway(supergraphSdl: string, subgraphs: ReadonlyMap<string, AnsweringSubgraph>): OurGateway {
  const engine = createEngine({ planner: plannerHere(supergraphSdl), subgraphs });
  return {
    async ask({ query, variables, operationName }) {
      const document = parse(query);
      const errors = validate(engine.apiSchema, document);
      if (errors.length > 0) return { errors: errors.map((error) => error.toJSON()) };
      const { coerced, errors: wrong } = getVariableValues(
        engine.apiSchema,
        operationOf(document, operationName).variableDefinitions ?? [],
        { ...variables },
      );
      if (wrong) return { errors: wrong.map((error) => error.toJSON()) };
      const answer = await runOn(engine, document, { variables: coerced, operationName });
      const sent: { data: unknown; errors?: GatewayAnswer['errors'] } = JSON.parse(answer.textWith());
      // Plugins read these in the place of the text, so they must say the same.
      expect(JSON.stringify(answer.data)).toBe(JSON.stringify(sent.data));
      expect(answer.errors).toEqual(sent.errors ?? []);
      return { data: sent.data, errors: answer.failures.map((failure) => failure.toJSON()) };
    },
  };
}

function operationOf(document: DocumentNode, name: string | undefined): OperationDefinitionNode {
  const operation = getOperationAST(document, name);
  if (!operation) throw new GraphQLError('there is no such operation');
  return operation;
}
