import {
  getNamedType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredArgument,
  isRequiredInputField,
} from 'graphql';

/** A scalar or an enum somewhere in the arguments of a field. */
export interface ArgumentLeaf {
  /** `filter.name` */
  readonly path: string;
  readonly type: GraphQLNamedType;
  /**
   * The field's arguments with a value at this place; beside it stands no more than the field asks for.
   * @param value as GraphQL writes it: `"Huber"`, `NAME_ASC`, `$guess`
   */
  write(value: string): string;
}

/** All scalars and enums in the arguments of a field, those of inputs within inputs too; of an input within itself, once. */
export function argumentLeaves(field: GraphQLField<unknown, unknown>, sample: Sample): ArgumentLeaf[] {
  return field.args.flatMap((argument) => {
    const beside = field.args
      .filter((other) => other !== argument && isRequiredArgument(other))
      .map((other) => `${other.name}: ${sampleOf(other, sample)}`);
    return pathsIn(argument.type).map(({ path, type }) => ({
      path: [argument.name, ...path].join('.'),
      type,
      write: (value) => [`${argument.name}: ${written(argument.type, path, value, sample)}`, ...beside].join(', '),
    }));
  });
}

/** A value that a scalar can have, as GraphQL writes it. @param name that of the argument or the field of an input */
export type Sample = (scalar: string, name: string) => string;

function pathsIn(type: GraphQLInputType, within: readonly string[] = []): { path: string[]; type: GraphQLNamedType }[] {
  const named = getNamedType(type);
  if (!isInputObjectType(named)) return [{ path: [], type: named }];
  if (within.includes(named.name)) return [];
  return Object.values(named.getFields()).flatMap((field) =>
    pathsIn(field.type, [...within, named.name]).map((leaf) => ({ ...leaf, path: [field.name, ...leaf.path] })),
  );
}

function written(type: GraphQLInputType, [name, ...rest]: readonly string[], value: string, sample: Sample): string {
  if (isNonNullType(type)) return written(type.ofType, name === undefined ? [] : [name, ...rest], value, sample);
  if (isListType(type)) return `[${written(type.ofType, name === undefined ? [] : [name, ...rest], value, sample)}]`;
  if (!isInputObjectType(type)) return value;
  const fields = Object.values(type.getFields()).flatMap((field) => {
    if (field.name === name) return [`${name}: ${written(field.type, rest, value, sample)}`];
    return isRequiredInputField(field) ? [`${field.name}: ${sampleOf(field, sample)}`] : [];
  });
  return `{ ${fields.join(', ')} }`;
}

function sampleOf({ name, type }: Pick<GraphQLArgument | GraphQLInputField, 'name' | 'type'>, sample: Sample): string {
  if (isNonNullType(type)) return sampleOf({ name, type: type.ofType }, sample);
  if (isListType(type)) return `[${sampleOf({ name, type: type.ofType }, sample)}]`;
  if (isEnumType(type)) return type.getValues()[0]?.name ?? 'null';
  if (!isInputObjectType(type)) return sample(type.name, name);
  const required = Object.values(type.getFields()).filter((field) => isRequiredInputField(field));
  return `{ ${required.map((field) => `${field.name}: ${sampleOf(field, sample)}`).join(', ')} }`;
}
