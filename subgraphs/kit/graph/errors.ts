import { GraphQLError } from 'graphql';
import { ERROR_CODES, spokenScopes } from '../../../schema/contract.js';

/** More than anybody reads of one error. */
const MOST_CHARACTERS = 2_000;

/**
 * What the caller gave cannot be taken. Throw it before anything is written, or inside the transaction.
 * @param message one sentence: what is wrong with which value, and what would be right
 * @param argument the argument's path as the caller wrote it: `first`, `input.email`
 * @param details more for the caller's program, such as the values that would be accepted
 */
export function badUserInput(message: string, argument: string, details: Record<string, unknown> = {}): GraphQLError {
  return new GraphQLError(shortened(message), {
    extensions: { code: ERROR_CODES.BAD_USER_INPUT, argument, ...details },
  });
}

/** A message that repeats what the caller sent is as long as that: its end says what is wrong, its beginning where. */
function shortened(message: string): string {
  if (message.length <= MOST_CHARACTERS) return message;
  const half = MOST_CHARACTERS / 2;
  // Without half of a character at either end.
  const [head, tail] = [
    message.slice(0, half).replace(/[\uD800-\uDBFF]$/, ''),
    message.slice(-half).replace(/^[\uDC00-\uDFFF]/, ''),
  ];
  return `${head} … ${tail}`;
}

/**
 * The caller's `expectedVersion` is stale.
 * @param currentVersion what the row is at now
 */
export function conflict(what: string, currentVersion: number): GraphQLError {
  return new GraphQLError(`${what} was changed by somebody else: it is at version ${currentVersion}. Read it again.`, {
    extensions: { code: ERROR_CODES.CONFLICT, argument: 'expectedVersion', currentVersion },
  });
}

/**
 * The caller lacks a scope for what one argument asks, as is known only while it is done; for a whole field, declare `RequiresScopes`, for each value of an
 * argument `ArgumentScopes`.
 * @param argument its path as the caller wrote it: `input.employeeId`
 */
export function forbidden(message: string, argument: string, scope: string): GraphQLError {
  return new GraphQLError(message, {
    extensions: { code: ERROR_CODES.FORBIDDEN, argument, requiredScopes: [[scope]] },
  });
}

/**
 * The caller has none of the sets of scopes of which a field, or something in its arguments, asks for one.
 * @param what `Customer.addresses`, `orderBy: NAME_ASC`
 * @param argument the argument's path as the caller wrote it, where it is one: `orderBy`
 */
export function lacksScopes(
  what: string,
  requiredScopes: readonly (readonly string[])[],
  argument?: string,
): GraphQLError {
  return new GraphQLError(`${what} needs ${spokenScopes(requiredScopes)}.`, {
    extensions: { code: ERROR_CODES.FORBIDDEN, ...(argument !== undefined && { argument }), requiredScopes },
  });
}

/** Something that we depend on does not answer; the caller may try again later. */
export function serviceUnavailable(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: ERROR_CODES.SERVICE_UNAVAILABLE } });
}

/** The customer withdrew their consent to what the request is for, so nothing of theirs is given for it. */
export function consentWithdrawn(purpose: string): GraphQLError {
  return new GraphQLError(`the customer withdrew their consent to ${purpose}`, {
    extensions: { code: ERROR_CODES.CONSENT_WITHDRAWN, purpose },
  });
}

/**
 * Personal data of which nobody can tell whose it is: it could not be noted who was given it, so it is not given.
 * @param field `CaseMessage.body`
 */
export function ownerUnknown(field: string): GraphQLError {
  return new GraphQLError(`${field} is withheld: nobody can tell whose personal data it is`, {
    extensions: { code: ERROR_CODES.OWNER_UNKNOWN },
  });
}
