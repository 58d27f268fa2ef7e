import {
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  isIntrospectionType,
  isObjectType,
} from 'graphql';
import type { RequestContext } from './RequestContext.js';

/** A field of a subgraph's schema. */
export type Field = GraphQLField<unknown, RequestContext, Readonly<Record<string, unknown>>>;

/** Visits each field of each object type, federation's own left out. */
export function eachField(schema: GraphQLSchema, visit: (field: Field, type: GraphQLObjectType) => void): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || isIntrospectionType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      if (!field.name.startsWith('_')) visit(field as Field, type);
    }
  }
}
