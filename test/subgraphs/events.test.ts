import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import type { DataSource } from 'typeorm';
import { z } from 'zod';
import type { CloudEvent, EventType } from '../../schema/contract.js';
import type { Class } from '../../subgraphs/kit/graph/Class.js';
import type { SubgraphDefinition } from '../../subgraphs/kit/serve/defineSubgraph.js';
import { Notifier } from '../../subgraphs/kit/sql/Notifier.js';
import { HoldEvents1764500000000 } from '../../subgraphs/kit/sql/migrations/HoldEvents1764500000000.js';
import { createDataSource } from '../../subgraphs/kit/sql/createDataSource.js';
import { eventConsumer, type EventConsumer } from '../../subgraphs/kit/flow/EventConsumer.js';
import { openEventBus } from '../../subgraphs/kit/flow/openEventBus.js';
import { listen } from '../../subgraphs/kit/flow/listen.js';
import { Outbox, outboxChannel } from '../../subgraphs/kit/flow/Outbox.js';
import { type SubgraphEvents, startEvents } from '../../subgraphs/kit/serve/startEvents.js';
import { deadLetters } from '../../subgraphs/kit/flow/deadLetters.js';
import { replay } from '../../subgraphs/kit/flow/takeInEvents.js';
import { migrateSubgraph } from '../../subgraphs/kit/ownership/migrateSubgraph.js';
import { TEST_SIGNING_KEY } from '../support/asGateway.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';
import { waitUntil } from '../support/waitUntil.js';

const log = pino({ level: 'silent' });
const noted: EventType<{ text: string }> = { type: 'test.noted.v1', data: z.strictObject({ text: z.string() }) };

/** The health of who has nothing left to do. */
const QUIET = { outbox: 0, deadLetters: 0, heldEvents: 0, held: [] };

let database: TestDatabase;
let writer: DataSource;
let reader: DataSource;
const running: SubgraphEvents[] = [];

function definition(name: string, consumers: readonly EventConsumer[] = []): SubgraphDefinition {
  const resolvers: [Class] = [class {}];
  const access = { read: 'notes:read', write: 'notes:write' };
  return {
    name,
    port: 0,
    access,
    resolvers,
    types: [],
    references: {},
    entities: [],
    migrations: [],
    consumers,
  };
}

/** Writes each text into a table; fails for the texts in `failing`. */
function noteTaker(failing: Set<string>, event = noted): EventConsumer {
  return eventConsumer({
    name: 'notes',
    event,
    async handle(events, manager) {
      for (const { data } of events) {
        await manager.query('INSERT INTO note (text) VALUES ($1)', [data.text]);
        if (failing.has(data.text)) throw new Error(`cannot read ${data.text}`);
      }
    },
  });
}

function start(which: SubgraphDefinition, dataSource: DataSource): SubgraphEvents {
  const config = {
    databaseUrl: database.url,
    host: '',
    port: 0,
    identityUrl: '',
    signingKeys: [TEST_SIGNING_KEY],
    poolSize: 2,
  };
  const events = startEvents(which, config, dataSource, log);
  running.push(events);
  return events;
}

/** An event of the emitting subgraph. */
function noteOf(text: string): CloudEvent {
  return {
    specversion: '1.0',
    id: randomUUID(),
    source: '/elsewhere',
    type: noted.type,
    subject: 'a',
    time: '2026-03-01T10:00:00+01:00',
    datacontenttype: 'application/json',
    data: { text },
  };
}

/** A write of the emitting subgraph, with its events. */
async function write(texts: readonly string[], end: () => void = () => undefined, by = writer): Promise<void> {
  await by.transaction(async (manager) => {
    const outbox = new Outbox('writer');
    for (const text of texts) {
      await manager.query('INSERT INTO written (text) VALUES ($1)', [text]);
      outbox.add(noted, 'a', { text });
    }
    await outbox.save(manager);
    end();
  });
}

async function notes(): Promise<string[]> {
  const rows = await reader.query<{ text: string }[]>('SELECT text FROM note ORDER BY position');
  return rows.map(({ text }) => text);
}

beforeEach(async () => {
  database = await createTestDatabase();
  await migrateSubgraph(definition('writer'), database.url);
  await migrateSubgraph(definition('reader'), database.url);
  writer = await createDataSource(definition('writer'), { url: database.url, poolSize: 4 }).initialize();
  reader = await createDataSource(definition('reader'), { url: database.url, poolSize: 4 }).initialize();
  await writer.query('CREATE TABLE written (text text)');
  await reader.query('CREATE TABLE note (position bigint GENERATED ALWAYS AS IDENTITY, text text)');
});

afterEach(async () => {
  await Promise.all(running.splice(0).map((events) => events.stop()));
  await Promise.all([writer.destroy(), reader.destroy()]);
  await database.drop();
});

test('an event arrives when its write is committed, and never when it is not', async () => {
  start(definition('writer'), writer);
  start(definition('reader', [noteTaker(new Set())]), reader);
  await expect(
    write(['undone'], () => {
      throw new Error('on second thoughts');
    }),
  ).rejects.toThrow('on second thoughts');
  await write(['one', 'two']);
  await write(['three']);
  await waitUntil(async () => (await notes()).length === 3);
  expect(await notes()).toEqual(['one', 'two', 'three']);
});

test('the relay is woken once a write is committed, and not by the transaction that writes', async () => {
  const statements: string[] = [];
  const watched = await createDataSource(definition('writer'), {
    url: database.url,
    onStatement: (statement) => statements.push(statement),
  }).initialize();
  const heard: Promise<number>[] = [];
  const onCall = () => heard.push(writer.query<unknown[]>('SELECT FROM outbox').then(({ length }) => length));
  const listener = await listen({ connectionString: database.url }, outboxChannel('writer'), onCall, () => undefined);
  await expect(
    write(
      ['undone'],
      () => {
        throw new Error('on second thoughts');
      },
      watched,
    ),
  ).rejects.toThrow('on second thoughts');
  statements.length = 0;
  await write(['one', 'two'], undefined, watched);
  await waitUntil(() => heard.length > 0);
  await Promise.all([listener.end(), watched.destroy()]);
  // Of what was undone nobody was told.
  expect(await Promise.all(heard)).toEqual([2]);
  expect(statements.map((statement) => /START TRANSACTION|COMMIT|INTO \w+|pg_notify/.exec(statement)?.[0])).toEqual([
    'START TRANSACTION',
    'INTO written',
    'INTO written',
    'INTO outbox',
    'COMMIT',
    'pg_notify',
  ]);
});

test('many wakes at once are few notifications, and whoever calls last is heard', async () => {
  const sending: (() => void)[] = [];
  const notifier = new Notifier(() => new Promise<void>((sent) => sending.push(sent)));
  for (let call = 0; call < 100; call += 1) notifier.notify();
  expect(sending).toHaveLength(1);
  notifier.notify();
  sending[0]?.();
  await waitUntil(() => sending.length > 1);
  sending[1]?.();
  await notifier.idle();
  expect(sending).toHaveLength(2);
  notifier.notify();
  expect(sending).toHaveLength(3);
});

test('what a writer committed that was killed before it could wake anybody arrives nevertheless', async () => {
  start(definition('writer'), writer);
  start(definition('reader', [noteTaker(new Set())]), reader);
  await write(['one']);
  await waitUntil(async () => (await notes()).length === 1);
  // As the transaction of `write` leaves it.
  await writer.query('INSERT INTO outbox (event) VALUES ($1)', [noteOf('two')]);
  await waitUntil(async () => (await notes()).length === 2);
  expect(await notes()).toEqual(['one', 'two']);
});

test('what was committed while nobody published is published by the next start, once by two replicas', async () => {
  await write(['one']);
  await write(['two']);
  const first = start(definition('writer'), writer);
  start(definition('writer'), writer);
  start(definition('reader', [noteTaker(new Set())]), reader);
  start(definition('reader', [noteTaker(new Set())]), reader);
  await waitUntil(async () => (await notes()).length === 2);
  expect(await first.health()).toEqual(QUIET);
  await first.stop();
  await write(['three']);
  await waitUntil(async () => (await notes()).length === 3);
  expect(await notes()).toEqual(['one', 'two', 'three']);
});

test('the same event published again writes nothing again', async () => {
  start(definition('reader', [noteTaker(new Set())]), reader);
  await write(['one']);
  const [{ event }] = await writer.query<[{ event: never }]>('SELECT event FROM outbox');
  start(definition('writer'), writer);
  await waitUntil(async () => (await notes()).length === 1);
  // As after the log's own memory is over.
  await reader.query('DELETE FROM event_bus.log');
  const bus = openEventBus(database.url, log);
  await bus.publish([event]);
  await bus.close();
  await write(['two']);
  await waitUntil(async () => (await notes()).length === 2);
  expect(await notes()).toEqual(['one', 'two']);
});

test('an event that goes on failing is parked, the next ones go in, and a replay takes it in', async () => {
  const failing = new Set(['two']);
  const consumer = noteTaker(failing);
  start(definition('writer'), writer);
  const events = start(definition('reader', [consumer]), reader);
  await write(['one', 'two', 'three']);
  await waitUntil(async () => (await notes()).length === 2);
  expect(await notes()).toEqual(['one', 'three']);
  expect(await events.health()).toEqual({ ...QUIET, deadLetters: 1 });
  const [letter] = await deadLetters(reader, consumer);
  expect(letter).toMatchObject({ consumer: 'notes', reason: 'cannot read two', event: { data: { text: 'two' } } });
  if (letter === undefined) throw new Error('no dead letter');

  await expect(replay(reader, consumer, letter)).rejects.toThrow('cannot read two');
  expect(await events.health()).toMatchObject({ deadLetters: 1 });
  failing.clear();
  await replay(reader, consumer, letter);
  expect(await notes()).toEqual(['one', 'three', 'two']);
  expect(await events.health()).toEqual(QUIET);
});

test.each([
  ['of a version that is not known', { type: 'test.noted.v2' }, /test\.noted\.v2 is not known here/],
  ['whose data is not what its type says', { data: { words: 'x' } }, /not what its type says: text/],
  ['that is no CloudEvent', { time: 'yesterday' }, /not a CloudEvent: time/],
])('an event %s is parked, not dropped', async (_what, wrong, reason) => {
  const consumer = noteTaker(new Set());
  start(definition('reader', [consumer]), reader);
  const good = noteOf('good');
  const bad = { ...good, id: randomUUID(), ...wrong };
  const bus = openEventBus(database.url, log);
  await bus.publish([bad, good]);
  await waitUntil(async () => (await notes()).length === 1);
  await bus.close();
  const [letter] = await deadLetters(reader, consumer);
  expect(letter).toMatchObject({ eventId: bad.id, event: bad });
  expect(letter?.reason).toMatch(reason);
});

test('an event of which customers exist is held: later ones about the same wait behind it, all others go in', async () => {
  const told = { ...noted, type: 'customer360.customer.told.v1' };
  const [ada, bob, eve] = [randomUUID(), randomUUID(), randomUUID()];
  const failing = new Set(['ada 1']);
  const consumer = noteTaker(failing, told);
  const tell = (texts: readonly (readonly [text: string, subject: string])[]) =>
    writer.transaction(async (manager) => {
      const outbox = new Outbox('writer');
      for (const [text, subject] of texts) outbox.add(told, subject, { text });
      await outbox.save(manager);
    });
  start(definition('writer'), writer);
  const events = start(definition('reader', [consumer]), reader);
  await tell([
    ['eve 1', eve],
    ['ada 1', ada],
    // Names Ada in what it says.
    [`bob 1 and ${ada.toUpperCase()}`, bob],
    ['eve 2', eve],
  ]);
  await waitUntil(async () => (await notes()).length === 2);
  await tell([
    ['bob 2', bob],
    ['ada 2', ada],
    ['eve 3', eve],
  ]);
  await waitUntil(async () => (await notes()).length === 3);
  expect(await notes()).toEqual(['eve 1', 'eve 2', 'eve 3']);
  const letters = await deadLetters(reader, consumer);
  expect(letters.map(({ event }) => (event as CloudEvent).subject)).toEqual([ada, bob, bob, ada]);
  const [first, second] = letters;
  if (first === undefined || second === undefined) throw new Error('nothing is held');
  expect(await events.health()).toEqual({
    ...QUIET,
    heldEvents: 4,
    held: [
      {
        consumer: 'notes',
        eventId: first.eventId,
        type: told.type,
        since: first.parkedAt,
        reason: 'cannot read ada 1',
      },
    ],
  });
  await expect(replay(reader, consumer, second)).rejects.toThrow(`it waits behind ${first.eventId}`);

  // Another process goes on with them, by itself.
  await events.stop();
  failing.clear();
  const others = start(definition('reader', [consumer]), reader);
  await waitUntil(async () => (await notes()).length === 7);
  expect((await notes()).slice(3)).toEqual(['ada 1', `bob 1 and ${ada.toUpperCase()}`, 'bob 2', 'ada 2']);
  expect(await others.health()).toEqual(QUIET);
});

test('what was parked before any event was held stays parked', async () => {
  const consumer = noteTaker(new Set());
  const runner = reader.createQueryRunner();
  const migration = new HoldEvents1764500000000();
  await migration.down(runner);
  await runner.query(`INSERT INTO dead_letter (consumer, event_id, event, reason) VALUES ('notes', $1, $2, 'it was')`, [
    randomUUID(),
    noteOf('one'),
  ]);
  await migration.up(runner);
  await runner.release();
  const [letter] = await deadLetters(reader, consumer);
  expect(letter).toMatchObject({ reason: 'it was', heldFor: null });
  if (letter === undefined) throw new Error('no dead letter');
  await replay(reader, consumer, letter);
  expect(await notes()).toEqual(['one']);
  expect(await deadLetters(reader, consumer)).toEqual([]);
});

test('an earlier version of an event of which customers exist is over: it is parked, and holds nothing back', async () => {
  const told = { ...noted, type: 'customer360.customer.told.v2' };
  const consumer = noteTaker(new Set(), told);
  start(definition('reader', [consumer]), reader);
  const subject = randomUUID();
  const bus = openEventBus(database.url, log);
  const [earlier, current, later, behind] = ['v1', 'v2', 'v3', 'v2'].map((version, n) => ({
    ...noteOf(`${version} ${n}`),
    subject,
    type: `customer360.customer.told.${version}`,
  })) as [CloudEvent, CloudEvent, CloudEvent, CloudEvent];
  await bus.publish([earlier, current, later, behind]);
  await waitUntil(async () => (await deadLetters(reader, consumer)).length === 3);
  await bus.close();
  expect(await notes()).toEqual(['v2 1']);
  const letters = await deadLetters(reader, consumer);
  expect(letters.map(({ eventId, heldFor }) => [eventId, heldFor])).toEqual([
    [earlier.id, null],
    [later.id, [subject]],
    [behind.id, [subject]],
  ]);
});

test.each([
  ['is told to shut down', '57P01'],
  ['waits for a lock for too long', '55P03'],
  ['takes too long', '57014'],
  ['and another wait for each other', '40P01'],
  ['meets another that changes the same', '40001'],
])('while what it writes %s nothing is parked, and everything arrives afterwards', async (_what, code) => {
  const consumer = noteTaker(new Set());
  start(definition('writer'), writer);
  const events = start(definition('reader', [consumer]), reader);
  await write(['one']);
  await waitUntil(async () => (await notes()).length === 1);
  const name = new URL(database.url).pathname.slice(1);
  await reader.query(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'not now' USING ERRCODE = '${code}'; END $$`);
  await reader.query('CREATE TRIGGER refusing BEFORE INSERT ON note EXECUTE FUNCTION refuse()');
  await write(['two', 'three']);
  await waitUntil(async () => {
    const [row] = await reader.query<{ seen: boolean }[]>(
      `SELECT xact_rollback > 2 AS seen FROM pg_stat_database WHERE datname = $1`,
      [name],
    );
    return row?.seen ?? false;
  });
  expect(await events.health()).toMatchObject({ deadLetters: 0 });
  await reader.query('DROP TRIGGER refusing ON note');
  await waitUntil(async () => (await notes()).length === 3);
  expect(await notes()).toEqual(['one', 'two', 'three']);
  expect(await events.health()).toEqual(QUIET);
});
