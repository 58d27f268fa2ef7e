import { GraphQLError } from 'graphql';
import { type Caller, ERROR_CODES, spokenScopes } from '../../schema/contract.js';
import type { Guard } from './Guard.js';
import { isAuthenticated } from './anonymous.js';
import { allOf } from './scopeSets.js';

/** Something in an operation that a caller may not see. */
export interface Denial {
  /** `Customer.addresses` */
  readonly what: string;
  /** The keys of the response that lead to it, without the indexes of lists. */
  readonly path: readonly string[];
  /** Those that the caller does not meet; at least one. */
  readonly guards: readonly Guard[];
}

/**
 * What a client reads about it: `UNAUTHENTICATED` when nobody said who is asking, else `FORBIDDEN`; with the scopes that are needed in
 * `extensions.requiredScopes`, a list of sets of which one would do.
 */
export function denialError({ what, path, guards }: Denial, caller: Caller): GraphQLError {
  const wanted = guards.flatMap(({ scopes }) => (scopes ? [scopes] : []));
  const requiredScopes = wanted.length > 0 ? allOf(wanted) : null;
  const known = isAuthenticated(caller);
  const needs = requiredScopes ? `needs ${spokenScopes(requiredScopes)}` : 'is not for everybody';
  const advice = known ? '' : ' Say who is asking: send a token in the header "authorization".';
  return new GraphQLError(`${what} ${needs}.${advice}`, {
    path,
    extensions: {
      code: known ? ERROR_CODES.FORBIDDEN : ERROR_CODES.UNAUTHENTICATED,
      ...(requiredScopes && { requiredScopes }),
    },
  });
}
