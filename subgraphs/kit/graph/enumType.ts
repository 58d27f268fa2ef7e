import { registerEnumType } from 'type-graphql';

/**
 * Declares a GraphQL enum whose values are their own names, in code and in the database.
 * @param values name to description, in the order in which they are shown
 */
export function enumType<T extends Record<string, string>>(
  name: string,
  description: string,
  values: T,
): { readonly [K in keyof T]: K } {
  const names = Object.keys(values);
  const type = Object.fromEntries(names.map((value) => [value, value])) as { [K in keyof T]: K };
  registerEnumType(type, {
    name,
    description,
    valuesConfig: Object.fromEntries(names.map((value) => [value, { description: values[value] }])) as never,
  });
  return Object.freeze(type);
}
