import type { EntityManager } from 'typeorm';
import { v7 as uuid } from 'uuid';
import {
  type CloudEvent,
  type EventType,
  type TouchpointReported,
  touchpointReported,
} from '../../../schema/contract.js';
import { notifyAfterCommit } from '../sql/notifyAfterCommit.js';
import { storableJson } from '../sql/storableText.js';

/** The channel on which a subgraph's relay is told that there is something to publish. */
export function outboxChannel(subgraph: string): string {
  return `customer360.outbox.${subgraph}`;
}

/**
 * The events of one write. They are saved in the transaction of the rows that they tell of, so either both are there or
 * neither; the relay publishes them when it is committed.
 */
export class Outbox {
  readonly #events: CloudEvent[] = [];

  /** @param subgraph the name of the subgraph that writes */
  constructor(private readonly subgraph: string) {}

  /**
   * Adds an event, to be saved with the write.
   * @param subject what it is about; events of one subject arrive in order
   * @throws when `data` is not what the type says: a mistake of ours, and better here than at every consumer
   */
  add<T>({ type, data: schema }: EventType<T>, subject: string, data: T): void {
    this.#events.push({
      specversion: '1.0',
      id: uuid(),
      source: `/customer360/${this.subgraph}`,
      type,
      subject,
      time: new Date().toISOString(),
      datacontenttype: 'application/json',
      data: schema.parse(data),
    });
  }

  /** Adds what happened between a customer and us, for the timeline. A longer summary is cut to what fits there. */
  report(touchpoint: TouchpointReported): void {
    const summary = cut(touchpoint.summary, 500);
    this.add(touchpointReported, touchpoint.customerId, { ...touchpoint, summary });
  }

  /** What `report` told. */
  get reported(): readonly TouchpointReported[] {
    return this.#events.flatMap(({ type, data }) =>
      type === touchpointReported.type ? [data as TouchpointReported] : [],
    );
  }

  /** Lets `report` have told of others. */
  nameReported(customerOf: (touchpoint: TouchpointReported) => string): void {
    for (const [index, event] of this.#events.entries()) {
      if (event.type !== touchpointReported.type) continue;
      const data = event.data as TouchpointReported;
      const customerId = customerOf(data);
      this.#events[index] = { ...event, subject: customerId, data: { ...data, customerId } };
    }
  }

  /** Of whom `report` told. */
  get reportedCustomers(): readonly string[] {
    return this.#events.filter(({ type }) => type === touchpointReported.type).map(({ subject }) => subject);
  }

  /**
   * Saves what was added, inside the transaction, as its last statement: so events of one customer keep their order. The relay is woken when it is committed.
   * @param comment in the statement, for whoever looks at what the database does
   */
  async save(manager: EntityManager, comment = 'outbox'): Promise<void> {
    if (this.#events.length === 0) return;
    await manager.query(
      `/* ${comment} */ INSERT INTO outbox (event)
         SELECT event FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS e(event, n) ORDER BY n`,
      [storableJson(this.#events)],
    );
    notifyAfterCommit(manager, outboxChannel(this.subgraph));
  }
}

/** The text in at most so many characters, without half of a character at its end. */
function cut(text: string, characters: number): string {
  if (text.length <= characters) return text;
  return `${text.slice(0, characters - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
