import type { Logger } from 'pino';
import type { DataSource } from 'typeorm';
import { setTimeout as pause } from 'node:timers/promises';
import { type CloudEvent, cloudEvent } from '../../../../schema/contract.js';
import type { RetryLater } from '../Backoff.js';
import type { BusConsumer } from '../EventBus.js';
import { customersOf, type DeadLetter, drop, heldOf, park, requireTurn } from '../deadLetters.js';
import { type Sent, sendEvent } from './sendEvent.js';
import type { Webhook } from './Webhook.js';

/** How often an event is sent that is refused, until it is parked; the pauses between double from this. */
const TRIES = 5;
const FIRST_PAUSE_MS = 50;

/**
 * A consumer of the bus that hands events on to a webhook, in their order, at least once. An event that goes on being refused is parked, and the next one follows; one
 * of which customers exist is held, with later ones about the same customers behind it (`takeInHeld` goes on trying). While the receiver is away nothing is parked:
 * all of it waits.
 * @param onHeld called when an event was held
 */
export function deliver(
  webhook: Webhook,
  dataSource: DataSource,
  signingKey: string | null,
  log: Logger,
  onHeld: () => void,
): BusConsumer {
  return {
    name: `webhooks.${webhook.name}`,
    types: webhook.events.map((type) => type.replace(/\.v\d+$/, '')),
    async handle(deliveries) {
      for (const delivery of deliveries) {
        const read = cloudEvent.safeParse(delivery.event);
        if (!read.success || !webhook.events.includes(read.data.type)) continue;
        if (await wasDelivered(dataSource, webhook, read.data)) continue;
        const heldFor = customersOf(read.data);
        const waitsBehind = heldFor && (await heldOf(dataSource, webhook, heldFor));
        if (waitsBehind) {
          const reason = `it waits behind ${waitsBehind}`;
          await park(dataSource, webhook, { event: read.data, heldFor, reason, waitsBehind }, log);
          onHeld();
          continue;
        }
        const sent = await sendPatiently(webhook, read.data, signingKey);
        if (sent.outcome === 'later') throw later(sent);
        if (sent.outcome === 'refused') {
          await park(dataSource, webhook, { event: read.data, heldFor, reason: sent.reason }, log);
          if (heldFor) {
            onHeld();
            continue;
          }
        }
        await noteDelivered(dataSource, webhook, read.data);
      }
    },
  };
}

/**
 * Sends a parked or held event again; it is no dead letter afterwards.
 * @throws Error when it is not taken or waits behind a held one
 */
export async function deliverAgain(
  dataSource: DataSource,
  webhook: Webhook,
  letter: DeadLetter,
  signingKey: string | null,
): Promise<void> {
  const event = cloudEvent.parse(letter.event);
  await requireTurn(dataSource, letter);
  const sent = await sendEvent(webhook, event, signingKey);
  if (sent.outcome !== 'done') throw later(sent);
  await noteDelivered(dataSource, webhook, event);
  await drop(dataSource, letter);
}

function later({ reason, retryAfterMs }: Sent): Error & RetryLater {
  return Object.assign(new Error(reason), { retryAfterMs });
}

async function sendPatiently(webhook: Webhook, event: CloudEvent, signingKey: string | null): Promise<Sent> {
  for (let tried = 1; ; tried += 1) {
    const sent = await sendEvent(webhook, event, signingKey);
    if (sent.outcome !== 'refused' || tried === TRIES) return sent;
    await pause(FIRST_PAUSE_MS * 2 ** (tried - 1));
  }
}

/** What a batch brought before it broke off is not sent twice. */
async function wasDelivered(dataSource: DataSource, { name }: Webhook, { id }: CloudEvent): Promise<boolean> {
  const rows = await dataSource.query<unknown[]>('SELECT FROM inbox WHERE consumer = $1 AND event_id = $2', [name, id]);
  return rows.length > 0;
}

async function noteDelivered(dataSource: DataSource, { name }: Webhook, { id }: CloudEvent): Promise<void> {
  await dataSource.query('INSERT INTO inbox (consumer, event_id) VALUES ($1, $2) ON CONFLICT DO NOTHING', [name, id]);
}
