import { createHash } from 'node:crypto';
import type { Logger } from 'pino';
import type { DataSource } from 'typeorm';
import { scrubText } from '../../../observability/scrubText.js';
import type { CloudEvent } from '../../../schema/contract.js';
import { storableJson, storableText } from '../sql/storableText.js';

/**
 * How the types of events begin that say of customers who they are, or that they are no more. They hold ids only, and each stands on those before it: none is
 * taken in while one before it about the same customers could not be.
 */
export const OF_CUSTOMERS = 'customer360.customer.';

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** How many are read at once. */
const PAGE = 500;
/** How many held events `heldEvents` names. */
const MOST_NAMED = 10;

/** An event that a consumer could not take in. */
export interface DeadLetter {
  readonly consumer: string;
  readonly eventId: string;
  readonly event: unknown;
  readonly reason: string;
  readonly parkedAt: Date;
  /** Whom a held event is about, whose later events wait behind it; null when it was parked, and the next ones followed. */
  readonly heldFor: readonly string[] | null;
}

/** A held event that failed itself, for whoever looks after the subgraph. */
export interface HeldEvent {
  readonly consumer: string;
  readonly eventId: string;
  readonly type: string;
  /** Since when it is held. */
  readonly since: Date;
  /** Why it failed the last time, without what could be personal. */
  readonly reason: string;
}

/** Why an event cannot be taken in as it is. */
export interface Refusal {
  readonly event: unknown;
  readonly reason: string;
  /** As in `DeadLetter`. */
  readonly heldFor: readonly string[] | null;
  /** The id of the held event that it waits for; left out for one that failed itself. */
  readonly waitsBehind?: string;
}

const COLUMNS = `consumer, event_id AS "eventId", event, reason, parked_at AS "parkedAt", held_for AS "heldFor"`;

/** The customers whom an event names of which none may be passed by later ones, in lower case; null for any other event, and for one that names nobody. */
export function customersOf(event: unknown): string[] | null {
  const { type, subject, data } = (event ?? {}) as Partial<CloudEvent>;
  if (typeof type !== 'string' || !type.startsWith(OF_CUSTOMERS)) return null;
  const ids = JSON.stringify([subject, data]).toLowerCase().match(UUID);
  return ids && [...new Set(ids)];
}

/** The first held event of a consumer that is about any of these customers: what comes for them waits behind it. Undefined when there is none. */
export async function heldOf(
  dataSource: DataSource,
  consumer: { readonly name: string },
  customerIds: readonly string[],
): Promise<string | undefined> {
  if (customerIds.length === 0) return undefined;
  const [row] = await dataSource.query<{ id: string }[]>(
    `SELECT event_id AS id FROM dead_letter WHERE consumer = $1 AND held_for && $2::uuid[] ORDER BY position LIMIT 1`,
    [consumer.name, customerIds],
  );
  return row?.id;
}

/** @throws Error when a letter is held and another one before it is about any of the same customers */
export async function requireTurn(dataSource: DataSource, { consumer, eventId, heldFor }: DeadLetter): Promise<void> {
  const before = heldFor && (await heldOf(dataSource, { name: consumer }, heldFor));
  if (before && before !== eventId) throw new Error(`it waits behind ${before}`);
}

/** The events that a consumer parked or holds, the oldest first; at most 1000. */
export async function deadLetters(dataSource: DataSource, consumer: { readonly name: string }): Promise<DeadLetter[]> {
  return dataSource.query<DeadLetter[]>(
    `SELECT ${COLUMNS} FROM dead_letter WHERE consumer = $1 ORDER BY position LIMIT 1000`,
    [consumer.name],
  );
}

/** The held events of a consumer in their order, read a page at a time. */
export async function* heldLetters(
  dataSource: DataSource,
  consumer: { readonly name: string },
): AsyncGenerator<DeadLetter> {
  let position = '0';
  for (;;) {
    const page = await dataSource.query<(DeadLetter & { position: string })[]>(
      `SELECT ${COLUMNS}, position FROM dead_letter WHERE consumer = $1 AND held_for IS NOT NULL AND position > $2
       ORDER BY position LIMIT ${PAGE}`,
      [consumer.name, position],
    );
    yield* page;
    const last = page.at(-1);
    if (last === undefined) return;
    position = last.position;
  }
}

/** The held events of all consumers that failed themselves, the oldest first; at most ten. Others may wait behind them. */
export async function heldEvents(dataSource: DataSource): Promise<HeldEvent[]> {
  const rows = await dataSource.query<HeldEvent[]>(
    `SELECT consumer, event_id AS "eventId", event->>'type' AS type, parked_at AS since, reason FROM dead_letter
     WHERE held_for IS NOT NULL AND waits_behind IS NULL ORDER BY position LIMIT ${MOST_NAMED}`,
  );
  return rows.map((row) => ({ ...row, reason: scrubText(row.reason) }));
}

/** A held event that had its turn failed again. */
export async function failedAgain(
  dataSource: DataSource,
  { consumer, eventId }: DeadLetter,
  reason: string,
): Promise<void> {
  await dataSource.query(
    'UPDATE dead_letter SET reason = $3, waits_behind = NULL WHERE consumer = $1 AND event_id = $2',
    [consumer, eventId, shortened(reason)],
  );
}

/** Gives an event up that could not be taken in: it never will be, and what waits behind it follows. */
export async function drop(dataSource: DataSource, { consumer, eventId }: DeadLetter): Promise<void> {
  await dataSource.query('DELETE FROM dead_letter WHERE consumer = $1 AND event_id = $2', [consumer, eventId]);
}

/** Keeps an event that a consumer could not take in, for `npm run events`: parked, or held when it has `heldFor`. */
export async function park(
  dataSource: DataSource,
  consumer: { readonly name: string },
  { event, reason, heldFor, waitsBehind }: Refusal,
  log: Logger,
): Promise<void> {
  const id = (event as { id?: unknown } | null)?.id;
  const text = storableJson(event ?? null);
  // Of one without an id, a name of its own: two of them are not one, and one that is delivered again is.
  const eventId =
    typeof id === 'string' && id !== ''
      ? storableText(id.slice(0, 200))
      : `unknown ${createHash('sha256').update(text).digest('hex')}`;
  await dataSource.query(
    `INSERT INTO dead_letter (consumer, event_id, event, reason, held_for, waits_behind)
     VALUES ($1, $2, $3::jsonb, $4, $5::uuid[], $6) ON CONFLICT DO NOTHING`,
    [consumer.name, eventId, text, shortened(reason), heldFor, waitsBehind ?? null],
  );
  const line = { consumer: consumer.name, eventId, reason: scrubText(reason) };
  if (heldFor === null) log.error(line, 'an event was parked; npm run events tells and replays them');
  else if (waitsBehind === undefined)
    log.error(line, 'an event is held, and later ones about the same customers with it; it is tried again');
  else log.debug(line, 'an event is held behind another');
}

function shortened(reason: string): string {
  return storableText(reason.slice(0, 1000));
}
