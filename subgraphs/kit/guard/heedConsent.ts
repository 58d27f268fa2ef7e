import {
  defaultFieldResolver,
  getNamedType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  isCompositeType,
  isListType,
  isNonNullType,
  isScalarType,
} from 'graphql';
import type { Caller } from '../../../schema/contract.js';
import { CUSTOMER, customersOf } from '../ownership/customersOf.js';
import { eachField, type Field as AnyField } from '../graph/eachField.js';
import { consentWithdrawn } from '../graph/errors.js';
import { isReadableAfterWithdrawal } from './ReadableAfterWithdrawal.js';

/** A request that can tell who withdrew their consent to what it is for. */
export interface KnowsWithdrawals {
  readonly caller: Caller;
  withdrew(customerId: string): Promise<boolean>;
}

type Field = AnyField<KnowsWithdrawals>;
type Resolve = NonNullable<Field['resolve']>;

/** What stands for a text that is withheld and cannot be null. */
const WITHHELD_TEXT = '•••';

/**
 * Changes the resolvers of a schema so that a read for a purpose gives nothing of customers who withdrew their consent to that purpose:
 * their fields come null with CONSENT_WITHDRAWN, those that cannot be null come empty; what belongs to them is left out of
 * lists, and is null with the same error elsewhere. A read without a purpose is as it was.
 */
export function heedConsent(schema: GraphQLSchema): void {
  eachField(schema, (field: Field, type) => {
    if (isReadableAfterWithdrawal(field)) return;
    const given = siftsOwners(field, type) ? sifted(field, type === schema.getMutationType()) : undefined;
    const resolve = given ?? field.resolve ?? defaultFieldResolver;
    if (type.name === CUSTOMER && field.name !== 'id') field.resolve = withheldFromCustomer(resolve, field.type);
    else if (given) field.resolve = given;
  });
}

/**
 * Whether what an `_entities` representation points to may be given.
 * @throws CONSENT_WITHDRAWN
 */
export async function requireConsent<T>(value: T, typename: string, context: KnowsWithdrawals): Promise<T> {
  if (typename !== CUSTOMER && (await isWithdrawn(value, typename, context))) throw refusal(context);
  return value;
}

/** Whether any of those whose data it is withdrew the consent to what the request is for. */
export async function isWithdrawn(value: unknown, typename: string, context: KnowsWithdrawals): Promise<boolean> {
  const answers = await Promise.all(customersOf(value, typename).map((id) => context.withdrew(id)));
  return answers.includes(true);
}

function refusal({ caller: { purpose = '' } }: KnowsWithdrawals) {
  return consentWithdrawn(purpose);
}

/** Whether the field gives objects that may be somebody's. */
function siftsOwners(field: Field, type: GraphQLObjectType): boolean {
  const named = getNamedType(field.type);
  if (!isCompositeType(named) || isReadableAfterWithdrawal(named)) return false;
  // A connection is of nobody, its rows are.
  return !named.name.endsWith('Connection') && !type.name.endsWith('Edge');
}

/** The field without what belongs to customers who withdrew. A customer that stands alone stays, for its fields are withheld. */
function sifted(field: Field, isMutation: boolean): Resolve {
  const resolve = field.resolve ?? defaultFieldResolver;
  const { name } = getNamedType(field.type);
  return (source, args, context, info) => {
    const value: unknown = resolve(source, args, context, info);
    // Who changed something gets the answer to that; what it leads to is withheld all the same.
    return context.caller.purpose === undefined || isMutation ? value : sift(value, name, context);
  };
}

async function sift(promised: unknown, typename: string, context: KnowsWithdrawals): Promise<unknown> {
  const value = await promised;
  if (!Array.isArray(value)) return requireConsent(value, typename, context);
  const items = await Promise.all(value);
  const withdrawn = await Promise.all(items.map((item) => isWithdrawn(item, typename, context)));
  return items.filter((_item, index) => withdrawn[index] === false);
}

/** A field of the customer that is not even read when they withdrew. */
function withheldFromCustomer(resolve: Resolve, type: GraphQLOutputType): Resolve {
  return (source, args, context, info) => {
    const give = (): unknown => resolve(source, args, context, info);
    if (context.caller.purpose === undefined) return give();
    return isWithdrawn(source, CUSTOMER, context).then((withdrawn) => {
      if (!withdrawn) return give();
      if (!isNonNullType(type)) throw refusal(context);
      return inPlaceOf(type, give);
    });
  };
}

/** What stands for a value that cannot be null: nothing of it, or what says nothing about the customer. */
function inPlaceOf(type: GraphQLOutputType, give: () => unknown): unknown {
  const inner = isNonNullType(type) ? type.ofType : type;
  if (isListType(inner)) return [];
  const { name } = getNamedType(type);
  if (isScalarType(inner) && name === 'String') return WITHHELD_TEXT;
  if (name.endsWith('Connection')) return NOTHING;
  return give();
}

/** The connection of a list without rows. */
const NOTHING = {
  nodes: [],
  edges: [],
  pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
  totalCount: 0,
};
