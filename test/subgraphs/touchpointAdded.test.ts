import { readFile } from 'node:fs/promises';
import { createClient } from 'graphql-ws';
import { pino } from 'pino';
import { v7 as uuid } from 'uuid';
import { WebSocket } from 'ws';
import { Touchpoint } from '../../subgraphs/touchpoints/entities/Touchpoint.js';
import { listen } from '../../subgraphs/kit/flow/listen.js';
import { startSubgraph } from '../../subgraphs/kit/serve/startSubgraph.js';
import { notifyAfterCommit } from '../../subgraphs/kit/sql/notifyAfterCommit.js';
import { TOUCHPOINTS_CHANNEL } from '../../subgraphs/touchpoints/addTouchpoint.js';
import { touchpoints } from '../../subgraphs/touchpoints/subgraph.js';
import { gatewaySocket, type GatewaySocket, TEST_SIGNING_KEY } from '../support/asGateway.js';
import { startGateway } from '../support/fixtureGateway.js';
import { nextAnswer } from '../support/liveGateway.js';
import { waitUntil } from '../support/waitUntil.js';
import { startTestSubgraph, type TestSubgraph, type Untyped } from '../support/startTestSubgraph.js';

const ADDED = `subscription ($filter: TouchpointAddedFilter, $after: String) {
  touchpointAdded(filter: $filter, after: $after) { cursor touchpoint { summary channel } }
}`;

/** The next event of the subscription `ADDED`. */
async function next(events: AsyncIterator<Untyped>): Promise<{ cursor: string; summary: string }> {
  const { data, errors } = await nextAnswer(events);
  expect(errors).toBeUndefined();
  const { cursor, touchpoint } = (data as Untyped).touchpointAdded;
  return { cursor, summary: touchpoint.summary };
}

describe('touchpointAdded', () => {
  let subgraph: TestSubgraph & { identity: TestSubgraph };
  let client: GatewaySocket;

  beforeAll(async () => {
    subgraph = await startTestSubgraph(touchpoints);
    client = gatewaySocket('touchpoints', subgraph.url);
  });

  afterAll(async () => {
    await client.dispose();
    await subgraph.stop();
  });

  async function newCustomer(name: string): Promise<string> {
    const { data } = await subgraph.identity.ask(
      'mutation ($input: IdentifyCustomerInput!) { identifyCustomer(input: $input) { customer { id } } }',
      { input: { displayName: name, emails: [`${uuid()}@example.com`] } },
    );
    return data.identifyCustomer.customer.id as string;
  }

  async function record(
    customerId: string,
    summary: string,
    channel = 'PHONE',
    sentiment: string | null = null,
  ): Promise<void> {
    const input = { customerId, summary, channel, sentiment, direction: 'INBOUND', department: 'SERVICE' };
    const { errors } = await subgraph.ask(
      'mutation ($input: RecordTouchpointInput!) { recordTouchpoint(input: $input) { id } }',
      { input },
    );
    expect(errors).toBeUndefined();
  }

  /** How many connections of the subgraph wait for notifications. */
  async function untilListening(count: number): Promise<void> {
    const waiting = `SELECT count(*)::int AS n FROM pg_stat_activity
      WHERE datname = current_database() AND query = 'LISTEN "customer360.touchpoints.recorded"'`;
    await waitUntil(async () => {
      const [row] = await subgraph.database.dataSource.query<{ n: number }[]>(waiting);
      return row?.n === count;
    });
  }

  test('shows what is recorded, in order, by customer and channel, and nobody listens afterwards', async () => {
    const [ada, bob] = [await newCustomer('Ada'), await newCustomer('Bob')];
    const closed = client.iterate({ query: ADDED, caller: { subject: 'somebody', scopes: ['sales:write'] } });
    expect((await nextAnswer(closed)).errors).toMatchObject([
      { message: 'Subscription.touchpointAdded needs the scope "customer:read".', extensions: { code: 'FORBIDDEN' } },
    ]);
    const all = client.iterate({ query: ADDED });
    const calls = client.iterate({ query: ADDED, variables: { filter: { customerIds: [ada], channels: ['PHONE'] } } });
    const [first, firstCall] = [next(all), next(calls)];
    await untilListening(1);
    await record(bob, 'one');
    await record(ada, 'two', 'EMAIL');
    await record(ada, 'three');
    expect((await first).summary).toBe('one');
    expect((await next(all)).summary).toBe('two');
    expect((await next(all)).summary).toBe('three');
    expect((await firstCall).summary).toBe('three');
    await all.return?.();
    await calls.return?.();
    await untilListening(0);
  });

  test('is announced once it is committed, and not by the transaction that writes it', async () => {
    const ada = await newCustomer('Ada');
    let heard = 0;
    const onCall = () => (heard += 1);
    const listener = await listen(subgraph.database.connection, TOUCHPOINTS_CHANNEL, onCall, () => undefined);
    const statements = await subgraph.statements(() => record(ada, 'announced'));
    await waitUntil(() => heard > 0);
    await listener.end();
    const [begin, commit] = ['START TRANSACTION', 'COMMIT'].map((which) => statements.indexOf(which));
    const written = statements.slice(begin, commit);
    expect(written.some((statement) => statement.includes('INSERT INTO "touchpoints"."touchpoint"'))).toBe(true);
    expect(written.filter((statement) => /notify/i.test(statement))).toEqual([]);
    // Nor by a function that a statement of it calls.
    const functions = await subgraph.database.dataSource.query(
      `SELECT oid::regprocedure FROM pg_proc WHERE pronamespace = 'touchpoints'::regnamespace AND prosrc ILIKE '%notify%'`,
    );
    expect(functions).toEqual([]);
  });

  test('leaves none out that others than the graph write, such as an import, and commit late', async () => {
    const ada = await newCustomer('Ada');
    const events = client.iterate({ query: ADDED, variables: { filter: { customerIds: [ada] } } });
    const first = next(events);
    await untilListening(1);
    const { dataSource } = subgraph.database;
    const runner = dataSource.createQueryRunner();
    await runner.startTransaction();
    await runner.query(
      `INSERT INTO touchpoint (id, customer_id, occurred_at, channel, direction, kind, department, summary)
       VALUES ($1, $2, now(), 'PHONE', 'INBOUND', 'NOTE', 'OTHER', 'imported')`,
      [uuid(), ada],
    );
    const recorded = record(ada, 'recorded');
    await waitUntil(async () => {
      const waiting = await dataSource.query<unknown[]>(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      return waiting.length > 0;
    });
    await runner.commitTransaction();
    await runner.release();
    await recorded;
    expect([(await first).summary, (await next(events)).summary]).toEqual(['imported', 'recorded']);
    await events.return?.();
  });

  test('goes on behind a cursor: thousands that were missed, then what comes, each once', async () => {
    const ada = await newCustomer('Ada');
    const before = client.iterate({ query: ADDED, variables: { filter: { customerIds: [ada] } } });
    const first = next(before);
    await untilListening(1);
    await record(ada, 'seen');
    const { cursor } = await first;
    await before.return?.();

    const rows = Array.from({ length: 1_200 }, (_, index) => ({
      id: uuid(),
      customerId: ada,
      occurredAt: new Date(),
      recordedAt: new Date(),
      channel: 'WEB' as const,
      direction: 'INBOUND' as const,
      kind: 'VISIT' as const,
      department: 'OTHER' as const,
      summary: `missed ${index}`,
    }));
    await subgraph.database.dataSource.manager.insert(Touchpoint, rows);
    const events = client.iterate({ query: ADDED, variables: { filter: { customerIds: [ada] }, after: cursor } });
    for (let index = 0; index < 600; index += 1) expect((await next(events)).summary).toBe(`missed ${index}`);
    await record(ada, 'new');
    for (let index = 600; index < 1_200; index += 1) expect((await next(events)).summary).toBe(`missed ${index}`);
    expect((await next(events)).summary).toBe('new');
    await record(ada, 'newer');
    expect((await next(events)).summary).toBe('newer');
    await events.return?.();
    await untilListening(0);
  });

  test('many who come back at once from places of their own miss nothing, and what they missed is read once for all', async () => {
    const ada = await newCustomer('Ada');
    const first = client.iterate({ query: ADDED });
    const seen = next(first);
    await untilListening(1);
    await record(ada, 'seen');
    const cursors = [(await seen).cursor];
    const missed = Array.from({ length: 1_500 }, (_, index) => `crowd ${index}`);
    const rows = missed.map((summary) => ({
      id: uuid(),
      customerId: ada,
      occurredAt: new Date(),
      recordedAt: new Date(),
      channel: 'WEB' as const,
      direction: 'INBOUND' as const,
      kind: 'VISIT' as const,
      department: 'OTHER' as const,
      summary,
    }));
    const { manager } = subgraph.database.dataSource;
    await manager.insert(Touchpoint, rows);
    notifyAfterCommit(manager, TOUCHPOINTS_CHANNEL);
    while (cursors.length < 20) cursors.push((await next(first)).cursor);
    await first.return?.();
    await untilListening(0);

    const statements = await subgraph.statements(async () => {
      await Promise.all(
        cursors.map(async (after, place) => {
          const events = client.iterate({ query: ADDED, variables: { after } });
          const got: string[] = [];
          while (got.length < missed.length - place) got.push((await next(events)).summary);
          expect(got).toEqual(missed.slice(place));
          await events.return?.();
        }),
      );
    });
    // 20 clients read 4 blocks; the feed looks a few times.
    expect(statements.filter((text) => text.includes('t.sequence >')).length).toBeLessThan(20);
  });

  test.each([
    ['minSentiment: NEUTRAL', ['fine', 'great']],
    ['maxSentiment: NEUTRAL', ['bad', 'fine']],
    ['minSentiment: NEUTRAL, maxSentiment: NEUTRAL', ['fine']],
  ])('with %s shows %j, and nothing of which nobody can tell', async (filter, expected) => {
    const ada = await newCustomer('Ada');
    const query = `subscription { touchpointAdded(filter: { customerIds: ["${ada}"], ${filter} }) { cursor touchpoint { summary channel } } }`;
    const events = client.iterate({ query });
    const first = next(events);
    await untilListening(1);
    const feelings = { bad: 'NEGATIVE', unknown: null, fine: 'NEUTRAL', great: 'POSITIVE' };
    for (const [summary, sentiment] of Object.entries(feelings)) await record(ada, summary, 'PHONE', sentiment);
    const got = [(await first).summary];
    while (got.length < expected.length) got.push((await next(events)).summary);
    expect(got).toEqual(expected);
    await events.return?.();
    await untilListening(0);
  });

  test('two processes show the same touchpoints in the same order, whoever records them', async () => {
    const [ada, bob] = [await newCustomer('Ada'), await newCustomer('Bob')];
    const { url: databaseUrl } = subgraph.database.dataSource.options as { url: string };
    const config = {
      databaseUrl,
      host: '127.0.0.1',
      port: 0,
      identityUrl: subgraph.identity.url,
      signingKeys: [TEST_SIGNING_KEY],
      poolSize: 4,
    };
    const second = await startSubgraph(touchpoints, config, pino({ level: 'silent' }));
    const other = gatewaySocket('touchpoints', second.url);
    const streams = [client.iterate({ query: ADDED }), other.iterate({ query: ADDED })];
    const firsts = streams.map((events) => next(events));
    await untilListening(2);
    const names = Array.from({ length: 60 }, (_, index) => `both ${index}`);
    await Promise.all(names.map((name, index) => record(index % 2 ? ada : bob, name)));
    const seen = await Promise.all(
      streams.map(async (events, index) => {
        const got = [(await firsts[index])?.summary];
        while (got.length < names.length) got.push((await next(events)).summary);
        return got;
      }),
    );
    expect(seen[0]).toEqual(seen[1]);
    expect(seen[0]?.toSorted()).toEqual(names.toSorted());
    for (const events of streams) await events.return?.();
    await other.dispose();
    await second.stop();
    await untilListening(0);
  });

  test('shows what is recorded late before what was recorded early behind it', async () => {
    const [ada, bob] = [await newCustomer('Ada'), await newCustomer('Bob')];
    const { dataSource } = subgraph.database;
    // It has its place in the sequence, and is not committed yet.
    await dataSource.query(`CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN PERFORM pg_sleep(0.3); RETURN NULL; END $$`);
    await dataSource.query(`CREATE TRIGGER dawdle AFTER INSERT ON touchpoint FOR EACH ROW
      WHEN (NEW.summary = 'slow') EXECUTE FUNCTION dawdle()`);
    const events = client.iterate({ query: ADDED });
    const first = next(events);
    await untilListening(1);
    const late = record(ada, 'slow');
    await waitUntil(async () => {
      const sleeping = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'`;
      return (await dataSource.query<object[]>(sleeping)).length > 0;
    });
    await record(bob, 'fast');
    await late;
    await record(bob, 'last');
    expect([(await first).summary, (await next(events)).summary, (await next(events)).summary]).toEqual([
      'slow',
      'fast',
      'last',
    ]);
    await dataSource.query('DROP FUNCTION dawdle() CASCADE');
    await events.return?.();
    await untilListening(0);
  });

  test('misses nothing when the connection that listens is lost', async () => {
    const ada = await newCustomer('Ada');
    const events = client.iterate({ query: ADDED });
    const first = next(events);
    await untilListening(1);
    await subgraph.database.dataSource.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND query = 'LISTEN "customer360.touchpoints.recorded"'`,
    );
    await record(ada, 'meanwhile');
    expect((await first).summary).toBe('meanwhile');
    await events.return?.();
  });

  test('refuses a cursor of the timeline', async () => {
    const ada = await newCustomer('Ada');
    await record(ada, 'one');
    const { data } = await subgraph.ask('{ touchpoints(first: 1) { edges { cursor } } }');
    const after = data.touchpoints.edges[0].cursor as string;
    const { errors } = await nextAnswer(client.iterate({ query: ADDED, variables: { after } }));
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', argument: 'after' } }]);
  });

  test('through the gateway an event has what identity knows, and can be resumed', async () => {
    const ada = await newCustomer('Ada');
    const gateway = await startGateway('schema/supergraph.graphql', {
      subgraphUrls: { TOUCHPOINTS_URL: subgraph.url, IDENTITY_URL: subgraph.identity.url },
      signingKey: TEST_SIGNING_KEY,
    });
    const dashboard = createClient({
      url: gateway.url.replace('http', 'ws'),
      webSocketImpl: WebSocket,
      retryAttempts: 0,
    });
    const query = 'subscription { touchpointAdded { touchpoint { summary customer { displayName } } } }';
    const events = dashboard.iterate({ query });
    const first = nextAnswer(events);
    await untilListening(1);
    await record(ada, 'call');
    expect(await first).toEqual({
      data: { touchpointAdded: { touchpoint: { summary: 'call', customer: { displayName: 'Ada' } } } },
    });
    await dashboard.dispose();
    await gateway.stop();
    expect(await readFile('schema/supergraph.graphql', 'utf8')).toContain(
      '@resumable(argument: "after", cursor: "cursor")',
    );
  });
});
