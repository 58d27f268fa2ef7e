import {
  getNamedType,
  type GraphQLArgument,
  type GraphQLEnumValue,
  type GraphQLInputField,
  type GraphQLInputObjectType,
  type GraphQLNamedType,
  isEnumType,
  isInputObjectType,
} from 'graphql';
import { type Caller, meetsScopes } from '../../../schema/contract.js';
import type { Field } from '../graph/eachField.js';
import { lacksScopes } from '../graph/errors.js';
import type { Path } from '../ownership/whose.js';
import { argumentScopesOf } from './argumentScopesOf.js';

/** Something in a field's arguments that asks for scopes. */
export interface ScopedArgument {
  /** Where it is: `['filter', 'name']`. */
  readonly path: Path;
  /** The value of an enum that asks for them; undefined where each value does, null excepted. */
  readonly value: string | undefined;
  /** The sets of scopes of which a caller needs one whole. */
  readonly scopes: readonly (readonly string[])[];
}

/**
 * All that asks for scopes in a field's arguments, by what is declared: `ArgumentScopes`, and the values of `enumType`.
 *
 * @throws Error where it asks for them by default, so that who says nothing is refused; and where it is in an input that is within itself: no path leads to all of those
 */
export function scopedArguments({ args }: Pick<Field, 'args'>): readonly ScopedArgument[] {
  return args.flatMap((argument) => scopedIn(argument, []));
}

/** How a message and the table of policies name it: `filter.name`, `orderBy: NAME_ASC`. */
export function nameOfScoped({ path, value }: ScopedArgument): string {
  return [path.join('.'), ...(value === undefined ? [] : [value])].join(': ');
}

/**
 * Refuses arguments for which a caller lacks the scopes.
 *
 * @throws FORBIDDEN with the argument and the scopes
 */
export function requireArgumentScopes(
  scoped: readonly ScopedArgument[],
  args: Readonly<Record<string, unknown>>,
  caller: Caller,
): void {
  for (const one of scoped) {
    if (meetsScopes(caller, one.scopes)) continue;
    if (asksFor(one, valuesAt(args, one.path))) {
      throw lacksScopes(nameOfScoped(one), one.scopes, one.path.join('.'));
    }
  }
}

function scopedIn(input: GraphQLArgument | GraphQLInputField, above: Path): readonly ScopedArgument[] {
  const path = [...above, input.name];
  const type = getNamedType(input.type);
  const scopes = argumentScopesOf(input.astNode);
  const found = [...(scopes.length > 0 ? [{ path, value: undefined, scopes }] : []), ...scopedValues(type, path)];
  const byDefault = found.find((one) => asksFor(one, valuesAt(input.defaultValue, [])));
  if (byDefault) throw new Error(`${nameOfScoped(byDefault)} asks for scopes, so it cannot be given by default`);
  if (!isInputObjectType(type)) return found;
  if (!isWithinItself(type)) return [...found, ...fieldsOf(type).flatMap((field) => scopedIn(field, path))];
  const inner = [...inputsIn(type)].flatMap((one) => fieldsOf(one)).find((field) => asksForAny(field));
  if (inner) throw new Error(`${type.name} is within itself, so ${inner.name} in it cannot ask for scopes`);
  return found;
}

function scopedValues(type: GraphQLNamedType, path: Path): ScopedArgument[] {
  if (!isEnumType(type)) return [];
  return type.getValues().flatMap(({ value, astNode }: GraphQLEnumValue) => {
    const scopes = argumentScopesOf(astNode);
    return scopes.length > 0 ? [{ path, value: String(value), scopes }] : [];
  });
}

function asksForAny({ astNode, type }: GraphQLInputField): boolean {
  return argumentScopesOf(astNode).length > 0 || scopedValues(getNamedType(type), []).length > 0;
}

function asksFor({ value }: ScopedArgument, given: readonly unknown[]): boolean {
  return value === undefined ? given.length > 0 : given.includes(value);
}

function fieldsOf(type: GraphQLInputObjectType): readonly GraphQLInputField[] {
  return Object.values(type.getFields());
}

/** The inputs that are within an input, at any depth; itself only where it is within itself. */
function inputsIn(
  type: GraphQLInputObjectType,
  found = new Set<GraphQLInputObjectType>(),
): Set<GraphQLInputObjectType> {
  for (const field of fieldsOf(type)) {
    const inner = getNamedType(field.type);
    if (!isInputObjectType(inner) || found.has(inner)) continue;
    inputsIn(inner, found.add(inner));
  }
  return found;
}

function isWithinItself(type: GraphQLInputObjectType): boolean {
  return inputsIn(type).has(type);
}

/** The values that are given at a path, those of lists one by one; null is none. */
function valuesAt(given: unknown, path: Path): readonly unknown[] {
  if (given === null || given === undefined) return [];
  if (Array.isArray(given)) return given.flatMap((item) => valuesAt(item, path));
  const [name, ...rest] = path;
  return name === undefined ? [given] : valuesAt((given as Readonly<Record<string, unknown>>)[name], rest);
}
