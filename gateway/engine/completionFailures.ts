import { GraphQLError } from 'graphql';
import { ERROR_CODES } from '../../schema/contract.js';
import type { CompletionError } from './compileResponse.js';

/** More of them say nothing new. */
const MAX_ERRORS = 100;

/**
 * The errors of completion that no subgraph's error explains: one above, at or below the same place does, and so does one without a
 * place. The specification wants every null that comes of a fault told once.
 */
export function completionFailures(
  found: readonly CompletionError[],
  upstream: readonly GraphQLError[],
): GraphQLError[] {
  return found
    .filter(({ path }) => !upstream.some((failure) => explains(failure.path, path)))
    .slice(0, MAX_ERRORS)
    .map(
      ({ message, path }) =>
        new GraphQLError(message, { path, extensions: { code: ERROR_CODES.INTERNAL_SERVER_ERROR } }),
    );
}

function explains(cause: GraphQLError['path'], path: readonly (string | number)[]): boolean {
  if (!cause) return true;
  const common = Math.min(cause.length, path.length);
  return cause.slice(0, common).every((key, index) => key === path[index]);
}
