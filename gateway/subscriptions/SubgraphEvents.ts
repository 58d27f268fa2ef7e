import type { GraphQLFormattedError } from 'graphql';
import type { Caller } from '../../schema/contract.js';
import type { SubgraphAnswer } from '../upstream/SubgraphAnswer.js';
import type { SubgraphFailureReason } from '../upstream/SubgraphFailure.js';

/** A subscription as a subgraph is asked for it. */
export interface UpstreamRequest {
  readonly query: string;
  readonly operationName: string | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Who subscribes, as the subgraph hears of it. */
export interface UpstreamAccess {
  readonly caller: Caller;
  /** What goes on to the subgraph beside who asks. */
  readonly headers: Readonly<Record<string, string>>;
  /** Headers of the client's request of which those go on that are configured for the subgraph. */
  readonly forwarded?: Readonly<Record<string, string>> | undefined;
}

/** Hears what becomes of an upstream subscription. After `complete`, `fail`, `lost` or `broken` nothing more comes. */
export interface UpstreamListener {
  event(event: SubgraphAnswer): void;
  complete(): void;
  /** The subgraph refused it or ended it with errors. */
  fail(errors: readonly GraphQLFormattedError[]): void;
  /**
   * The connection went away.
   *
   * @param begun whether the subgraph may have begun it
   * @param reason what to tell those who wait for it to begin
   */
  lost(begun: boolean, reason: SubgraphFailureReason): void;
  /** It could not be asked for, for a reason that nobody foresaw. */
  broken(error: unknown): void;
  /** Its connection has grown old, and a new one is ready: whoever misses nothing by it ends the subscription and subscribes again. */
  move(): void;
}

/**
 * The subscriptions of this gateway at one subgraph. It never subscribes again by itself: what is lost is reported, because only who asked
 * knows how to go on.
 */
export interface SubgraphEvents {
  readonly url: string;
  /** How many subscriptions it carries or is about to. */
  readonly size: number;
  /**
   * @param urgent connects at once, also when the last attempts failed: somebody new waits for an answer
   * @returns ends the subscription; afterwards the listener hears nothing
   */
  subscribe(request: UpstreamRequest, access: UpstreamAccess, listener: UpstreamListener, urgent: boolean): () => void;
  /** Ends everything without a word to the listeners. Resolves when it is closed, at the latest after a second. */
  close(): Promise<void>;
}
