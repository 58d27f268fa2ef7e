import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { v7 as uuid } from 'uuid';
import { applyAliases } from '../../subgraphs/kit/ownership/applyAliases.js';
import { migrateSubgraph } from '../../subgraphs/kit/ownership/migrateSubgraph.js';
import { tablesOf } from '../../subgraphs/kit/ownership/ownedTables.js';
import { takeInAliases } from '../../subgraphs/kit/ownership/takeInAliases.js';
import { createDataSource } from '../../subgraphs/kit/sql/createDataSource.js';
import { leaveForeignJourneys } from '../../subgraphs/touchpoints/journeys/leaveForeignJourneys.js';
import { touchpoints } from '../../subgraphs/touchpoints/subgraph.js';
import { createTestDatabase } from '../support/postgres.js';

let database: Awaited<ReturnType<typeof createTestDatabase>>;
/** No subgraph runs: rows follow when the test says so. */
let dataSource: DataSource;
let position = 0;

beforeAll(async () => {
  database = await createTestDatabase();
  await migrateSubgraph(touchpoints, database.url);
  dataSource = await createDataSource(touchpoints, { url: database.url, poolSize: 4 }).initialize();
});
afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});

/** Takes in into whom each customer was merged, null for nobody any more; their rows do not follow yet. */
async function takeIn(parents: Readonly<Record<string, string | null>>): Promise<void> {
  position += 1;
  const customers = Object.entries(parents).map(([customerId, parentId]) => ({ customerId, parentId }));
  await dataSource.transaction((manager) => takeInAliases(manager, { position, customers }));
}

async function follow(): Promise<void> {
  await applyAliases(dataSource, tablesOf(dataSource), leaveForeignJourneys);
}

/** A touchpoint of one customer on a journey of another, or of their own. */
async function linked(customerId: string, journeyOf = customerId): Promise<string> {
  const [id, journeyId] = [uuid(), uuid()];
  await dataSource.query(
    `INSERT INTO journey (id, customer_id, subject, status, opened_at, last_touch_at) VALUES ($1, $2, 'A grinder', 'OPEN', now(), now())`,
    [journeyId, journeyOf],
  );
  await dataSource.query(
    `INSERT INTO touchpoint (id, customer_id, occurred_at, channel, direction, kind, department, summary, journey_id, link_reason, link_confidence)
     VALUES ($1, $2, now(), 'PHONE', 'INBOUND', 'CONTACT', 'SALES', 'A grinder', $3, 'FIRST', 1)`,
    [id, customerId, journeyId],
  );
  return id;
}

async function isLinked(id: string): Promise<boolean> {
  const rows = await dataSource.query<unknown[]>(
    'SELECT FROM touchpoint t JOIN journey j ON j.id = t.journey_id AND j.customer_id = t.customer_id WHERE t.id = $1',
    [id],
  );
  return rows.length === 1;
}

test('a merge that is taken back when the journeys have followed and their touchpoints have not keeps every link', async () => {
  const [a, c] = [uuid(), uuid()];
  const touchpoint = await linked(a);
  await takeIn({ [a]: c, [c]: null });
  let isTakenBack = false;
  const journeys = tablesOf(dataSource).filter(({ name }) => name === 'journey');
  await applyAliases(dataSource, journeys, async (manager, customerIds) => {
    if (!isTakenBack) await takeIn({ [a]: null });
    isTakenBack = true;
    await leaveForeignJourneys(manager, customerIds);
  });
  await follow();
  expect(await isLinked(touchpoint)).toBe(true);
});

test('customers who follow one after the other keep what links them', async () => {
  // So many are due at once that the one with the highest id comes in another turn than the one with the lowest.
  const others = Array.from({ length: 150 }, () => uuid());
  const [a, b, c] = [`00000000${uuid().slice(8)}`, `ffffffff${uuid().slice(8)}`, uuid()];
  await takeIn({ [a]: b, [b]: null });
  await follow();
  const touchpoint = await linked(a, b);
  await takeIn({ [b]: c, ...Object.fromEntries(others.map((id) => [id, c])), [c]: null });
  await follow();
  expect(await isLinked(touchpoint)).toBe(true);
});

test('who is merged no more leaves the journey of the other, and keeps their own', async () => {
  const [a, b] = [uuid(), uuid()];
  await takeIn({ [a]: b, [b]: null });
  await follow();
  const [own, foreign, back] = [await linked(a), await linked(a, b), await linked(b, a)];
  await takeIn({ [a]: null });
  await follow();
  expect([await isLinked(own), await isLinked(foreign), await isLinked(back)]).toEqual([true, false, false]);
  expect(await dataSource.query('SELECT journey_id, link_reason FROM touchpoint WHERE id = $1', [foreign])).toEqual([
    { journey_id: null, link_reason: null },
  ]);
});
