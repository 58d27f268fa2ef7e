import { registerEnumType } from 'type-graphql';

/** A value of an enum: its description, or with it the scopes of which a caller needs all to give it. */
export type EnumValue =
  | string
  | { readonly description: string; readonly scopes: readonly [string, ...(readonly string[])] };

/** The scopes that values ask for, by `Enum.VALUE`: an enum is one in the whole graph. */
const scopes = new Map<string, readonly string[]>();

/**
 * Declares a GraphQL enum whose values are their own names, in code and in the database.
 * @param values name to description, in the order in which they are shown
 */
export function enumType<T extends Record<string, EnumValue>>(
  name: string,
  description: string,
  values: T,
): { readonly [K in keyof T]: K } {
  const entries = Object.entries(values);
  const type = Object.fromEntries(entries.map(([value]) => [value, value])) as { [K in keyof T]: K };
  const valuesConfig = entries.map(([value, said]) => [
    value,
    { description: typeof said === 'string' ? said : said.description },
  ]);
  for (const [value, said] of entries) if (typeof said !== 'string') scopes.set(`${name}.${value}`, said.scopes);
  registerEnumType(type, { name, description, valuesConfig: Object.fromEntries(valuesConfig) as never });
  return Object.freeze(type);
}

/** The scopes of which a caller needs all to give a value of an enum; undefined where it asks for none. */
export function scopesOfValue(type: string, value: string): readonly string[] | undefined {
  return scopes.get(`${type}.${value}`);
}
