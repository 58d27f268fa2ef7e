import { type GraphQLOutputType, getNamedType, isListType, isNonNullType, isScalarType } from 'graphql';
import type { Caller } from '../../../schema/contract.js';
import { consentWithdrawn } from '../graph/errors.js';
import { ownersIn, type Whose } from '../ownership/whose.js';

/** A request that can tell who withdrew their consent to what it is for. */
export interface KnowsWithdrawals {
  readonly caller: Caller;
  withdrew(customerId: string): Promise<boolean>;
}

/** What stands for a text that is withheld and cannot be null. */
const WITHHELD_TEXT = '•••';

/** Whether any of those whose data it is withdrew the consent to what the request is for. */
export async function isWithdrawn(value: unknown, whose: Whose, context: KnowsWithdrawals): Promise<boolean> {
  const answers = await Promise.all((ownersIn(value, whose) ?? []).map((id) => context.withdrew(id)));
  return answers.includes(true);
}

/**
 * A value, or a list of such, without what belongs to customers who withdrew. A customer that stands alone stays, for their fields are
 * withheld.
 * @throws CONSENT_WITHDRAWN for a value that is no list
 */
export async function withoutWithdrawn(promised: unknown, whose: Whose, context: KnowsWithdrawals): Promise<unknown> {
  const value = await promised;
  if (Array.isArray(value)) {
    const items: readonly unknown[] = await Promise.all(value);
    const withdrawn = await Promise.all(items.map((item) => isWithdrawn(item, whose, context)));
    return items.filter((_item, index) => withdrawn[index] === false);
  }
  if (whose.kind !== 'customer' && (await isWithdrawn(value, whose, context))) throw refusal(context);
  return value;
}

/**
 * What stands for a field of a customer who withdrew: nothing of it, or, where it cannot be null, what says nothing about them.
 * @param give gives the value itself, for what says only that there is a record
 * @throws CONSENT_WITHDRAWN for a field that can be null
 */
export function inPlaceOf(type: GraphQLOutputType, give: () => unknown, context: KnowsWithdrawals): unknown {
  if (!isNonNullType(type)) throw refusal(context);
  if (isListType(type.ofType)) return [];
  const { name } = getNamedType(type);
  if (isScalarType(type.ofType) && name === 'String') return WITHHELD_TEXT;
  if (name.endsWith('Connection')) return NOTHING;
  return give();
}

function refusal({ caller: { purpose = '' } }: KnowsWithdrawals) {
  return consentWithdrawn(purpose);
}

/** The connection of a list without rows. */
const NOTHING = {
  nodes: [],
  edges: [],
  pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
  totalCount: 0,
};
