import {
  type ConstDirectiveNode,
  defaultFieldResolver,
  getNamedType,
  type GraphQLNamedType,
  type GraphQLSchema,
  isObjectType,
  valueFromASTUntyped,
} from 'graphql';
import { type Caller, hasScope, SCOPES } from '../../../schema/contract.js';
import { customersOf } from './customersOf.js';
import { eachField, type Field as AnyField } from '../graph/eachField.js';
import { MASK } from '../graph/Masked.js';

/** A request that remembers of whom it was given what. */
export interface NotesReads {
  readonly caller: Caller;
  /** @param field `Customer.emails` */
  giveOf(customerId: string, field: string): void;
}

type Field = AnyField<NotesReads>;
type Resolve = NonNullable<Field['resolve']>;

/** Whose an object is that does not say so itself: a message is of the customer of the case that it was reached from. */
type Owners = WeakMap<object, readonly string[]>;

/**
 * Changes the resolvers of a schema so that the request notes of which customer it was given which personal data, for the audit
 * log (`AccessLog`). What comes null, empty or masked is not noted.
 */
export function noteReads(schema: GraphQLSchema): void {
  const owners: Owners = new WeakMap();
  eachField(schema, (field: Field, type) => {
    const isMasked = isMaskable(field);
    if (isMasked || isGuarded(field)) field.resolve = noted(field, type.name, isMasked, owners);
    else if (!isRoot(type.name) && leadsToPersonal(getNamedType(field.type))) {
      field.resolve = inherited(field, type.name, owners);
    }
  });
}

/** Whether the field comes masked for callers who may not see personal data. */
function isMaskable({ extensions }: Field): boolean {
  return typeof extensions[MASK] === 'function';
}

/** Whether the field is given only to callers who may see personal data. */
function isGuarded({ astNode }: Field): boolean {
  return (astNode?.directives ?? []).some(
    (directive) => directive.name.value === 'requiresScopes' && scopesOf(directive).includes(SCOPES.readPersonalData),
  );
}

function scopesOf({ arguments: given = [] }: ConstDirectiveNode): unknown[] {
  const scopes = given.find(({ name }) => name.value === 'scopes');
  return scopes ? [valueFromASTUntyped(scopes.value)].flat(Infinity) : [];
}

function isRoot(typename: string): boolean {
  return typename === 'Query' || typename === 'Mutation' || typename === 'Subscription';
}

/** Whether objects of the type hold personal data, or are the lists and edges of such. */
function leadsToPersonal(type: GraphQLNamedType): boolean {
  if (!isObjectType(type)) return false;
  const fields = Object.values(type.getFields()) as Field[];
  if (fields.some((field) => isMaskable(field) || isGuarded(field))) return true;
  const inner = fields.find(({ name }) => name === 'nodes' || name === 'node');
  return inner !== undefined && leadsToPersonal(getNamedType(inner.type));
}

function ownersOf(value: unknown, typename: string, owners: Owners): readonly string[] {
  const own = customersOf(value, typename);
  if (own.length > 0 || typeof value !== 'object' || value === null) return own;
  return owners.get(value) ?? [];
}

function noted(field: Field, typename: string, isMasked: boolean, owners: Owners): Resolve {
  const resolve = field.resolve ?? defaultFieldResolver;
  const name = `${typename}.${field.name}`;
  const note = (value: unknown, source: unknown, context: NotesReads): unknown => {
    if (isEmpty(value)) return value;
    const customerIds = ownersOf(source, typename, owners);
    for (const customerId of customerIds) context.giveOf(customerId, name);
    inherit(value, customerIds, owners);
    return value;
  };
  return (source, args, context, info) => {
    const value: unknown = resolve(source, args, context, info);
    if (isMasked && !hasScope(context.caller, SCOPES.readPersonalData)) return value;
    return value instanceof Promise
      ? value.then((given) => note(given, source, context))
      : note(value, source, context);
  };
}

function inherited(field: Field, typename: string, owners: Owners): Resolve {
  const resolve = field.resolve ?? defaultFieldResolver;
  const handOn = (value: unknown, source: unknown): unknown => {
    inherit(value, ownersOf(source, typename, owners), owners);
    return value;
  };
  return (source, args, context, info) => {
    const value: unknown = resolve(source, args, context, info);
    return value instanceof Promise ? value.then((given) => handOn(given, source)) : handOn(value, source);
  };
}

function inherit(value: unknown, customerIds: readonly string[], owners: Owners): void {
  if (customerIds.length === 0) return;
  for (const item of Array.isArray(value) ? value : [value]) {
    if (typeof item !== 'object' || item === null) continue;
    owners.set(item, customerIds);
    const { node } = item as { node?: unknown };
    if (typeof node === 'object' && node !== null) owners.set(node, customerIds);
  }
}

function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
}
