import { unwrapResolverError } from '@apollo/server/errors';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { ERROR_CODES } from '../../../schema/contract.js';
import { isUnavailable } from '../sql/isUnavailable.js';

const KNOWN: ReadonlySet<string> = new Set(Object.values(ERROR_CODES));

/** A literal that a scalar refused fails validation, and Apollo covers the scalar's own code with that of validation. */
function isRefusedScalar(error: unknown): boolean {
  if (!(error instanceof GraphQLError)) return false;
  const { originalError } = error;
  return originalError instanceof GraphQLError && originalError.extensions.code === ERROR_CODES.BAD_USER_INPUT;
}

/** Apollo gives some errors of the request a status and no code of their own. */
function isOfTheRequest(error: unknown): boolean {
  if (!(error instanceof GraphQLError)) return false;
  const { http, code } = error.extensions;
  const status = typeof http === 'object' && http !== null && 'status' in http ? Number(http.status) : 0;
  return (code === undefined || code === ERROR_CODES.INTERNAL_SERVER_ERROR) && status >= 400 && status < 500;
}

/**
 * Whether an error may be told as it is: it has a code of the contract. Apollo gives INTERNAL_SERVER_ERROR to whatever was thrown without.
 */
export function isForeseen({ extensions }: GraphQLFormattedError, error: unknown): boolean {
  const code = extensions?.code;
  if (isRefusedScalar(error) || isOfTheRequest(error)) return true;
  return typeof code === 'string' && KNOWN.has(code) && code !== ERROR_CODES.INTERNAL_SERVER_ERROR;
}

/**
 * What a client sees of an error: errors with a code of the contract as they are; a database that cannot be reached as
 * SERVICE_UNAVAILABLE; anything else masked.
 */
export function maskUnknownError(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const original = unwrapResolverError(error);
  if (isRefusedScalar(error)) {
    const { code: _validation, ...rest } = formatted.extensions ?? {};
    return { ...formatted, extensions: { ...rest, code: ERROR_CODES.BAD_USER_INPUT } };
  }
  if (isOfTheRequest(error)) {
    return { ...formatted, extensions: { ...formatted.extensions, code: ERROR_CODES.BAD_REQUEST } };
  }
  if (isForeseen(formatted, error)) {
    return original instanceof GraphQLError ? { ...formatted, message: original.message } : formatted;
  }
  const { locations, path } = formatted;
  const at = { ...(locations ? { locations } : {}), ...(path ? { path } : {}) };
  if (isUnavailable(original)) {
    return {
      ...at,
      message: 'the database does not answer; try again',
      extensions: { code: ERROR_CODES.SERVICE_UNAVAILABLE },
    };
  }
  return { ...at, message: 'internal error', extensions: { code: ERROR_CODES.INTERNAL_SERVER_ERROR } };
}
