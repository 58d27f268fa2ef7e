import type { GraphQLFormattedError } from 'graphql';

/** How the answers of one operation are written into a response that goes on. */
export interface Framing {
  readonly contentType: string;
  /** Written first, so that the client gets the headers. */
  readonly opening: string;
  /** Written now and then, so that both ends know that the other is there. */
  readonly heartbeat: string;
  /** Before and after the text of each answer. */
  readonly head: Buffer;
  readonly tail: Buffer;
  /**
   * Why the operation is over.
   *
   * @param isResponse whether these errors are all that the operation brought; else they end what had begun
   */
  failure(errors: readonly GraphQLFormattedError[], isResponse: boolean): string;
  /** Written last, when the operation is over. */
  readonly ending: string;
}
