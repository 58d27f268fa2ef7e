import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { DataSource, EntityManager } from 'typeorm';
import { validate as isUuid } from 'uuid';
import { scrubText } from '../../../observability/scrubText.js';
import { cloudEvent, customerErased } from '../../../schema/contract.js';
import { isUnavailable } from '../sql/isUnavailable.js';
import { replaceIds } from './replaceIds.js';
import { storableJson, storableText } from '../sql/storableText.js';
import { nameCustomers } from './nameCustomers.js';
import type { BusConsumer, Delivery } from './EventBus.js';
import type { EventConsumer, ReceivedEvent } from './EventConsumer.js';

/** How often an event is tried before it is parked; the pauses between double from this. */
const TRIES = 5;
const FIRST_PAUSE_MS = 50;

/** Why an event cannot be taken in as it is. */
interface Refusal {
  readonly event: unknown;
  readonly reason: string;
}

/** What became of an event that was not understood or went on failing. */
export interface DeadLetter {
  readonly consumer: string;
  readonly eventId: string;
  readonly event: unknown;
  readonly reason: string;
  readonly parkedAt: Date;
}

/**
 * A consumer of the bus that takes each event in once: what it did and that it did it are written in one transaction. An event that is not
 * what its type says, of a version that is not known, or that fails again and again is parked in `dead_letter`, and the next one follows. While the
 * database or another subgraph is away, nothing is parked: it waits.
 * @param subgraph the name of the subgraph that consumes
 */
export function busConsumer(
  subgraph: string,
  consumer: EventConsumer,
  dataSource: DataSource,
  log: Logger,
): BusConsumer {
  return {
    name: `${subgraph}.${consumer.name}`,
    types: [consumer.event, ...(consumer.also ?? [])].map(({ type }) => type.replace(/\.v\d+$/, '')),
    async handle(deliveries) {
      const good: ReceivedEvent<unknown>[] = [];
      for (const delivery of deliveries) {
        const read = readEvent(delivery, consumer);
        if ('reason' in read) await park(dataSource, consumer, read, log);
        else good.push(read);
      }
      if (good.length === 0) return;
      try {
        await takeIn(dataSource, consumer, good);
      } catch (error) {
        if (isUnavailable(error)) throw error;
        // One of them is at fault; the others go in.
        for (const event of good) await takeInOrPark(dataSource, consumer, event, log);
      }
    },
  };
}

/**
 * Takes in an event once, whatever it was parked for; it is no dead letter afterwards.
 * @throws what `consumer.handle` throws, or Error when the event is not what its type says
 */
export async function replay(dataSource: DataSource, consumer: EventConsumer, letter: DeadLetter): Promise<void> {
  const read = readEvent({ event: letter.event }, consumer);
  if ('reason' in read) throw new Error(read.reason);
  await takeIn(dataSource, consumer, [read], async (manager) => {
    await manager.query('DELETE FROM dead_letter WHERE consumer = $1 AND event_id = $2', [
      consumer.name,
      letter.eventId,
    ]);
  });
}

/** The events that a consumer parked, the oldest first; at most 1000. */
export async function deadLetters(dataSource: DataSource, consumer: { readonly name: string }): Promise<DeadLetter[]> {
  return dataSource.query<DeadLetter[]>(
    `SELECT consumer, event_id AS "eventId", event, reason, parked_at AS "parkedAt" FROM dead_letter
     WHERE consumer = $1 ORDER BY parked_at, event_id LIMIT 1000`,
    [consumer.name],
  );
}

function readEvent({ event }: Delivery, consumer: EventConsumer): ReceivedEvent<unknown> | Refusal {
  const envelope = cloudEvent.safeParse(event);
  if (!envelope.success) return { event, reason: `not a CloudEvent: ${firstProblem(envelope.error)}` };
  const known = [consumer.event, ...(consumer.also ?? [])];
  const type = known.find((one) => one.type === envelope.data.type);
  if (type === undefined) {
    const names = known.map((one) => one.type).join(', ');
    return { event, reason: `${envelope.data.type} is not known here; this consumer reads ${names}` };
  }
  const data = type.data.safeParse(envelope.data.data);
  if (!data.success) return { event, reason: `not what its type says: ${firstProblem(data.error)}` };
  return { ...envelope.data, data: data.data };
}

function firstProblem(error: { issues: readonly { path: readonly PropertyKey[]; message: string }[] }): string {
  const [issue] = error.issues;
  return issue ? `${issue.path.map(String).join('.') || 'the event'}: ${issue.message}` : 'unknown';
}

async function takeIn(
  dataSource: DataSource,
  consumer: EventConsumer,
  events: readonly ReceivedEvent<unknown>[],
  also?: (manager: EntityManager) => Promise<void>,
): Promise<void> {
  await dataSource.transaction(async (manager) => {
    const fresh = await manager.query<{ id: string }[]>(
      `INSERT INTO inbox (consumer, event_id) SELECT $1, id FROM unnest($2::uuid[]) AS id
       ON CONFLICT DO NOTHING RETURNING event_id AS id`,
      [consumer.name, events.map(({ id }) => id)],
    );
    const ids = new Set(fresh.map(({ id }) => id));
    const first = events.filter(({ id }) => ids.delete(id.toLowerCase()));
    if (consumer.event.type === customerErased.type) {
      if (first.length > 0) await consumer.handle(first, manager);
    } else {
      await handOver(consumer, first, manager);
    }
    await also?.(manager);
  });
  consumer.committed?.();
}

/** What comes late about a customer who was erased is not written down; about one who was merged, it is of the one into whom they were, and recorded for the one it names. */
async function handOver(
  consumer: EventConsumer,
  events: readonly ReceivedEvent<unknown>[],
  manager: EntityManager,
): Promise<void> {
  const subjects = events.map(({ subject }) => subject.toLowerCase()).filter((subject) => isUuid(subject));
  if (subjects.length === 0) return events.length > 0 ? consumer.handle(events, manager) : undefined;
  const rows = await manager.query<{ id: string; canonicalId: string; isErased: boolean }[]>(
    `SELECT id, coalesce(a.canonical_id, id) AS "canonicalId", e.customer_id IS NOT NULL AS "isErased"
     FROM unnest($1::uuid[]) AS s(id) LEFT JOIN customer_alias a ON a.customer_id = id
       LEFT JOIN erased_customer e ON e.customer_id = id`,
    [subjects],
  );
  const erased = new Set(rows.flatMap(({ id, isErased }) => (isErased ? [id] : [])));
  const ids = new Map(rows.flatMap(({ id, canonicalId }) => (id === canonicalId ? [] : [[id, canonicalId] as const])));
  const live = events.filter(({ subject }) => !erased.has(subject.toLowerCase()));
  if (ids.size === 0) return live.length > 0 ? consumer.handle(live, manager) : undefined;
  for (const event of live) {
    const named = event.subject.toLowerCase();
    const current = ids.get(named);
    await nameCustomers(manager, current === undefined ? new Map() : new Map([[current, named]]));
    await consumer.handle(
      [{ ...event, subject: current ?? event.subject, data: replaceIds(event.data, ids) }],
      manager,
    );
  }
  await nameCustomers(manager, new Map());
}

async function takeInOrPark(
  dataSource: DataSource,
  consumer: EventConsumer,
  event: ReceivedEvent<unknown>,
  log: Logger,
): Promise<void> {
  for (let tried = 1; ; tried += 1) {
    try {
      await takeIn(dataSource, consumer, [event]);
      return;
    } catch (error) {
      if (isUnavailable(error)) throw error;
      if (tried === TRIES) {
        await park(dataSource, consumer, { event, reason: (error as Error).message }, log);
        return;
      }
      await pause(FIRST_PAUSE_MS * 2 ** (tried - 1));
    }
  }
}

/** Keeps an event that a consumer could not take in, for `npm run events`. */
export async function park(
  dataSource: DataSource,
  consumer: { readonly name: string },
  refusal: Refusal,
  log: Logger,
): Promise<void> {
  const { event, reason } = refusal;
  const id = (event as { id?: unknown } | null)?.id;
  const eventId = typeof id === 'string' && id !== '' ? storableText(id.slice(0, 200)) : `unknown ${Date.now()}`;
  await dataSource.query(
    `INSERT INTO dead_letter (consumer, event_id, event, reason) VALUES ($1, $2, $3::jsonb, $4) ON CONFLICT DO NOTHING`,
    [consumer.name, eventId, storableJson(event ?? null), storableText(reason.slice(0, 1000))],
  );
  log.error(
    { consumer: consumer.name, eventId, reason: scrubText(reason) },
    'an event was parked; npm run events tells and replays them',
  );
}
