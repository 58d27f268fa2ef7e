/** What became of a request that brought no answer, with the words in which a client may hear it. */
const REASONS = {
  unreachable: 'could not be reached',
  timeout: 'did not answer in time',
  status: 'refused the request',
  garbage: 'gave an answer that is not GraphQL',
  'too-large': 'gave an answer that is too large',
  abandoned: 'was not waited for, because the caller went away',
} as const;

export type SubgraphFailureReason = keyof typeof REASONS;

/**
 * A subgraph gave no answer that can be used. `message` is fit for clients: it holds no address and nothing of the answer.
 * What is only for the log is in `detail` and `cause`.
 */
export class SubgraphFailure extends Error {
  override readonly name = 'SubgraphFailure';

  constructor(
    readonly service: string,
    readonly reason: SubgraphFailureReason,
    /** For the log: the HTTP status, or the code of the network error. */
    readonly detail?: string | number,
    options?: ErrorOptions,
  ) {
    super(`The subgraph "${service}" ${REASONS[reason]}.`, options);
  }
}
