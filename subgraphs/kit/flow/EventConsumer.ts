import type { EntityManager } from 'typeorm';
import type { CloudEvent, EventType } from '../../../schema/contract.js';

/** An event whose `data` is what its type says. */
export type ReceivedEvent<T> = CloudEvent & { readonly data: T };

/** What a subgraph does with the events of others. */
export interface EventConsumer<T = unknown> {
  /** Names it for ever, within the subgraph: `timeline`. */
  readonly name: string;
  readonly event: EventType<T>;
  /** Other types that it reads in the same order; their `data` is `unknown` to `handle`. */
  readonly also?: readonly EventType<unknown>[];
  /**
   * Takes in events, in order, inside a transaction of the subgraph's database; none of them was taken in before. What it throws
   * for is tried again, and parked when it goes on failing, or held where customers exist by it: see `busConsumer`.
   */
  handle(events: readonly ReceivedEvent<T>[], manager: EntityManager): Promise<void>;
  /** Told when what `handle` did is committed. */
  committed?(): void;
}

/** Makes a consumer; it is there so that `handle` gets the type that `event` names. */
export function eventConsumer<T>(consumer: EventConsumer<T>): EventConsumer {
  return consumer;
}
