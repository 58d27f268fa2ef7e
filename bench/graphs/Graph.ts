import type { buildSubgraphSchema } from '@apollo/subgraph';
import type { GraphQLFieldResolver } from 'graphql';

/** One subgraph of a graph to measure: it answers from memory. */
export interface GraphSubgraph {
  readonly name: string;
  /** Federation 2 SDL, with its `@link`. */
  readonly sdl: string;
  /** As `buildSubgraphSchema` takes them. */
  readonly resolvers?: NonNullable<
    Extract<Parameters<typeof buildSubgraphSchema>[0], { resolvers?: unknown }>['resolvers']
  >;
  /** Answers the fields that have no resolver; graphql-js's own default when absent. */
  readonly resolveField?: GraphQLFieldResolver<unknown, unknown>;
}

/** A supergraph, and the one request that is asked of it again and again. */
export interface Graph {
  readonly subgraphs: readonly GraphSubgraph[];
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Requests a round that take every gateway some seconds. */
  readonly requests: number;
}
