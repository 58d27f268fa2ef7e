import {
  type InterfaceType,
  type NamedType,
  type ObjectType,
  type Schema,
  baseType,
  dnfConjunction,
  isEnumType,
  isObjectType,
  isScalarType,
} from '@apollo/federation-internals';
import type { Guard } from './Guard.js';
import type { AccessTables } from './accessRules.js';
import { type AnyField, fieldInputs } from './fieldInputs.js';
import { type ReadGuard, readGuards } from './readGuards.js';

const NONE: readonly Guard[] = [];

/**
 * Reads the guards of a supergraph.
 *
 * - Composition writes on an interface the sum of its implementations' guards. That says nothing about one of them, so an object that is asked for by
 *   its interface needs what its own type needs. What an interface asks for beyond the sum (older compositions allowed it), its types ask for as well.
 * - A field needs what the fields need that it `@requires`, or takes from a context. Today's composition demands it, older ones did not.
 *
 * @param schema the supergraph's
 */
export function readAccessTables(schema: Schema): AccessTables {
  const reader = readGuards(schema);
  if (!reader) return { guards: NONE, types: new Map(), fields: new Map() };
  const { read, found } = reader;
  const types = new Map(schema.objectTypes().map((type) => [type.name, distinct(guardsOfType(type, read))]));
  const guardsAt = (field: AnyField): readonly Guard[] =>
    field.parent.kind === 'ObjectType' ? guardsOfField(field, field.parent, types, read) : NONE;

  const inputs = fieldInputs(schema);
  const keys = new Map(schema.objectTypes().map((type) => [type.name, inputs.ofKeys(type).flatMap(guardsAt)]));
  const fields = new Map<string, { readonly before: readonly Guard[]; readonly keys: readonly Guard[] }>();
  for (const field of schema.objectTypes().flatMap((type) => type.fields())) {
    const all = [field, ...inputs.ofField(field)];
    fields.set(field.coordinate, {
      before: distinct(all.flatMap(guardsAt)),
      keys: distinct(all.flatMap(({ parent }) => keys.get(parent.name) ?? NONE)),
    });
  }
  return { guards: found, types, fields };
}

function guardsOfType(type: ObjectType, read: ReadGuard): Guard[] {
  return [...read(type), ...type.interfaces().flatMap((above) => beyondSum(above, read, (one) => one))];
}

function guardsOfField(
  field: AnyField,
  parent: ObjectType,
  types: ReadonlyMap<string, readonly Guard[]>,
  read: ReadGuard,
): Guard[] {
  const ofType = (type: NamedType): readonly Guard[] => types.get(type.name) ?? NONE;
  const above = parent
    .interfaces()
    .filter((one) => one.field(field.name))
    .flatMap((one) => beyondSum(one, read, (type) => type.field(field.name)));
  const returned = field.type ? baseType(field.type) : undefined;
  const leaf = returned && (isScalarType(returned) || isEnumType(returned)) ? read(returned) : NONE;
  const object = returned && isObjectType(returned) ? ofType(returned) : NONE;
  return [...ofType(parent), ...read(field), ...above, ...leaf, ...object];
}

/** What an interface, or a field of it, asks for that does not come from the types that implement it. */
function beyondSum(
  type: InterfaceType,
  read: ReadGuard,
  at: (type: InterfaceType | ObjectType) => InterfaceType | ObjectType | AnyField | undefined,
): readonly Guard[] {
  const readAt = (one: InterfaceType | ObjectType): readonly Guard[] => {
    const element = at(one);
    return element ? read(element) : NONE;
  };
  const sum = distinct(type.possibleRuntimeTypes().flatMap(readAt));
  return readAt(type).filter((guard) => !isImplied(guard, sum));
}

/** Whether whoever meets all of these meets that one. */
function isImplied({ authenticated, scopes }: Guard, by: readonly Guard[]): boolean {
  if (authenticated && !by.some((one) => one.authenticated)) return false;
  if (!scopes) return true;
  const sets = by.flatMap((one) => (one.scopes ? [one.scopes.map((set) => [...set])] : []));
  return dnfConjunction(sets).every((all) => scopes.some((set) => set.every((scope) => all.includes(scope))));
}

function distinct(guards: readonly Guard[]): readonly Guard[] {
  return [...new Set(guards)];
}
