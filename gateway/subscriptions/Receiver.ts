import type { GraphQLFormattedError } from 'graphql';
import type { Caller } from '../../schema/contract.js';
import type { ClientApplication } from '../http/clientApplication.js';
import type { AskedOperation } from '../operations/AskedOperation.js';
import type { Message } from './Message.js';

/** Gets what one operation of one client brings. After `complete` or `fail` nothing more comes. */
export interface Receiver {
  /** One answer. It must not block: what cannot be sent at once is kept, within a bound, by the receiver. */
  message(message: Message): void;
  /** The operation ended well. */
  complete(): void;
  /** The operation ended, or never began. */
  fail(errors: readonly GraphQLFormattedError[]): void;
}

/** What a client sends to begin an operation. */
export interface OperationRequest extends AskedOperation {
  /** It came in a way that must change nothing: a mutation is refused. */
  readonly isSafe?: boolean;
}

/** One connection of a client, over which it may run several operations. */
export interface ClientConnection {
  /** Who is asking. */
  readonly caller: Caller;
  /** Through which application. */
  readonly client: ClientApplication;
  /** The client's `authorization`, passed on to the subgraphs as it is: only where the gateway does not check it. */
  readonly authorization: string | undefined;
  /** Headers with which the connection was made, of which each subgraph gets those that are configured for it. */
  readonly forwarded?: Readonly<Record<string, string>> | undefined;
  /** The network address of the caller: tells callers apart of whom nothing else is known. */
  readonly address: string;
  /** How many operations run on it. Kept by `Subscriptions`. */
  running: number;
}
