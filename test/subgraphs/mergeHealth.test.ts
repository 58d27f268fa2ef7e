import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { v7 as uuid } from 'uuid';
import { FollowHealth } from '../../subgraphs/kit/ownership/FollowHealth.js';
import { tablesOf } from '../../subgraphs/kit/ownership/ownedTables.js';
import { takeInAliases } from '../../subgraphs/kit/ownership/takeInAliases.js';
import { touchpoints } from '../../subgraphs/touchpoints/subgraph.js';
import { planOf } from '../support/planOf.js';
import { startTestSubgraph, type TestSubgraph, type Untyped } from '../support/startTestSubgraph.js';
import { waitUntil } from '../support/waitUntil.js';

const [a, b, c] = [uuid(), uuid(), uuid()];
const NOTHING = { waiting: 0, waitingSince: null, astray: 0 };

let subgraph: TestSubgraph;

const sql = (statement: string, ...values: readonly unknown[]): Promise<Untyped> =>
  subgraph.database.dataSource.query(statement, [...values]);
const look = (): FollowHealth => {
  const { dataSource } = subgraph.database;
  return new FollowHealth(dataSource, tablesOf(dataSource), pino({ level: 'silent' }));
};
const health = async (): Promise<Untyped> => {
  const response = await fetch(new URL('/health', subgraph.url));
  return { code: response.status, ...((await response.json()) as object) };
};
const takeIn = (position: number, customerId: string): Promise<void> =>
  subgraph.database.dataSource.transaction((manager) =>
    takeInAliases(manager, {
      position,
      customers: [
        { customerId, parentId: b },
        { customerId: b, parentId: null },
      ],
    }),
  );

beforeAll(async () => {
  subgraph = await startTestSubgraph(touchpoints);
  await sql(
    `INSERT INTO touchpoint (id, customer_id, occurred_at, channel, direction, kind, department, summary)
     SELECT gen_random_uuid(), CASE WHEN n <= 5 THEN $1::uuid WHEN n <= 10 THEN $2::uuid ELSE gen_random_uuid() END,
       now(), 'PHONE', 'INBOUND', 'NOTE', 'OTHER', 'Said' FROM generate_series(1, 5000) AS n`,
    a,
    b,
  );
  await sql('VACUUM ANALYZE touchpoint');
});
afterAll(() => subgraph.stop());

test('a subgraph tells who waits for their rows to follow a merge, and is up all the same', async () => {
  const runner = subgraph.database.dataSource.createQueryRunner();
  await runner.startTransaction();
  try {
    // Somebody holds one of the rows, so they cannot follow.
    await runner.query('SELECT FROM touchpoint WHERE recorded_for = $1 FOR UPDATE', [a]);
    await takeIn(1, a);
    await sql(`UPDATE customer_alias SET merged_at = now() - interval '1 hour' WHERE customer_id = $1`, a);
    const found = await health();
    expect(found).toMatchObject({
      code: 200,
      status: 'up',
      outbox: 0,
      deadLetters: 0,
      merges: { waiting: 1, astray: 0 },
    });
    expect(Date.now() - Date.parse(found.merges.waitingSince)).toBeGreaterThan(3_599_000);
    expect(found.problems).toEqual([
      expect.stringMatching(/^the rows of 1 customers wait to follow a merge, since 20/),
    ]);
  } finally {
    await runner.rollbackTransaction();
    await runner.release();
  }
  await waitUntil(async () => (await look().read()).waiting === 0);
  expect(await look().read()).toEqual(NOTHING);
  // The news that all have followed is on its way out too.
  await waitUntil(async () => (await health()).outbox === 0);
  expect(await health()).toEqual({
    code: 200,
    status: 'up',
    subgraph: 'touchpoints',
    outbox: 0,
    deadLetters: 0,
    heldEvents: 0,
    held: [],
  });
});

test('rows that are not where the aliases say are found by the indexes of what was moved and of the owner', async () => {
  const before = look();
  expect(await before.read()).toEqual(NOTHING);
  // As no write can: the trigger would put them right.
  await sql('ALTER TABLE touchpoint DISABLE TRIGGER USER');
  await sql(
    `UPDATE touchpoint SET customer_id = $1 WHERE id IN (SELECT id FROM touchpoint WHERE recorded_for = $2 LIMIT 2)`,
    c,
    a,
  );
  await sql(
    `UPDATE touchpoint SET customer_id = recorded_for WHERE id IN (SELECT id FROM touchpoint WHERE recorded_for = $1 AND customer_id = $2 LIMIT 1)`,
    a,
    b,
  );
  await sql('ALTER TABLE touchpoint ENABLE TRIGGER USER');
  expect(await look().read()).toEqual({ ...NOTHING, astray: 3 });
  // It is looked for once a minute, not with each request.
  expect(await before.read()).toEqual(NOTHING);

  const asked: string[] = [];
  const { dataSource } = subgraph.database;
  const listening = Object.assign(Object.create(dataSource), {
    query: (statement: string) => (asked.push(statement), dataSource.query(statement)),
  });
  await new FollowHealth(listening, tablesOf(dataSource), pino({ level: 'silent' })).read();
  const statement = asked.find((text) => text.includes('FROM "touchpoint" t')) ?? '';
  const plan = await planOf(subgraph.database.dataSource, statement);
  expect(plan).toContain('touchpoint_moved_by_recorded_for');
  expect(plan).not.toMatch(/Seq Scan on touchpoint/);

  // What is marked as not applied follows again.
  await sql('UPDATE customer_alias SET is_applied = false WHERE customer_id = $1', a);
  await waitUntil(async () => (await look().read()).waiting === 0);
  expect(await look().read()).toEqual(NOTHING);
});
