import type { GraphQLFormattedError } from 'graphql';
import { ERROR_CODES } from '../../schema/contract.js';

/** What became of a request that brought no answer, with the words in which a client may hear it. */
const REASONS = {
  unreachable: 'could not be reached',
  timeout: 'did not answer in time',
  deadline: 'was not waited for any longer, because the request as a whole took too long',
  status: 'refused the request',
  untrusted: 'refused this gateway',
  garbage: 'gave an answer that is not GraphQL',
  'too-large': 'gave an answer that is too large',
  resting: 'is resting after failures',
  busy: 'has more to do than it can',
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

/** The error that tells clients of it where there is no request that could throw a `SubgraphFailure`. */
export function unavailable(service: string, reason: SubgraphFailureReason): GraphQLFormattedError {
  const { message } = new SubgraphFailure(service, reason);
  return { message, extensions: { code: ERROR_CODES.SERVICE_UNAVAILABLE } };
}

/** Whether asking again may help at once, and repeats nothing that could have been answered. */
export function isPassing({ reason, detail }: SubgraphFailure): boolean {
  return reason === 'unreachable' || (reason === 'status' && (detail === 502 || detail === 503 || detail === 504));
}

/** Whether it says that the subgraph is in trouble, whatever it was asked. */
export function isTrouble({ reason, detail }: SubgraphFailure): boolean {
  if (reason === 'status') return typeof detail === 'number' && detail >= 500;
  return reason === 'unreachable' || reason === 'timeout' || reason === 'garbage';
}

/** Whether it says nothing about the subgraph. */
export function isUnproven({ reason }: SubgraphFailure): boolean {
  return reason === 'abandoned' || reason === 'deadline';
}
