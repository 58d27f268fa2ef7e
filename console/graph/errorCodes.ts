import { CombinedGraphQLErrors } from '@apollo/client/errors';

/** The codes of all errors in an answer of the graph; empty for an error of another kind, such as a lost connection. */
export function errorCodes(error: unknown): readonly string[] {
  if (!CombinedGraphQLErrors.is(error)) return [];
  return error.errors.map(({ extensions }) => (typeof extensions?.['code'] === 'string' ? extensions['code'] : ''));
}
