import type { GraphQLFormattedError } from 'graphql';

/** A GraphQL response that a subgraph gave, checked in its outer shape only: `data`, and `errors` with messages. */
export interface SubgraphAnswer {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly GraphQLFormattedError[];
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/**
 * Reads the text of an answer.
 *
 * @returns null when the text is not a GraphQL response: not JSON, neither `data` nor `errors`, or either of the wrong kind
 * @see https://spec.graphql.org/October2021/#sec-Response-Format
 */
export function readSubgraphAnswer(text: string): SubgraphAnswer | null {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isRecord(body)) return null;
  const { data, errors } = body;
  const more = isRecord(body['extensions']) && { extensions: body['extensions'] };
  if (data !== undefined && data !== null && !isRecord(data)) return null;
  if (errors === undefined || errors === null) return data ? { data, ...more } : null;
  if (!Array.isArray(errors) || !errors.every(isRecord)) return null;
  // The specification forbids an empty list, and some servers send it all the same.
  if (errors.length === 0) return data ? { data, ...more } : null;
  return { data: data ?? null, errors: errors.map((error) => readError(error)), ...more };
}

function readError({ message, path, extensions }: Record<string, unknown>): GraphQLFormattedError {
  return {
    message: typeof message === 'string' ? message : 'The subgraph gave no message.',
    ...(isPath(path) && { path }),
    ...(isRecord(extensions) && { extensions }),
  };
}

function isPath(value: unknown): value is (string | number)[] {
  return Array.isArray(value) && value.every((key) => typeof key === 'string' || typeof key === 'number');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
