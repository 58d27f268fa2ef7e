/** In which forms a client takes an answer. */
export interface AcceptedAnswers {
  /** As a multipart response that goes on. */
  readonly multipart: boolean;
  /** As plain JSON. */
  readonly json: boolean;
}

const JSON_TYPES: ReadonlySet<string> = new Set([
  'application/json',
  'application/graphql-response+json',
  'application/*',
  '*/*',
]);

/** Reads them from the header `accept`. */
export function acceptedAnswers(accept = ''): AcceptedAnswers {
  const ranges = accept.split(',').map((range) => range.split(';').map((piece) => piece.trim().toLowerCase()));
  return {
    multipart: ranges.some(
      ([type, ...parameters]) =>
        type === 'multipart/mixed' && parameters.some((one) => /^subscriptionspec="?1\.0"?$/.test(one)),
    ),
    json: ranges.some(([type = '']) => JSON_TYPES.has(type)),
  };
}
