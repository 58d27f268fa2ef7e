import { ERROR_CODES } from '../../schema/contract.js';
import type { BeforeSending } from './beforeSending.js';

/** What is wrong with an operation that came in a well-formed request. */
const OF_THE_OPERATION: ReadonlySet<unknown> = new Set([
  ERROR_CODES.GRAPHQL_PARSE_FAILED,
  ERROR_CODES.GRAPHQL_VALIDATION_FAILED,
  ERROR_CODES.OPERATION_RESOLUTION_FAILURE,
  ERROR_CODES.BAD_USER_INPUT,
  ERROR_CODES.QUERY_TOO_DEEP,
  ERROR_CODES.TOO_MANY_ALIASES,
  ERROR_CODES.TOO_MANY_ROOT_FIELDS,
  ERROR_CODES.TOO_MANY_TOKENS,
  ERROR_CODES.TOO_MANY_CHARACTERS,
  ERROR_CODES.TOO_MANY_DIRECTIVES,
  ERROR_CODES.TOO_MANY_FIELD_PAIRS,
  ERROR_CODES.COST_LIMIT_EXCEEDED,
  ERROR_CODES.PLANNING_LIMIT_EXCEEDED,
  ERROR_CODES.INTROSPECTION_DISABLED,
]);

/**
 * Answers a well-formed request whose operation cannot be run with 200 where the answer is `application/json`: a client that knows only
 * this media type cannot tell our 400 from that of a proxy, and might not read the body. As `application/graphql-response+json`, it stays
 * 400. A request that is not well-formed is 400 in either.
 *
 * @see https://graphql.github.io/graphql-over-http/draft/#sec-application-json
 */
export const legacyStatus: BeforeSending = (_request, reply, payload) => {
  const legacy = /^application\/json\b/.test(String(reply.getHeader('content-type')));
  if (reply.statusCode === 400 && legacy && typeof payload === 'string' && isOfTheOperation(JSON.parse(payload))) {
    reply.code(200);
  }
  return payload;
};

function isOfTheOperation(body: { errors?: readonly { extensions?: { code?: unknown } }[] }): boolean {
  return body.errors?.every(({ extensions }) => OF_THE_OPERATION.has(extensions?.code)) ?? false;
}
