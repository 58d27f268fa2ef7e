import {
  AckPolicy,
  type Consumer,
  type ConsumerInfo,
  DeliverPolicy,
  type JetStreamClient,
  type JetStreamManager,
  JetStreamApiCodes,
  JetStreamApiError,
  type JsMsg,
  jetstream,
  jetstreamManager,
} from '@nats-io/jetstream';
import { connect, nanos, type NatsConnection } from '@nats-io/transport-node';
import type { Logger } from 'pino';
import { type CloudEvent, cloudEvent } from '../../../schema/contract.js';
import type { BusConsumer, BusReader, EventBus } from './EventBus.js';
import { Backoff } from './Backoff.js';
import { OF_CUSTOMERS } from './deadLetters.js';
import { Worker } from './Worker.js';

const STREAM = 'customer360-events';
const SUBJECTS = 'customer360.events';
/** How long events are kept, read or not. */
const RETENTION_MS = 7 * 24 * 60 * 60 * 1000;
/** Within which time the same event again is dropped by the server; consumers drop it whenever it comes. */
const DUPLICATE_WINDOW_MS = 10 * 60 * 1000;
/** How many events are handled at once. */
const BATCH = 500;
/** How long messages that are there may take to come. */
const FETCH_MS = 2_000;
/** The server's code for a message that is not there any more. */
const SEQUENCE_NOT_FOUND = 10_043;
/** Longer than a consumer needs for a batch with its tries; after it the server would bring events again. */
const ACK_WAIT_MS = 10 * 60 * 1000;

/**
 * The event bus on NATS JetStream (server 2.9 or newer): one stream, a durable pull consumer for each consumer, and the event's id as `Nats-Msg-Id`.
 * It connects on first use, and again for ever when the server goes, at the pace of `Backoff`.
 */
export class NatsEventBus implements EventBus {
  #connection: Promise<NatsConnection> | undefined;
  readonly #reconnecting: Backoff;
  /** How long after one try to connect again the next one follows. */
  #pause = 0;

  constructor(
    private readonly url: string,
    private readonly log: Logger,
  ) {
    this.#reconnecting = new Backoff('the connection to the event bus', log);
  }

  async publish(events: readonly CloudEvent[]): Promise<void> {
    if (events.length === 0) return;
    const { client } = await this.#open();
    // Each waits until the server has the one before it of the same subject, so that one that fails is not overtaken. Nothing else would keep that order: a
    // server cannot be told to refuse what follows, because others publish to the same stream.
    const outcomes = await Promise.allSettled(
      [...bySubject(events).values()].map(async (ofOne) => {
        for (const event of ofOne) {
          await client.publish(subjectOf(event.type), JSON.stringify(event), { msgID: event.id });
        }
      }),
    );
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  }

  /** All that is kept is read for it: a server of version 2.9 finds nothing by what is in it. */
  async forget(source: string, subjects: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const { client, manager } = await this.#open();
    const gone = new Map<string, number>();
    const wanted = new Set(subjects);
    const { state } = await manager.streams.info(STREAM);
    const reader = await client.consumers.get(STREAM);
    // To where it ends now: what is published meanwhile, or dropped, must not keep it from ending.
    for (let at = 0; at < state.last_seq;) {
      let read = 0;
      for await (const message of await reader.fetch({ max_messages: BATCH, expires: FETCH_MS })) {
        read += 1;
        at = message.seq;
        const subject = personalSubjectOf(contentOf(message), source);
        if (subject !== undefined && wanted.has(subject) && (await wasDeleted(manager, message.seq)))
          gone.set(subject, (gone.get(subject) ?? 0) + 1);
      }
      if (read === 0) break;
    }
    return gone;
  }

  consume(consumer: BusConsumer): BusReader {
    let messages: { stop(): void } | undefined;
    /** While the durable consumer is made anew, it is not there. */
    let making: Promise<unknown> | undefined;
    const worker = new Worker(`reading events for ${consumer.name}`, this.log, async (self) => {
      const made = this.#open().then(({ client, manager }) => this.#continue(client, manager, consumer));
      making = made.catch(() => undefined);
      const durable = await made;
      if ((await durable.info()).num_pending === 0) self.worked();
      const reading = await durable.consume({ max_messages: BATCH });
      messages = reading;
      if (self.stopped) reading.stop();
      let batch: JsMsg[] = [];
      for await (const message of reading) {
        batch.push(message);
        // More are on their way: they go together.
        if (message.info.pending > 0 && batch.length < BATCH) continue;
        await handle(consumer, batch);
        batch = [];
        if (message.info.pending === 0) self.worked();
      }
    });
    return {
      lag: async () => {
        const { manager } = await this.#open();
        await making;
        const info = await infoOf(manager, durableName(consumer));
        return info ? info.num_pending + info.num_ack_pending : countKept(manager, consumer);
      },
      async stop() {
        const stopped = worker.stop();
        messages?.stop();
        await stopped;
      },
    };
  }

  async close(): Promise<void> {
    const connection = await this.#connection?.catch(() => undefined);
    await connection?.close();
  }

  /**
   * The durable consumer, made anew right behind the last event that it has taken in. So what was brought and not taken in, because the process died or
   * could not, comes first and at once; the server itself would bring it after a while, behind later events. If the process dies
   * just here, it reads from the beginning, and drops what it has taken in before.
   */
  async #continue(client: JetStreamClient, manager: JetStreamManager, consumer: BusConsumer): Promise<Consumer> {
    const name = durableName(consumer);
    const [only] = consumer.types;
    const before = await infoOf(manager, name);
    if (before) await manager.consumers.delete(STREAM, name);
    await manager.consumers.add(STREAM, {
      durable_name: name,
      // Each by itself: one that is deleted while it waits counts as taken in, and must not take those before it along.
      ack_policy: AckPolicy.Explicit,
      ack_wait: nanos(ACK_WAIT_MS),
      max_ack_pending: 2 * BATCH,
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: (before?.ack_floor.stream_seq ?? 0) + 1,
      // A server of version 2.9 filters by one subject only; of several types, the others are passed over here.
      filter_subject: consumer.types.length === 1 ? `${SUBJECTS}.${only}` : `${SUBJECTS}.>`,
    });
    return client.consumers.get(STREAM, name);
  }

  async #open(): Promise<{ client: JetStreamClient; manager: JetStreamManager }> {
    this.#connection ??= this.#connect();
    const connection = await this.#connection;
    const manager = await jetstreamManager(connection);
    await ensureStream(manager);
    return { client: jetstream(connection), manager };
  }

  #connect(): Promise<NatsConnection> {
    const forget = (): void => {
      if (this.#connection === connecting) this.#connection = undefined;
    };
    const connecting = connect({
      servers: this.url,
      name: 'customer360',
      maxReconnectAttempts: -1,
      reconnectDelayHandler: () => this.#pause,
      timeout: 5000,
    }).then(
      (connection) => {
        void this.#watch(connection);
        // It gives up by itself where trying again cannot help, such as when it is not let in any more; who uses the bus tries further.
        void connection.closed().then(forget);
        return connection;
      },
      (error: unknown) => {
        forget();
        throw error;
      },
    );
    return connecting;
  }

  /** Paces the tries to connect again, and tells of them. */
  async #watch(connection: NatsConnection): Promise<void> {
    for await (const { type } of connection.status()) {
      if (type === 'disconnect' || type === 'reconnecting') {
        this.#pause = this.#reconnecting.failed(new Error('NATS cannot be reached'));
      } else if (type === 'reconnect') this.#reconnecting.worked();
    }
  }
}

function bySubject(events: readonly CloudEvent[]): Map<string, CloudEvent[]> {
  const chains = new Map<string, CloudEvent[]>();
  for (const event of events) {
    const chain = chains.get(event.subject);
    if (chain) chain.push(event);
    else chains.set(event.subject, [event]);
  }
  return chains;
}

function subjectOf(type: string): string {
  return `${SUBJECTS}.${type.replace(/\.v\d+$/, '')}`;
}

function durableName({ name }: BusConsumer): string {
  return name.replaceAll(/[^A-Za-z0-9_-]/g, '_');
}

async function handle(consumer: BusConsumer, messages: readonly JsMsg[]): Promise<void> {
  const wanted = messages.filter(({ subject }) => consumer.types.some((type) => subject === `${SUBJECTS}.${type}`));
  if (wanted.length > 0) await consumer.handle(wanted.map((message) => ({ event: contentOf(message) })));
  for (const message of messages.slice(0, -1)) message.ack();
  // Once the server knows of the last, it knows of all; a new start goes on behind it.
  await messages.at(-1)?.ackAck();
}

/** What is no JSON is an event that nobody understands, and will be parked as such. */
function contentOf(message: JsMsg): unknown {
  try {
    return message.json();
  } catch {
    return message.string();
  }
}

/** What an event is about that somebody published, in lower case; undefined for what is not theirs, or of which customers exist. */
function personalSubjectOf(content: unknown, source: string): string | undefined {
  const event = cloudEvent.safeParse(content);
  const isTheirs = event.success && event.data.source === source && !event.data.type.startsWith(OF_CUSTOMERS);
  return isTheirs ? event.data.subject.toLowerCase() : undefined;
}

/** Overwrites a message. @returns false where another did, or its time was over */
async function wasDeleted(manager: JetStreamManager, sequence: number): Promise<boolean> {
  try {
    return await manager.streams.deleteMessage(STREAM, sequence, true);
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === SEQUENCE_NOT_FOUND) return false;
    throw error;
  }
}

/** What the server knows of a durable consumer; undefined when it has none of the name. */
async function infoOf(manager: JetStreamManager, name: string): Promise<ConsumerInfo | undefined> {
  try {
    return await manager.consumers.info(STREAM, name);
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.ConsumerNotFound) return undefined;
    throw error;
  }
}

/** How many events are kept of the types that a consumer wants. */
async function countKept(manager: JetStreamManager, { types }: BusConsumer): Promise<number> {
  const { state } = await manager.streams.info(STREAM, { subjects_filter: `${SUBJECTS}.>` });
  return types.reduce((sum, type) => sum + (state.subjects?.[`${SUBJECTS}.${type}`] ?? 0), 0);
}

async function ensureStream(manager: JetStreamManager): Promise<void> {
  try {
    await manager.streams.info(STREAM);
  } catch (error) {
    if (!(error instanceof JetStreamApiError) || error.code !== JetStreamApiCodes.StreamNotFound) throw error;
    await manager.streams.add({
      name: STREAM,
      subjects: [`${SUBJECTS}.>`],
      max_age: nanos(RETENTION_MS),
      duplicate_window: nanos(DUPLICATE_WINDOW_MS),
    });
  }
}
