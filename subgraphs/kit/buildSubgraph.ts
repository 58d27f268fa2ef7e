import { buildSubgraphSchema } from '@apollo/subgraph';
import { printSchemaWithDirectives } from '@graphql-tools/utils';
import { parse, specifiedDirectives, type GraphQLSchema } from 'graphql';
import { buildSchema, createResolversMap } from 'type-graphql';
import type { SubgraphDefinition } from './defineSubgraph.js';

const FEDERATION_LINK = `extend schema
  @link(
    url: "https://specs.apollo.dev/federation/v2.9"
    import: ["@key", "@shareable", "@external", "@requires", "@provides", "@tag", "@inaccessible", "@override"]
  )
`;

export interface BuiltSubgraph {
  /** Executable, with `_service` and `_entities`. */
  readonly schema: GraphQLSchema;
  /** What is committed under schema/subgraphs and composed. */
  readonly sdl: string;
}

/** Builds a subgraph's schema from its classes: types and resolvers from type-graphql, the federation from Apollo. */
export async function buildSubgraph(definition: SubgraphDefinition): Promise<BuiltSubgraph> {
  const schema = await buildSchema({
    resolvers: definition.resolvers,
    orphanedTypes: [...definition.types] as never,
    directives: [...specifiedDirectives],
    // The directives in the classes are federation's; type-graphql does not know them, Apollo checks them below.
    skipCheck: true,
    // Inputs are checked with zod, where the error can name the argument.
    validate: false,
  });
  const sdl = `${FEDERATION_LINK}\n${printSchemaWithDirectives(schema)}`;
  const resolvers = createResolversMap(schema) as Record<string, Record<string, unknown>>;
  for (const [typename, resolve] of Object.entries(definition.references)) {
    resolvers[typename] = { ...resolvers[typename], __resolveReference: resolve };
  }
  return { schema: buildSubgraphSchema({ typeDefs: parse(sdl), resolvers: resolvers as never }), sdl };
}
