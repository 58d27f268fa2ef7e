import { type GraphQLFormattedError, GraphQLError } from 'graphql';
import { ERROR_CODES } from '../../schema/contract.js';

/** What a client reads in the place of an error that nobody foresaw. */
export const MASKED_MESSAGE =
  'Something went wrong. Quote the request id (extensions.requestId) to those who run this service.';

const CONTRACT: ReadonlySet<string> = new Set(Object.values(ERROR_CODES));

/**
 * Codes that a subgraph gives to a request that it cannot understand, or that it or the executor gives for want of another. They are
 * about what the gateway sent or what broke behind it; the client can do nothing about them.
 */
const NOT_OF_THE_CLIENT: ReadonlySet<string> = new Set([
  ERROR_CODES.INTERNAL_SERVER_ERROR,
  ERROR_CODES.GRAPHQL_PARSE_FAILED,
  ERROR_CODES.GRAPHQL_VALIDATION_FAILED,
  ERROR_CODES.OPERATION_RESOLUTION_FAILURE,
  ERROR_CODES.PERSISTED_QUERY_NOT_FOUND,
  ERROR_CODES.PERSISTED_QUERY_NOT_SUPPORTED,
  'DOWNSTREAM_SERVICE_ERROR',
]);

/** Extensions that tell how a subgraph is built, or that we say in our own words. */
const INTERNAL_EXTENSIONS: ReadonlySet<string> = new Set(['stacktrace', 'exception', 'serviceName', 'http']);

/**
 * The code under which a client may see an error whole, or null when the error must be masked. The gateway's own errors
 * are known by the contract; a subgraph's by any code that it chose itself.
 */
export function knownCode(error: GraphQLError): string | null {
  const { code, serviceName, http } = error.extensions;
  if (typeof serviceName === 'string') {
    return typeof code === 'string' && !NOT_OF_THE_CLIENT.has(code) ? code : null;
  }
  if (typeof code === 'string' && code !== ERROR_CODES.INTERNAL_SERVER_ERROR && CONTRACT.has(code)) return code;
  // Apollo Server gives some errors of the request a status and no code.
  return isClientError(http) ? ERROR_CODES.BAD_REQUEST : null;
}

/**
 * Apollo Server's `formatError`: the one place where errors are masked. Every error leaves with `extensions.code`, and with
 * `extensions.service` when a subgraph caused it; `stampRequestId` adds the rest.
 *
 * @param formatted the error as it would be sent
 * @param error the error as it was thrown
 */
export function presentError(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  // Apollo Server gives the code to some errors only when it formats them; a subgraph's are whole from the start.
  const origin =
    error instanceof GraphQLError
      ? error
      : new GraphQLError(formatted.message, { extensions: formatted.extensions ?? {} });
  const code = knownCode(origin);
  const service = origin.extensions['serviceName'];
  const path = formatted.path ? readablePath(formatted.path) : undefined;
  return {
    message: code ? formatted.message : MASKED_MESSAGE,
    ...(formatted.locations && { locations: formatted.locations }),
    ...(path && { path }),
    extensions: {
      ...(code && shownExtensions(formatted)),
      code: code ?? ERROR_CODES.INTERNAL_SERVER_ERROR,
      ...(typeof service === 'string' && { service }),
    },
  };
}

/** Adds the request id to errors that are about to be sent. */
export function stampRequestId(errors: readonly GraphQLFormattedError[], requestId: string): GraphQLFormattedError[] {
  return errors.map((error) => ({ ...error, extensions: { ...error.extensions, requestId } }));
}

function shownExtensions({ extensions }: GraphQLFormattedError): Record<string, unknown> {
  return Object.fromEntries(Object.entries(extensions ?? {}).filter(([key]) => !INTERNAL_EXTENSIONS.has(key)));
}

/** The planner writes "@" for "each of this list"; what is lost is the list, as far as one path can say. */
function readablePath(path: readonly (string | number)[]): readonly (string | number)[] {
  const each = path.indexOf('@');
  return each === -1 ? path : path.slice(0, each);
}

function isClientError(http: unknown): boolean {
  return (
    typeof http === 'object' &&
    http !== null &&
    'status' in http &&
    typeof http.status === 'number' &&
    http.status >= 400 &&
    http.status < 500
  );
}
