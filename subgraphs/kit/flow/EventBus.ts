import type { CloudEvent } from '../../../schema/contract.js';

/** What a bus brings: an event as it was published, unchecked. */
export interface Delivery {
  readonly event: unknown;
}

/** Who reads events. */
export interface BusConsumer {
  /** Names it for ever: what it has read is remembered under this name. `touchpoints.timeline` */
  readonly name: string;
  /** The types of events that it wants, all versions: `customer360.touchpoint.reported`. */
  readonly types: readonly string[];
  /**
   * Takes in events, in their order. What it resolves for is never brought again (but may be, when the process dies in between);
   * what it rejects for is brought again.
   */
  handle(deliveries: readonly Delivery[]): Promise<void>;
}

/**
 * Carries events from subgraph to subgraph: at least once, those of one subject in the order in which a subgraph published them, kept until every
 * consumer has read them or their time is over.
 */
export interface EventBus {
  /**
   * Publishes events, those of one subject in order. Once it resolves they are kept; when it rejects some may be, but none of which one before it of the same
   * subject is not. So whoever publishes the same again keeps the order; the same event again is not brought twice.
   */
  publish(events: readonly CloudEvent[]): Promise<void>;
  /**
   * Reads on for a consumer where it was, from the first event that is kept when it never read. The caller sees to it that one process
   * reads at a time, or the order is lost.
   */
  consume(consumer: BusConsumer): BusReader;
  /**
   * Removes what is kept of events of these subjects that somebody published, but those of which customers exist (`OF_CUSTOMERS`), which hold ids only. Who has not
   * read them yet never does.
   * @param source who published them: `/customer360/sales`
   * @param subjects in lower case
   * @returns how many events were removed, by their subject; none where there were none
   */
  forget(source: string, subjects: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** Ends its connections. */
  close(): Promise<void>;
}

/** A consumer at work. */
export interface BusReader {
  /** How many events wait to be read. */
  lag(): Promise<number>;
  /** Finishes the events at hand. */
  stop(): Promise<void>;
}
