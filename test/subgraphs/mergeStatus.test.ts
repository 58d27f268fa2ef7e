import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { v7 as uuid } from 'uuid';
import { forgetAppliedMerges } from '../../subgraphs/identity/merges/forgetAppliedMerges.js';
import { identity } from '../../subgraphs/identity/subgraph.js';
import { applyAliases } from '../../subgraphs/kit/ownership/applyAliases.js';
import { migrateSubgraph } from '../../subgraphs/kit/ownership/migrateSubgraph.js';
import { tablesOf } from '../../subgraphs/kit/ownership/ownedTables.js';
import { takeInAliases } from '../../subgraphs/kit/ownership/takeInAliases.js';
import { createDataSource } from '../../subgraphs/kit/sql/createDataSource.js';
import { touchpoints } from '../../subgraphs/touchpoints/subgraph.js';
import { createTestDatabase } from '../support/postgres.js';
import type { Untyped } from '../support/startTestSubgraph.js';
import { startTestSubgraphs, type TestSubgraphs } from '../support/startTestSubgraphs.js';
import { waitUntil } from '../support/waitUntil.js';

const SELECTION = '{ applied changedAt subgraphs { subgraph appliedAt waitingSince } }';
const ALL = ['feedback', 'identity', 'marketing', 'sales', 'service', 'touchpoints'];

const waitsFor = ({ subgraphs }: Untyped): string[] =>
  subgraphs.filter((one: Untyped) => one.appliedAt === null).map((one: Untyped) => one.subgraph);
const fails = () => Promise.reject(new Error('not yet'));

describe('mergeStatus', () => {
  let graph: TestSubgraphs;
  let people: string[];

  const write = async (call: string): Promise<Untyped> =>
    Object.values(await graph.ask('identity', `mutation { ${call} }`))[0];
  const status = async (id: string): Promise<Untyped> =>
    (await graph.ask('identity', `{ mergeStatus(customerId: "${id}") ${SELECTION} }`)).mergeStatus;

  beforeAll(async () => {
    graph = await startTestSubgraphs();
    people = [];
    for (const name of ['Ada', 'Ben', 'Cid', 'Dot', 'Eve']) {
      const made = await write(
        `identifyCustomer(input: { displayName: "${name}", emails: ["${name}@example.com"] }) { customer { id } }`,
      );
      people.push(made.customer.id);
    }
    await waitUntil(async () => (await graph.sql('SELECT FROM identity.merging_subgraph')).length === ALL.length);
  });
  afterAll(() => graph.stop());

  test('tells of a merge, and of its unmerge, when every subgraph has applied it, by either id', async () => {
    const [a = '', b = ''] = people;
    expect(await status(a)).toBeNull();
    const { customer: merged } = await write(
      `mergeCustomers(customerId: "${a}", intoId: "${b}") { customer { id mergeStatus ${SELECTION} } }`,
    );
    expect(merged.mergeStatus.subgraphs.map(({ subgraph }: Untyped) => subgraph)).toEqual(ALL);
    await waitUntil(async () => (await status(a)).applied);
    const both = await status(b);
    expect(both).toEqual(await status(a));
    expect(both).toMatchObject({ applied: true, changedAt: merged.mergeStatus.changedAt });
    expect(waitsFor(both)).toEqual([]);
    const unmerged = await write(`unmergeCustomer(customerId: "${a}") { mergeStatus ${SELECTION} }`);
    expect(Date.parse(unmerged.mergeStatus.changedAt)).toBeGreaterThan(Date.parse(both.changedAt));
    await waitUntil(async () => (await status(a)).applied && (await status(b)).applied);
  });

  test('names a subgraph that is down, and since when it is awaited', async () => {
    const [, , c = '', d = ''] = people;
    await graph.stopOne('sales');
    await write(`mergeCustomers(customerId: "${c}", intoId: "${d}") { customer { id } }`);
    await waitUntil(async () => waitsFor(await status(c)).length === 1);
    const found = await status(c);
    expect(waitsFor(found)).toEqual(['sales']);
    expect(found.applied).toBe(false);
    expect(found.subgraphs.find(({ subgraph }: Untyped) => subgraph === 'sales').waitingSince).toBe(found.changedAt);
  });

  test('forgets a subgraph that has been silent for a week, and keeps what may still be asked for', async () => {
    const [a = '', , c = ''] = people;
    const before = await status(a);
    await graph.sql(`UPDATE identity.merging_subgraph SET heard_at = now() - interval '8 days' WHERE name = 'sales'`);
    expect(await status(c)).toMatchObject({ applied: true });
    const dataSource = await createDataSource(identity, { url: graph.databaseUrl, poolSize: 1 }).initialize();
    await forgetAppliedMerges.run(dataSource, () => ({}) as never);
    await dataSource.destroy();
    expect(await graph.sql(`SELECT FROM identity.merging_subgraph WHERE name = 'sales'`)).toEqual([]);
    const after = await status(a);
    expect(after).toEqual({
      ...before,
      subgraphs: before.subgraphs.filter(({ subgraph }: Untyped) => subgraph !== 'sales'),
    });
    const positions = await graph.sql('SELECT DISTINCT position FROM identity.applied_merge');
    expect(positions).toHaveLength(2);
  });
});

describe('a subgraph tells of a merge', () => {
  const [a, b, c, d] = [uuid(), uuid(), uuid(), uuid()];
  let database: Awaited<ReturnType<typeof createTestDatabase>>;
  let dataSource: DataSource;

  const takeIn = (position: number, customerId: string, parentId: string | null, into: string): Promise<void> =>
    dataSource.transaction((manager) =>
      takeInAliases(manager, {
        position,
        customers: [
          { customerId, parentId },
          { customerId: into, parentId: null },
        ],
      }),
    );
  const told = async (): Promise<number[]> =>
    (await dataSource.query<Untyped[]>(`SELECT event->'data'->'positions' AS positions FROM outbox ORDER BY position`))
      .map(({ positions }) => positions)
      .flat();

  beforeAll(async () => {
    database = await createTestDatabase();
    await migrateSubgraph(touchpoints, database.url);
    dataSource = await createDataSource(touchpoints, { url: database.url, poolSize: 4 }).initialize();
    await dataSource.query(
      `INSERT INTO touchpoint (id, customer_id, occurred_at, channel, direction, kind, department, summary)
       SELECT gen_random_uuid(), $1, now(), 'PHONE', 'INBOUND', 'NOTE', 'OTHER', 'Said' FROM generate_series(1, 3)`,
      [a],
    );
  });
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  test('also of one that concerns no row, and not of an earlier one that came later', async () => {
    await takeIn(8, c, d, d);
    await applyAliases(dataSource, tablesOf(dataSource));
    expect(await told()).toEqual([8]);
    await takeIn(7, a, b, b);
    expect(await told()).toEqual([8]);
  });

  test('not before its rows have followed and what it derives from them, and then once', async () => {
    await expect(applyAliases(dataSource, tablesOf(dataSource), fails)).rejects.toThrow('not yet');
    expect(await told()).toEqual([8]);
    await applyAliases(dataSource, tablesOf(dataSource), touchpoints.rederive);
    expect(await told()).toEqual([8, 7]);
    await takeIn(7, a, b, b);
    await applyAliases(dataSource, tablesOf(dataSource));
    expect(await told()).toEqual([8, 7]);
  });
});
