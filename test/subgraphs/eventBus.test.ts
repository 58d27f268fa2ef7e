import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { pino } from 'pino';
import { Client } from 'pg';
import type { CloudEvent } from '../../schema/contract.js';
import type { BusReader, EventBus } from '../../subgraphs/kit/flow/EventBus.js';
import { NatsEventBus } from '../../subgraphs/kit/flow/NatsEventBus.js';
import { PostgresEventBus } from '../../subgraphs/kit/flow/PostgresEventBus.js';
import { describeWithNats, hasNats, startNats, type TestNats } from '../support/nats.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';
import { waitUntil } from '../support/waitUntil.js';

const log = pino({ level: 'silent' });

/** What every event bus must do, and what it takes to try it. */
interface Adapter {
  open(): EventBus;
  /** Cuts every connection that the bus has now. */
  cut(): Promise<void>;
}

let database: TestDatabase;
let nats: TestNats | undefined;
beforeAll(async () => {
  database = await createTestDatabase();
  if (hasNats) nats = await startNats();
});
afterAll(async () => {
  await nats?.stop();
  await database.drop();
});

const postgres: Adapter = {
  open: () => new PostgresEventBus(database.url, log),
  async cut() {
    const client = new Client({ connectionString: database.url });
    await client.connect();
    await client.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    );
    await client.end();
  },
};

const jetstream: Adapter = {
  open: () => new NatsEventBus(nats?.url ?? '', log),
  cut: async () => nats?.restart(),
};

function eventOf(name: string, subject: string, data: unknown): CloudEvent {
  const time = new Date().toISOString();
  const type = `${name}.v1`;
  const source = '/customer360/test';
  return {
    specversion: '1.0',
    id: randomUUID(),
    source,
    type,
    subject,
    time,
    datacontenttype: 'application/json',
    data,
  };
}

/** A name of one test alone: consumers are remembered for ever. */
const fresh = () => `test.${randomUUID()}`;

/** A consumer that writes down what it is brought. */
function reading(bus: EventBus, name: string, types: readonly string[], fail: () => boolean = () => false) {
  const read: CloudEvent[] = [];
  const reader: BusReader = bus.consume({
    name,
    types,
    handle: async (deliveries) => {
      if (fail()) throw new Error('cannot take it in now');
      read.push(...deliveries.map(({ event }) => event as CloudEvent));
    },
  });
  return { read, reader };
}

/** What every bus must do. */
function contract(adapter: Adapter): void {
  test('forgets what somebody published about some, but which customers exist; the rest stays in its order', async () => {
    const bus = adapter.open();
    const name = fresh();
    const [gone, here] = [randomUUID(), randomUUID()];
    const other = { ...eventOf(name, gone, 'of another'), source: '/customer360/other' };
    const erased = eventOf(`customer360.customer.${name}`, gone, 'ids only');
    await bus.publish([
      ...[1, 2].map((number) => eventOf(name, gone.toUpperCase(), number)),
      eventOf(name, here, 3),
      other,
      erased,
      eventOf(name, here, 4),
    ]);
    expect(await bus.forget('/customer360/test', [gone])).toEqual(new Map([[gone, 2]]));
    expect(await bus.forget('/customer360/test', [gone])).toEqual(new Map());
    const { read, reader } = reading(bus, fresh(), [name, `customer360.customer.${name}`]);
    await waitUntil(async () => read.length === 4 && (await reader.lag()) === 0);
    expect(new Set(read.map(({ data }) => data))).toEqual(new Set([3, 4, 'ids only', 'of another']));
    expect(read.filter(({ subject }) => subject === here).map(({ data }) => data)).toEqual([3, 4]);
    await reader.stop();
    await bus.close();
  });

  test('brings 10,000 events of eight publishers each once, in the order of each publisher', async () => {
    const name = fresh();
    const buses = Array.from({ length: 8 }, () => adapter.open());
    const { read, reader } = reading(buses[0] as EventBus, name, [name]);
    await Promise.all(
      buses.map(async (bus, publisher) => {
        for (let begin = 0; begin < 1250; begin += 50) {
          const events = Array.from({ length: 50 }, (_, index) => eventOf(name, String(publisher), begin + index));
          await bus.publish(events);
        }
      }),
    );
    await waitUntil(() => read.length >= 10_000);
    // The last batch is marked as taken in after its consumer has returned.
    await waitUntil(async () => (await reader.lag()) === 0);
    await reader.stop();
    await Promise.all(buses.map((bus) => bus.close()));
    expect(read).toHaveLength(10_000);
    for (let publisher = 0; publisher < 8; publisher += 1) {
      const numbers = read.filter(({ subject }) => subject === String(publisher)).map(({ data }) => data);
      expect(numbers).toEqual(Array.from({ length: 1250 }, (_, index) => index));
    }
  });

  test('brings an event that is published twice once, and nothing of other types', async () => {
    const name = fresh();
    const bus = adapter.open();
    const event = eventOf(name, 'a', 1);
    await bus.publish([event]);
    await bus.publish([eventOf(`${name}.other`, 'a', 0), event]);
    const last = eventOf(name, 'a', 2);
    await bus.publish([last]);
    const { read, reader } = reading(bus, name, [name]);
    await waitUntil(() => read.some(({ id }) => id === last.id));
    await reader.stop();
    await bus.close();
    expect(read).toEqual([event, last]);
  });

  test('tells how much waits for a consumer that has never read', async () => {
    const name = fresh();
    const bus = adapter.open();
    await bus.publish([eventOf(name, 'a', 1), eventOf(`${name}.other`, 'a', 2), eventOf(name, 'a', 3)]);
    const { read, reader } = reading(bus, name, [name]);
    expect(await reader.lag()).toBeLessThanOrEqual(2);
    await waitUntil(() => read.length === 2);
    await reader.stop();
    await bus.close();
  });

  test('goes on where a consumer stopped, with what was published meanwhile', async () => {
    const name = fresh();
    const bus = adapter.open();
    const first = reading(bus, name, [name]);
    await bus.publish([eventOf(name, 'a', 1)]);
    await waitUntil(() => first.read.length === 1);
    await first.reader.stop();
    await bus.publish([eventOf(name, 'a', 2), eventOf(name, 'a', 3)]);
    const second = reading(bus, name, [name]);
    // Asked while the reader begins: it knows where the first stopped.
    expect(await second.reader.lag()).toBeLessThanOrEqual(2);
    await waitUntil(() => second.read.length === 2);
    await second.reader.stop();
    await bus.close();
    expect(first.read).toHaveLength(1);
    expect(second.read.map(({ data }) => data)).toEqual([2, 3]);
  });

  test('brings again what a consumer could not take in, before anything later', async () => {
    const name = fresh();
    const bus = adapter.open();
    let failures = 2;
    const { read, reader } = reading(bus, name, [name], () => failures-- > 0);
    await bus.publish([eventOf(name, 'a', 1)]);
    await bus.publish([eventOf(name, 'a', 2)]);
    await waitUntil(() => read.length === 2);
    await reader.stop();
    await bus.close();
    expect(read.map(({ data }) => data)).toEqual([1, 2]);
  });

  test('loses nothing and repeats nothing that was taken in when all its connections are cut', async () => {
    const name = fresh();
    const bus = adapter.open();
    const { read, reader } = reading(bus, name, [name]);
    await bus.publish([eventOf(name, 'a', 0)]);
    await waitUntil(() => read.length === 1);
    for (let index = 1; index <= 200; index += 1) {
      if (index % 80 === 0) await adapter.cut();
      const event = eventOf(name, 'a', index);
      // As the relay does: again, until the bus says that it has it.
      await waitUntil(async () =>
        bus.publish([event]).then(
          () => true,
          () => false,
        ),
      );
    }
    await waitUntil(() => read.at(-1)?.data === 200);
    await reader.stop();
    await bus.close();
    const ids = read.map(({ data }) => data);
    // At least once: what was being taken in when the connection went may come again, right where it was.
    expect([...new Set(ids)]).toEqual(Array.from({ length: 201 }, (_, index) => index));
  });
}

describe('the event bus on Postgres', () => {
  contract(postgres);

  test('does not notify within the statement that writes, for then one commit would wait for the other', async () => {
    const bus = postgres.open();
    const name = fresh();
    const { read, reader } = reading(bus, name, [name]);
    await bus.publish([eventOf(name, 'a', 1)]);
    await waitUntil(() => read.length === 1);
    const client = new Client({ connectionString: database.url });
    await client.connect();
    await client.query('BEGIN; LOCK TABLE event_bus.log IN SHARE MODE');
    const published = bus.publish([eventOf(name, 'a', 2)]);
    const writing: string[] = [];
    await waitUntil(async () => {
      const { rows } = await client.query<{ query: string }>(
        `SELECT query FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      // The readers of the first are perhaps just being woken.
      writing.push(...rows.map(({ query }) => query).filter((query) => query.includes('event_bus.log')));
      return writing.length > 0;
    });
    await client.query('COMMIT');
    await published;
    await waitUntil(() => read.length === 2);
    await client.end();
    await reader.stop();
    await bus.close();
    expect(writing.join()).toContain('INSERT INTO event_bus.log');
    expect(writing.join()).not.toMatch(/notify/i);
  });

  test('brings what is committed late before what is committed early behind it', async () => {
    const name = fresh();
    const [slow, fast] = [postgres.open(), postgres.open()];
    const { read, reader } = reading(fast, name, [name]);
    await fast.publish([eventOf(name, 'first', 0)]);
    await waitUntil(() => read.length === 1);
    const client = new Client({ connectionString: database.url });
    await client.connect();
    // It has its place in the log, and is not committed yet.
    await client.query(`CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN PERFORM pg_sleep(0.3); RETURN NULL; END $$`);
    await client.query(`CREATE TRIGGER dawdle AFTER INSERT ON event_bus.log FOR EACH ROW
      WHEN (NEW.event->>'subject' = 'slow') EXECUTE FUNCTION dawdle()`);
    const late = slow.publish([eventOf(name, 'slow', 1)]);
    await waitUntil(async () => {
      const { rows } = await client.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'`,
      );
      return rows.length > 0;
    });
    await fast.publish([eventOf(name, 'fast', 2)]);
    await late;
    await waitUntil(() => read.length === 3);
    await client.query('DROP FUNCTION dawdle() CASCADE');
    await client.end();
    await reader.stop();
    await Promise.all([slow.close(), fast.close()]);
    expect(read.map(({ subject }) => subject)).toEqual(['first', 'slow', 'fast']);
  });
});
describeWithNats('the event bus on NATS', () => {
  contract(jetstream);

  test('keeps the order of a subject when one event in the middle of a batch cannot be published', async () => {
    const name = fresh();
    const bus = jetstream.open();
    const { read, reader } = reading(bus, name, [name]);
    await bus.publish([eventOf(name, 'a', 0)]);
    const connection = await connect({ servers: nats?.url ?? '' });
    const { streams } = await jetstreamManager(connection);
    const [stream] = await streams.names().next();
    if (stream === undefined) throw new Error('there is no stream');
    const tooLarge = 'x'.repeat(2_000);
    const batch = [
      eventOf(name, 'a', 1),
      eventOf(name, 'a', 2),
      eventOf(name, 'b', 1),
      eventOf(name, 'a', tooLarge),
      eventOf(name, 'a', 4),
      eventOf(name, 'b', 2),
      eventOf(name, 'a', 5),
    ];
    await streams.update(stream, { max_msg_size: 1_000 });
    await expect(bus.publish(batch)).rejects.toThrow(/size/);
    await streams.update(stream, { max_msg_size: -1 });
    // As the relay does: all of it again.
    await bus.publish(batch);
    await waitUntil(() => read.length >= 8);
    await reader.stop();
    await Promise.all([bus.close(), connection.close()]);
    const of = (subject: string) => read.filter((event) => event.subject === subject).map(({ data }) => data);
    expect(of('a')).toEqual([0, 1, 2, tooLarge, 4, 5]);
    expect(of('b')).toEqual([1, 2]);
  });
});
