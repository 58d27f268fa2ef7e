import {
  getNamedType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
} from 'graphql';

/** Every field of a type that can be asked without arguments, as deep as `levels`; no type within itself. */
export function everything(type: GraphQLObjectType, levels: number, within: readonly string[] = []): string {
  const chosen = Object.values(type.getFields()).flatMap((field) => selection(field, levels, [...within, type.name]));
  return `{ ${['__typename', ...chosen].join(' ')} }`;
}

/** What is asked of a field: nothing where it needs arguments, or leads deeper than `levels`. */
export function selection(field: GraphQLField<unknown, unknown>, levels: number, within: readonly string[]): string[] {
  if (field.args.some(isRequiredArgument)) return [];
  const type: GraphQLOutputType = getNamedType(field.type);
  if (isLeafType(type)) return [field.name];
  if (!isObjectType(type) || levels === 0 || within.includes(type.name)) return [];
  // The nodes of a page say all, and the edges their cursors.
  if (type.name.endsWith('Edge')) return [`${field.name} { cursor }`];
  const isPage = type.name.endsWith('Connection') || type.name === 'PageInfo' || field.name === 'nodes';
  return [`${field.name} ${everything(type, isPage ? levels : levels - 1, within)}`];
}
