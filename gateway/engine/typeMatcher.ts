import { type GraphQLSchema, isAbstractType, isInterfaceType, isObjectType } from 'graphql';

/** Whether an object that calls itself by this `__typename` is of the type. */
export type TypeMatcher = (typename: unknown) => boolean;

/**
 * @param schema the supergraph's: subgraphs send types that clients do not know
 * @param condition the type of a fragment; its subtypes match too
 */
export function typeMatcher(schema: GraphQLSchema, condition: string): TypeMatcher {
  const type = schema.getType(condition);
  const names = new Set<unknown>([condition]);
  if (isAbstractType(type)) {
    for (const possible of schema.getPossibleTypes(type)) names.add(possible.name);
    if (isInterfaceType(type)) for (const { name } of schema.getImplementations(type).interfaces) names.add(name);
  }
  return (typename) => names.has(typename);
}

/** Matches the names of all object types: an interface that stands in for its objects (`@interfaceObject`) has another. */
export function objectTypeMatcher(schema: GraphQLSchema): TypeMatcher {
  const types = Object.values(schema.getTypeMap()).filter((type) => isObjectType(type));
  const names = new Set<unknown>(types.map(({ name }) => name));
  return (typename) => names.has(typename);
}
