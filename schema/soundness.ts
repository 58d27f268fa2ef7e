import {
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
  Kind,
  parse,
  validate,
  type GraphQLSchema,
  type TypeNode,
} from 'graphql';

/** Everything in the schema that a reader would look up and find without a description, as `Type.field(argument)`. */
export function undescribed(schema: GraphQLSchema): string[] {
  const missing: string[] = [];
  const need = (name: string, { description }: { description?: string | null | undefined }) => {
    if (!description?.trim()) missing.push(name);
  };
  for (const type of Object.values(schema.getTypeMap())) {
    if (isIntrospectionType(type) || isSpecifiedScalarType(type)) continue;
    const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
    const isRoot = roots.some((root) => root === type);
    if (!isRoot && !(isScalarType(type) && type.name.includes('__'))) need(type.name, type);
    if (isObjectType(type) || isInterfaceType(type)) {
      for (const field of Object.values(type.getFields())) {
        need(`${type.name}.${field.name}`, field);
        for (const argument of field.args) need(`${type.name}.${field.name}(${argument.name})`, argument);
      }
    } else if (isInputObjectType(type)) {
      for (const field of Object.values(type.getFields())) need(`${type.name}.${field.name}`, field);
    } else if (isEnumType(type)) {
      for (const value of type.getValues()) need(`${type.name}.${value.name}`, value);
    }
  }
  return missing;
}

function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);
}

/**
 * The fields by which one subgraph that is down would take more with it than its own, as `Type.field`: those that a
 * subgraph adds to a type of another, or that lead to one, and that are not nullable.
 * @param subgraph whose SDL it is
 * @param owners the types that several subgraphs have a part in, and whose they are
 */
export function fragile(subgraph: string, sdl: string, owners: Readonly<Record<string, string>>): string[] {
  const isForeign = (type: string) => {
    const owner = owners[type];
    return owner !== undefined && owner !== 'kit' && owner !== subgraph;
  };
  return parse(sdl).definitions.flatMap((definition) => {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION) return [];
    const type = definition.name.value;
    return (definition.fields ?? [])
      .filter(({ name }) => name.value !== 'id')
      .filter((field) => field.type.kind === Kind.NON_NULL_TYPE)
      .filter((field) => isForeign(type) || isForeign(namedType(field.type)))
      .map((field) => `${type}.${field.name.value}`);
  });
}

/**
 * What would break for a known client.
 * @param operation the text of a file in schema/operations
 * @returns the reasons why the schema cannot answer it; none when it can
 */
export function brokenBy(schema: GraphQLSchema, operation: string): string[] {
  return validate(schema, parse(operation)).map((error) => error.message);
}
