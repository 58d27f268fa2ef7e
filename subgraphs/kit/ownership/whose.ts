import { getNamedType, getNullableType, type GraphQLNamedType, type GraphQLOutputType, isObjectType } from 'graphql';
import type { Class } from '../graph/Class.js';
import { declaredOwner, ownerOf } from './OwnedBy.js';

/** The name of the entity that all subgraphs share. */
export const CUSTOMER = 'Customer';

/** The property with its id. */
const KEY = ['id'] as const;

/** How it is found whose data an object of the schema is. */
export type Whose =
  /** It is the customer. */
  | { readonly kind: 'customer' }
  /** Of the customers whose ids are in these properties. */
  | { readonly kind: 'properties'; readonly properties: readonly string[] }
  /** Whose the objects in these properties are: the customer of a payload, the node of an edge. */
  | { readonly kind: 'within'; readonly properties: readonly string[]; readonly of: Whose }
  /** Of any type, as its class says: of a type that has several classes, and of events. */
  | { readonly kind: 'class' }
  /** Of whom that is from which it was reached. */
  | { readonly kind: 'parent' }
  /** The same; reached from nobody's, of all whose rows refer to it by this property. */
  | { readonly kind: 'referrers'; readonly entity: () => Class; readonly property: string }
  /** Of those whom the arguments at these paths name. */
  | { readonly kind: 'arguments'; readonly paths: readonly Path[] }
  /** Of no customer, and its class says why. */
  | { readonly kind: 'nobody'; readonly why: string };

/** Where in a field's arguments a value is: `['input', 'customerId']`. */
export type Path = readonly string[];

/** How it is found whose the objects of a type are: by what its class declares (`OwnedBy`), else by its fields, else by where they were reached. */
export function whoseAre(type: GraphQLNamedType): Whose {
  if (!isObjectType(type)) return { kind: 'class' };
  if (type.name === CUSTOMER) return { kind: 'customer' };
  const declared = declaredOwner(type);
  if (declared?.kind === 'columns') return { kind: 'properties', properties: declared.properties };
  if (declared?.kind === 'recorded') return { kind: 'properties', properties: [declared.property] };
  if (declared?.kind === 'referrers' || declared?.kind === 'nobody') return declared;
  if (declared?.kind === 'through') return { kind: 'parent' };
  const node = nodeOf(type);
  if (node) return { kind: 'within', properties: ['node'], of: whoseAre(node) };
  const customers = Object.values(type.getFields()).filter(
    (field) => isCustomer(field.type) && field.args.length === 0,
  );
  return customers.length === 0
    ? { kind: 'parent' }
    : { kind: 'within', properties: customers.map(({ name }) => name), of: { kind: 'customer' } };
}

/** What an edge leads to; undefined for a type that is no edge. */
export function nodeOf(type: GraphQLNamedType): GraphQLNamedType | undefined {
  if (!isObjectType(type)) return undefined;
  const { node, cursor } = type.getFields();
  return node && cursor ? getNamedType(node.type) : undefined;
}

/** Whether an object tells by itself whose it is. */
export function isToldByItself(whose: Whose): boolean {
  if (whose.kind === 'within') return isToldByItself(whose.of);
  return whose.kind === 'customer' || whose.kind === 'properties' || whose.kind === 'class';
}

/**
 * Whose an object is, as far as it tells by itself.
 *
 * @returns ids as they are written there; none when it says that it is of nobody yet (a lead who is no customer); undefined when it does
 *   not say
 */
export function ownersIn(value: unknown, whose: Whose): readonly string[] | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  switch (whose.kind) {
    case 'customer':
      return idsIn(value, KEY);
    case 'properties':
      return idsIn(value, whose.properties);
    case 'within':
      return ownersWithin(value, whose.properties, whose.of);
    case 'class':
      return ownersByClass(value);
    default:
      return undefined;
  }
}

/** The ids at some paths of a field's arguments. */
export function idsAt(args: Readonly<Record<string, unknown>>, paths: readonly Path[]): readonly string[] {
  return paths.map((path) => path.reduce<unknown>((value, name) => property(value, name), args)).filter(isText);
}

function isCustomer(type: GraphQLOutputType): boolean {
  const nullable = getNullableType(type);
  return isObjectType(nullable) && nullable.name === CUSTOMER;
}

function idsIn(value: object, properties: readonly string[]): readonly string[] | undefined {
  let ids: string[] | undefined;
  for (const name of properties) {
    const id = property(value, name);
    if (isText(id)) (ids ??= []).push(id);
    else if (id === null) ids ??= [];
  }
  return ids;
}

function ownersWithin(value: object, properties: readonly string[], of: Whose): readonly string[] | undefined {
  const found = properties.map((name) => property(value, name)).filter((inner) => inner !== undefined);
  const owners = found.map((inner) => (inner === null ? [] : ownersIn(inner, of)));
  const known = owners.filter((ids) => ids !== undefined);
  return known.length === 0 ? undefined : known.flat();
}

function ownersByClass(value: object): readonly string[] | undefined {
  const owner = ownerOf(value.constructor as Class);
  if (owner?.kind === 'itself') return idsIn(value, KEY);
  if (owner?.kind === 'recorded') return idsIn(value, [owner.property]);
  return owner?.kind === 'columns' ? idsIn(value, owner.properties) : undefined;
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
