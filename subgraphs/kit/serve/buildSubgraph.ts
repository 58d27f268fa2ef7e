import { buildSubgraphSchema } from '@apollo/subgraph';
import { printSchemaWithDirectives } from '@graphql-tools/utils';
import { defaultFieldResolver, isObjectType, parse, print, specifiedDirectives, type GraphQLSchema } from 'graphql';
import { buildSchema, createResolversMap } from 'type-graphql';
import { RESUMABLE } from '../../../schema/contract.js';
import type { SubgraphDefinition } from './defineSubgraph.js';
import { ARGUMENT_SCOPES, ARGUMENT_SCOPES_DEFINITION } from '../graph/argumentScopes.js';
import { eachField } from '../graph/eachField.js';
import { type FieldPolicy, fieldPolicies } from '../guard/fieldPolicies.js';
import { forScopes, guardField, isGuarded } from '../guard/guardField.js';
import { guardArguments } from '../guard/guardArguments.js';
import { guardReference } from '../guard/guardReference.js';
import { guardRoots } from '../guard/guardRoots.js';
import type { GuardedRequest } from '../guard/GuardedRequest.js';
import { sizeLists } from '../graph/sizeLists.js';
import { ownedTables } from '../ownership/ownedTables.js';

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
  const scoped = sdl.includes(`@${ARGUMENT_SCOPES}(`);
  return `${federation}${resumable ? RESUMABLE_LINK : ''}${scoped ? ARGUMENT_SCOPES_DEFINITION : ''}\n${sdl}`;
}

function noTopics(): never {
  throw new Error('subscriptions name their source by `subscribe`; topics within one process are not for subgraphs');
}
/** type-graphql builds no schema with a subscription without one. */
const NO_TOPICS = { publish: noTopics, subscribe: noTopics };

/** The marks of classes and fields, which SDL does not carry. */
function copyExtensions(from: GraphQLSchema, to: GraphQLSchema): void {
  eachField(from, (field, { name, extensions }) => {
    const type = to.getType(name);
    if (!isObjectType(type)) return;
    type.extensions = { ...type.extensions, ...extensions };
    const copy = type.getFields()[field.name];
    if (copy) copy.extensions = { ...copy.extensions, ...field.extensions };
  });
}

/** Puts the policies in force. A field whose policy asks for nothing keeps the resolver that it has, mostly none. */
function guardFields(schema: GraphQLSchema, policies: readonly FieldPolicy[]): void {
  const byField = new Map(policies.map((policy) => [policy.field, policy]));
  eachField<GuardedRequest>(schema, (field, type) => {
    const policy = byField.get(`${type.name}.${field.name}`);
    if (policy && isGuarded(policy)) {
      field.resolve = guardField(policy, field.type, field.resolve ?? defaultFieldResolver);
      if (field.subscribe) field.subscribe = forScopes(policy, field.subscribe);
    }
  });
}

export interface BuiltSubgraph {
  /** Executable, with `_service` and `_entities`. */
  readonly schema: GraphQLSchema;
  /** What is committed under schema/subgraphs and composed. */
  readonly sdl: string;
  /** What each field is given by; in force in `schema`. */
  readonly policies: readonly FieldPolicy[];
}

/**
 * Builds a subgraph's schema from its classes: types and resolvers from type-graphql, the federation from Apollo.
 *
 * @throws Error when a type is wrong, an entity does not say whose its rows are, or nothing says whose the
 *   value of a personal field is
 */
export async function buildSubgraph(definition: SubgraphDefinition): Promise<BuiltSubgraph> {
  ownedTables(definition.entities);
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
  const sdl = linked(print(sizeLists(guardArguments(guardRoots(declared, definition.access)))));
  const resolvers = createResolversMap(schema) as Record<string, Record<string, unknown>>;
  for (const [typename, resolve] of Object.entries(definition.references)) {
    const type = schema.getType(typename);
    if (type === undefined) throw new Error(`references: there is no type ${typename}`);
    resolvers[typename] = { ...resolvers[typename], __resolveReference: guardReference(type, resolve) };
  }
  const built = buildSubgraphSchema({ typeDefs: parse(sdl), resolvers: resolvers as never });
  copyExtensions(schema, built);
  const policies = fieldPolicies(built, definition.entities);
  guardFields(built, policies);
  return { schema: built, sdl, policies };
}
