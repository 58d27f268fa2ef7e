import { GraphQLError } from 'graphql';
import { ERROR_CODES } from '../../schema/contract.js';
import type { Failures } from './Failures.js';
import type { CompletionError } from './compileResponse.js';

/**
 * Adds the errors of completion that no subgraph's error explains: one above, at or below the same place does, and so does one without a
 * place. The specification wants every null that comes of a fault told once.
 *
 * @param failures those of the subgraphs
 */
export function addCompletionFailures(found: readonly CompletionError[], failures: Failures): void {
  if (found.length === 0) return;
  // One of those that were left out may explain any of them, and there is no room for more.
  if (failures.leftOut > 0) return;
  const isExplained = explanations(failures.told);
  for (const { message, path } of found) {
    if (isExplained(path)) continue;
    if (failures.isFull) failures.leaveOut(1);
    else failures.add(new GraphQLError(message, { path, extensions: { code: ERROR_CODES.INTERNAL_SERVER_ERROR } }));
  }
}

type Path = readonly (string | number)[];

/** Looks a path up, instead of comparing it with each of theirs. */
function explanations(causes: readonly GraphQLError[]): (path: Path) => boolean {
  const places = new Set<string>();
  const above = new Set<string>();
  for (const { path } of causes) {
    if (!path) return () => true;
    places.add(JSON.stringify(path));
    for (let length = 0; length < path.length; length++) above.add(JSON.stringify(path.slice(0, length)));
  }
  return (path) => {
    if (places.size === 0) return false;
    if (above.has(JSON.stringify(path))) return true;
    for (let length = path.length; length >= 0; length--) {
      if (places.has(JSON.stringify(path.slice(0, length)))) return true;
    }
    return false;
  };
}
