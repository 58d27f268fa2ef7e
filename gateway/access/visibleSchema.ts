import { MapperKind, mapSchema, pruneSchema } from '@graphql-tools/utils';
import { GraphQLBoolean, type GraphQLFieldConfigMap, GraphQLObjectType, type GraphQLSchema } from 'graphql';
import type { Access } from './Access.js';

/** Introspection needs a query type, and that a field. */
const NOTHING: GraphQLFieldConfigMap<unknown, unknown> = {
  _nothing: { type: GraphQLBoolean, description: 'There is nothing to ask for with the scopes that you have.' },
};

/**
 * The schema as introspection tells it to those who may see so much of it: without closed fields, and without the types that only these
 * need. A field of an interface is there as long as it is open for one of its types.
 */
export function visibleSchema(schema: GraphQLSchema, access: Access): GraphQLSchema {
  const isOpen = (type: string, field: string): boolean => {
    const parent = schema.getType(type);
    if (!parent || !('getFields' in parent) || 'isOneOf' in parent) return true;
    return access.objectTypes(parent).some((one) => access.closing(one, field).length === 0);
  };
  const query = schema.getQueryType();
  const isEmpty = query && Object.keys(query.getFields()).every((field) => !isOpen(query.name, field));
  return pruneSchema(
    mapSchema(schema, {
      [MapperKind.QUERY]: (type) => (isEmpty ? new GraphQLObjectType({ ...type.toConfig(), fields: NOTHING }) : type),
      [MapperKind.OBJECT_FIELD]: (config, field, type) => (isOpen(type, field) ? config : null),
      [MapperKind.INTERFACE_FIELD]: (config, field, type) => (isOpen(type, field) ? config : null),
    }),
  );
}
