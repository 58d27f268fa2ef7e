import {
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
  parse,
  validate,
  type GraphQLSchema,
} from 'graphql';

/** Everything in the schema that a reader would look up and find without a description, as `Type.field(argument)`. */
export function undescribed(schema: GraphQLSchema): string[] {
  const missing: string[] = [];
  const need = (name: string, { description }: { description?: string | null | undefined }) => {
    if (!description?.trim()) missing.push(name);
  };
  for (const type of Object.values(schema.getTypeMap())) {
    if (isIntrospectionType(type) || isSpecifiedScalarType(type)) continue;
    const isRoot = type === schema.getQueryType() || type === schema.getMutationType();
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

/**
 * What would break for a known client.
 * @param operation the text of a file in schema/operations
 * @returns the reasons why the schema cannot answer it; none when it can
 */
export function brokenBy(schema: GraphQLSchema, operation: string): string[] {
  return validate(schema, parse(operation)).map((error) => error.message);
}
