import type { GraphQLNamedType } from 'graphql';
import { currentArguments } from '../ownership/currentArguments.js';
import { isToldByItself, whoseAre } from '../ownership/whose.js';
import type { GuardedRequest } from './GuardedRequest.js';
import { isReadableAfterWithdrawal } from './ReadableAfterWithdrawal.js';
import { withoutWithdrawn } from './withdrawals.js';

/** Finds what a reference of another subgraph points to. */
type ResolveReference<Context> = (
  reference: Readonly<Record<string, unknown>>,
  context: Context,
) => Promise<object | null> | object | null;

/**
 * Makes the resolver of references to a type, in the order in which `guardField` does it: a reference to a customer who was merged finds
 * the one into whom they were merged; what is of a customer who withdrew their consent is refused.
 *
 * @param resolve the type's own
 */
export function guardReference<Context extends GuardedRequest>(
  type: GraphQLNamedType,
  resolve: ResolveReference<Context>,
): (reference: Readonly<Record<string, unknown>>, context: Context) => unknown {
  const whose = whoseAre(type);
  const isSifted = isToldByItself(whose) && !isReadableAfterWithdrawal(type);
  const find = (reference: Readonly<Record<string, unknown>>, context: Context): unknown => {
    const found = resolve(reference, context);
    return isSifted && context.caller.purpose !== undefined ? withoutWithdrawn(found, whose, context) : found;
  };
  return (reference, context) => {
    if (!context.aliases.any) return find(reference, context);
    return currentArguments(reference, context).then((current) => find(current, context));
  };
}
