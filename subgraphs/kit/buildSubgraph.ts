import { buildSubgraphSchema } from '@apollo/subgraph';
import { printSchemaWithDirectives } from '@graphql-tools/utils';
import { parse, print, specifiedDirectives, type GraphQLSchema } from 'graphql';
import { buildSchema, createResolversMap } from 'type-graphql';
import { RESUMABLE } from '../../schema/contract.js';
import type { SubgraphDefinition } from './defineSubgraph.js';
import { guardRoots } from './guardRoots.js';
import { maskPersonalData } from './maskPersonalData.js';
import { sizeLists } from './sizeLists.js';

const FEDERATION_DIRECTIVES = [
  '@key',
  '@shareable',
  '@external',
  '@requires',
  '@provides',
  '@tag',
  '@inaccessible',
  '@override',
  '@requiresScopes',
  '@cost',
  '@listSize',
] as const;

function federationLink(directives: readonly string[]): string {
  const names = directives.map((name) => `"${name}"`).join(', ');
  return `extend schema
  @link(
    url: "https://specs.apollo.dev/federation/v2.9"
    import: [${names}]
  )
`;
}

/** What a schema needs in which a subscription is `@resumable`: composition keeps the directive, for the gateway. */
const RESUMABLE_LINK = `extend schema
  @link(url: "${RESUMABLE.specification}/${RESUMABLE.version}", import: ["@${RESUMABLE.name}"])
  @composeDirective(name: "@${RESUMABLE.name}")

directive @${RESUMABLE.name}(argument: String!, cursor: String!) on FIELD_DEFINITION
`;

function linked(sdl: string): string {
  const resumable = sdl.includes(`@${RESUMABLE.name}(`);
  const federation = federationLink([...FEDERATION_DIRECTIVES, ...(resumable ? ['@composeDirective'] : [])]);
  return `${federation}${resumable ? RESUMABLE_LINK : ''}\n${sdl}`;
}

function noTopics(): never {
  throw new Error('subscriptions name their source by `subscribe`; topics within one process are not for subgraphs');
}
/** type-graphql builds no schema with a subscription without one. */
const NO_TOPICS = { publish: noTopics, subscribe: noTopics };

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
    pubSub: NO_TOPICS,
  });
  const declared = parse(printSchemaWithDirectives(schema));
  const sdl = linked(print(sizeLists(guardRoots(declared, definition.access))));
  const resolvers = createResolversMap(schema) as Record<string, Record<string, unknown>>;
  for (const [typename, fields] of maskPersonalData(schema)) {
    resolvers[typename] = { ...resolvers[typename], ...Object.fromEntries(fields) };
  }
  for (const [typename, resolve] of Object.entries(definition.references)) {
    resolvers[typename] = { ...resolvers[typename], __resolveReference: resolve };
  }
  return { schema: buildSubgraphSchema({ typeDefs: parse(sdl), resolvers: resolvers as never }), sdl };
}
