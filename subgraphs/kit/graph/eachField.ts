import {
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  isIntrospectionType,
  isObjectType,
} from 'graphql';

/** A field of a subgraph's schema; its resolver is given the request's context, of which one may need but a part. */
export type Field<Context = unknown> = GraphQLField<unknown, Context, Readonly<Record<string, unknown>>>;

/** Visits each field of each object type, federation's own left out. */
export function eachField<Context = unknown>(
  schema: GraphQLSchema,
  visit: (field: Field<Context>, type: GraphQLObjectType) => void,
): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || isIntrospectionType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      if (!field.name.startsWith('_')) visit(field as Field<Context>, type);
    }
  }
}
