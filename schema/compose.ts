import { composeServices } from '@apollo/composition';
import { parse, type GraphQLSchema } from 'graphql';

export interface SubgraphSdl {
  readonly name: string;
  /** Where the gateway finds it, unless it is told otherwise. */
  readonly url: string;
  readonly sdl: string;
}

export interface Composition {
  /** The supergraph, as the gateway reads it. */
  readonly supergraphSdl: string;
  /** What clients see. */
  readonly apiSchema: GraphQLSchema;
}

/**
 * Composes subgraphs into one supergraph.
 * @throws Error with a line for each reason why they do not fit together
 */
export function compose(subgraphs: readonly SubgraphSdl[]): Composition {
  const result = composeServices(subgraphs.map(({ name, url, sdl }) => ({ name, url, typeDefs: parse(sdl) })));
  if (result.errors) {
    throw new Error(`the subgraphs do not compose:\n${result.errors.map((error) => `  ${error.message}`).join('\n')}`);
  }
  return { supergraphSdl: result.supergraphSdl, apiSchema: result.schema.toAPISchema().toGraphQLJSSchema() };
}
