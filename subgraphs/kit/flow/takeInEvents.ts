import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { DataSource, EntityManager } from 'typeorm';
import { againAfterCollision } from '../sql/againAfterCollision.js';
import { validate as isUuid } from 'uuid';
import { cloudEvent, customerErased } from '../../../schema/contract.js';
import { isContended, isUnavailable } from '../sql/isUnavailable.js';
import { replaceIds } from './replaceIds.js';
import { customersOf, type DeadLetter, heldOf, park, type Refusal, requireTurn } from './deadLetters.js';
import { nameCustomers } from './nameCustomers.js';
import type { BusConsumer, Delivery } from './EventBus.js';
import type { EventConsumer, ReceivedEvent } from './EventConsumer.js';

/** How often an event is tried before it is parked; the pauses between double from this. */
const TRIES = 5;
const FIRST_PAUSE_MS = 50;

/**
 * A consumer of the bus that takes each event in once: what it did and that it did it are written in one transaction. An event that is not
 * what its type says, of a version that is not known, or that fails again and again is parked in `dead_letter`, and the next one follows. While the
 * database or another subgraph is away, or a lock is waited for, nothing is parked: it waits.
 *
 * Events are taken in together, those of which customers exist (`OF_CUSTOMERS`) each in a transaction of its own: it keeps all writes of its customers waiting. Such an
 * event is held instead of parked, also while others keep it from a lock: `takeInHeld` goes on trying, and later ones about the same customers are held behind it, in
 * their order; all others go in.
 * @param subgraph the name of the subgraph that consumes
 * @param onHeld called when an event was held
 */
export function busConsumer(
  subgraph: string,
  consumer: EventConsumer,
  dataSource: DataSource,
  log: Logger,
  onHeld: () => void,
): BusConsumer {
  const hold = async (refusal: Refusal) => {
    await park(dataSource, consumer, refusal, log);
    onHeld();
  };
  const takeInOne = async (received: ReceivedEvent<unknown> | Refusal) => {
    const [event, heldFor] = isRefusal(received)
      ? [received.event, received.heldFor]
      : [received, customersOf(received)];
    const before = heldFor && (await heldOf(dataSource, consumer, heldFor));
    if (before) await hold({ event, heldFor, reason: `it waits behind ${before}`, waitsBehind: before });
    else if (isRefusal(received)) await hold(received);
    else {
      const reason = await tryToTakeIn(dataSource, consumer, received, heldFor !== null);
      if (reason === undefined) return;
      if (heldFor === null) await park(dataSource, consumer, { event, heldFor, reason }, log);
      else await hold({ event, heldFor, reason });
    }
  };
  return {
    name: `${subgraph}.${consumer.name}`,
    types: [consumer.event, ...(consumer.also ?? [])].map(({ type }) => nameOf(type)),
    async handle(deliveries) {
      const received: (ReceivedEvent<unknown> | Refusal)[] = [];
      for (const delivery of deliveries) {
        const read = readEvent(delivery, consumer);
        if (isRefusal(read) && read.heldFor === null) await park(dataSource, consumer, read, log);
        else received.push(read);
      }
      const good = received.filter((read): read is ReceivedEvent<unknown> => !isRefusal(read));
      const customers = good.flatMap((event) => customersOf(event) ?? []);
      const mayGoTogether = good.length === received.length && !isOfCustomers(consumer);
      if (mayGoTogether && (await heldOf(dataSource, consumer, customers)) === undefined) {
        if (good.length === 0) return;
        try {
          await takeIn(dataSource, consumer, good);
          return;
        } catch (error) {
          if (mustWait(error, customers.length > 0)) throw error;
        }
      }
      // Where one of them is at fault, the others go in.
      for (const one of received) await takeInOne(one);
    },
  };
}

/**
 * Takes in an event once, whatever it was parked or is held for; it is no dead letter afterwards.
 * @throws what `consumer.handle` throws, or Error when the event is not what its type says or waits behind a held one
 */
export async function replay(dataSource: DataSource, consumer: EventConsumer, letter: DeadLetter): Promise<void> {
  const read = readEvent({ event: letter.event }, consumer);
  if (isRefusal(read)) throw new Error(read.reason);
  await requireTurn(dataSource, letter);
  await takeIn(dataSource, consumer, [read], async (manager) => {
    await manager.query('DELETE FROM dead_letter WHERE consumer = $1 AND event_id = $2', [
      consumer.name,
      letter.eventId,
    ]);
  });
}

/** Whether it takes in which customers exist: `customerChanges`. */
function isOfCustomers({ event }: EventConsumer): boolean {
  return event.type === customerErased.type;
}

function isRefusal(received: ReceivedEvent<unknown> | Refusal): received is Refusal {
  return 'reason' in received;
}

function readEvent({ event }: Delivery, consumer: EventConsumer): ReceivedEvent<unknown> | Refusal {
  const heldFor = customersOf(event);
  const envelope = cloudEvent.safeParse(event);
  if (!envelope.success) return { event, heldFor, reason: `not a CloudEvent: ${firstProblem(envelope.error)}` };
  const known = [consumer.event, ...(consumer.also ?? [])];
  const type = known.find((one) => one.type === envelope.data.type);
  if (type === undefined) {
    const names = known.map((one) => one.type).join(', ');
    const reason = `${envelope.data.type} is not known here; this consumer reads ${names}`;
    // What a later version of the subgraph may understand is worth waiting for; what an earlier one did is over.
    const isOver = known.some((one) => isEarlier(envelope.data.type, one.type));
    return { event, heldFor: isOver ? null : heldFor, reason };
  }
  const data = type.data.safeParse(envelope.data.data);
  if (!data.success) return { event, heldFor, reason: `not what its type says: ${firstProblem(data.error)}` };
  return { ...envelope.data, data: data.data };
}

/** A type without its version. */
function nameOf(type: string): string {
  return type.replace(/\.v\d+$/, '');
}

function versionOf(type: string): number {
  return Number(/\d+$/.exec(type)?.[0]);
}

/** Whether one type is an earlier version of the other. */
function isEarlier(one: string, other: string): boolean {
  return nameOf(one) === nameOf(other) && versionOf(one) < versionOf(other);
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
  await againAfterCollision(() =>
    dataSource.transaction(async (manager) => {
      const fresh = await manager.query<{ id: string }[]>(
        `INSERT INTO inbox (consumer, event_id) SELECT $1, id FROM unnest($2::uuid[]) AS id
       ON CONFLICT DO NOTHING RETURNING event_id AS id`,
        [consumer.name, events.map(({ id }) => id)],
      );
      const ids = new Set(fresh.map(({ id }) => id));
      const first = events.filter(({ id }) => ids.delete(id.toLowerCase()));
      if (isOfCustomers(consumer)) {
        if (first.length > 0) await consumer.handle(first, manager);
      } else {
        await handOver(consumer, first, manager);
      }
      await also?.(manager);
    }),
  );
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

/**
 * @param mayHold whether it can be held: then it does not keep all others waiting for a lock
 * @returns why it cannot be taken in; undefined when it is
 * @throws what says that it is to be tried later
 */
async function tryToTakeIn(
  dataSource: DataSource,
  consumer: EventConsumer,
  event: ReceivedEvent<unknown>,
  mayHold: boolean,
): Promise<string | undefined> {
  for (let tried = 1; ; tried += 1) {
    try {
      await takeIn(dataSource, consumer, [event]);
      return undefined;
    } catch (error) {
      if (mustWait(error, mayHold)) throw error;
      // It has waited long enough for a lock.
      if (tried === TRIES || isContended(error)) return (error as Error).message;
      await pause(FIRST_PAUSE_MS * 2 ** (tried - 1));
    }
  }
}

/** Whether nothing can be taken in now; events that can be held do not wait for a lock that only they need. */
function mustWait(error: unknown, mayHold: boolean): boolean {
  return isUnavailable(error) && !(mayHold && isContended(error));
}
