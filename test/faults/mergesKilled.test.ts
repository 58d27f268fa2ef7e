import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { Deployment } from '../support/Deployment.js';
import { spawnImport } from '../support/runImport.js';
import { settled } from '../support/settled.js';
import { askSubgraph, type Untyped } from '../support/startTestSubgraph.js';
import { waitUntil } from '../support/waitUntil.js';

const SUBGRAPHS = ['identity', 'sales', 'service', 'touchpoints'];
/** Rows of the customer in each of some tables; they follow a merge in several transactions. */
const ROWS = 6_000;
/** The tables with these rows, and one of each at which their process is held up. */
const TABLES = ['identity.preference', 'sales.activity', 'touchpoints.touchpoint'];

const deployment = new Deployment();
let folder: string;
let serial = 0;
let [a, b] = ['', ''];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'customer360-killed-'));
  await deployment.startPostgres();
  for (const name of SUBGRAPHS) await deployment.start(name);
});
afterAll(async () => {
  await deployment.stop();
  rmSync(folder, { recursive: true });
});

const send = (subgraph: string, call: string): Promise<Untyped> =>
  askSubgraph(subgraph, deployment.url(subgraph), `mutation { ${call} }`);
const merge = (from: string, into: string) =>
  send('identity', `mergeCustomers(customerId: "${from}", intoId: "${into}") { customer { id } }`);
const unmerge = (id: string) => send('identity', `unmergeCustomer(customerId: "${id}") { id }`);
const allSettled = () => settled((statement) => deployment.sql(statement), SUBGRAPHS);

async function newCustomer(): Promise<string> {
  serial += 1;
  const input = `{ displayName: "P ${serial}", externalIds: [{ source: "shop", id: "${serial}" }] }`;
  const { data } = await send('identity', `identifyCustomer(input: ${input}) { customer { id } }`);
  return data.identifyCustomer.customer.id;
}

beforeEach(async () => {
  [a, b] = [await newCustomer(), await newCustomer()];
  const many = `generate_series(1, ${ROWS}) AS n`;
  await deployment.sql(
    `INSERT INTO identity.preference (customer_id, label, note) SELECT $1, 'l' || n, 'x' FROM ${many}`,
    [a],
  );
  await deployment.sql(
    `INSERT INTO sales.activity (id, customer_id, kind, subject, occurred_at) SELECT gen_random_uuid(), $1, 'CALL', 's' || n, now() FROM ${many}`,
    [a],
  );
  await deployment.sql(
    `INSERT INTO touchpoints.touchpoint (id, customer_id, occurred_at, channel, direction, kind, department, summary)
     SELECT gen_random_uuid(), $1, now(), 'PHONE', 'INBOUND', 'CONTACT', 'SALES', 's' || n FROM ${many}`,
    [a],
  );
});

/** On whose page the rows are that were written of `a`, table by table. */
async function pages(): Promise<Record<string, Record<string, number>>> {
  const found: Record<string, Record<string, number>> = {};
  for (const table of TABLES) {
    const rows = await deployment.sql<{ id: string; n: number }>(
      `SELECT customer_id AS id, count(*)::int AS n FROM ${table} WHERE recorded_for = $1 GROUP BY 1`,
      [a],
    );
    found[table] = Object.fromEntries(rows.map(({ id, n }) => [id, n]));
  }
  return found;
}

const allOn = (id: string) => Object.fromEntries(TABLES.map((table) => [table, { [id]: ROWS }]));

/** Begins something, and kills all processes when some rows have followed and others have not. */
async function killInTheMiddleOf(call: () => Promise<unknown>): Promise<void> {
  const client = new Client({ connectionString: deployment.databaseUrl });
  await client.connect();
  try {
    // The last row of each table is held, so that they stop in front of it.
    await client.query('BEGIN');
    for (const table of TABLES)
      await client.query(
        `SELECT FROM ${table} WHERE ctid = (SELECT max(ctid) FROM ${table} WHERE recorded_for = $1) FOR UPDATE`,
        [a],
      );
    // It gets its answer, or none.
    const called = call().catch(() => undefined);
    await waitUntil(async () => {
      const waiting = await deployment.sql(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'UPDATE %'`,
      );
      return waiting.length >= TABLES.length;
    }, 60_000);
    for (const name of SUBGRAPHS) await deployment.kill(name);
    await called;
    for (const [table, counts] of Object.entries(await pages())) {
      // In their middle: some have followed, others have not.
      expect([table, Object.keys(counts).sort()]).toEqual([table, [a, b].sort()]);
    }
    await client.query('ROLLBACK');
  } finally {
    await client.end();
  }
  for (const name of SUBGRAPHS) await deployment.start(name);
  await waitUntil(async () => {
    const waiting = SUBGRAPHS.map((name) => `SELECT FROM ${name}.customer_alias WHERE NOT is_applied`);
    return (await deployment.sql(waiting.join(' UNION ALL '))).length === 0;
  }, 60_000);
  await allSettled();
  const parked = SUBGRAPHS.map((name) => `SELECT reason FROM ${name}.dead_letter`);
  expect(await deployment.sql(parked.join(' UNION ALL '))).toEqual([]);
}

test('a merge and an unmerge, killed in their middle, are whole when the processes are back', async () => {
  await killInTheMiddleOf(() => merge(a, b));
  expect(await pages()).toEqual(allOn(b));
  await killInTheMiddleOf(() => unmerge(a));
  expect(await pages()).toEqual(allOn(a));
}, 240_000);

test('a merge, killed before it was committed, was never there, and is done when it is asked for again', async () => {
  const client = new Client({ connectionString: deployment.databaseUrl });
  await client.connect();
  await client.query('BEGIN');
  await client.query('SELECT FROM identity.customer WHERE id = ANY($1) FOR UPDATE', [[a, b]]);
  const call = `mergeCustomers(customerId: "${a}", intoId: "${b}", idempotencyKey: "killed ${a}") { customer { id } }`;
  const merged = send('identity', call).catch(() => undefined);
  await waitUntil(
    async () =>
      (
        await deployment.sql(
          `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        )
      ).length > 0,
  );
  await deployment.kill('identity');
  expect(await merged).toBeUndefined();
  await client.query('ROLLBACK');
  await client.end();
  await deployment.start('identity');
  expect(await deployment.sql('SELECT FROM identity.customer_alias WHERE customer_id = $1', [a])).toEqual([]);
  expect((await send('identity', call)).data.mergeCustomers.customer).toEqual({ id: b });
  await allSettled();
  expect(await pages()).toEqual(allOn(b));
}, 240_000);

test('an import, killed in its middle while its customer is merged, gives each row once when it is run again', async () => {
  const number = serial - 1;
  const lines = Array.from({ length: ROWS }, (_, n) => `I-${n},${n % 2 === 0 ? number : serial}`);
  writeFileSync(join(folder, 'customers.csv'), `No,Name\n${number},P ${number}\n${serial},P ${serial}\n`);
  writeFileSync(join(folder, 'calls.csv'), `Call,Cust\n${lines.join('\n')}\n`);
  writeFileSync(
    join(folder, 'm.yaml'),
    `
source: shop
zone: UTC
files:
  customers:
    file: customers.csv
    key: 'No'
    targets: [{ entity: identity.Customer, fields: { kind: { constant: PERSON }, displayName: Name } }]
  calls:
    file: calls.csv
    key: Call
    targets:
      - entity: sales.Activity
        fields:
          customerId: { column: Cust, reference: customers }
          kind: { constant: CALL }
          subject: Call
          occurredAt: { constant: '2026-03-02T00:00:00Z' }`,
  );
  const count = async (): Promise<number> =>
    (await deployment.sql(`SELECT FROM sales.activity WHERE subject LIKE 'I-%'`)).length;
  const importing = (started?: Parameters<typeof spawnImport>[3]) =>
    spawnImport(['m.yaml', '--data', '.'], { DATABASE_URL: deployment.databaseUrl }, folder, started);
  const merged: Promise<unknown>[] = [];
  await importing(async (child) => {
    await waitUntil(async () => (await count()) > 0, 60_000);
    merged.push(merge(a, b));
    child.kill('SIGKILL');
  });
  await Promise.all(merged);
  expect(await count()).toBeLessThan(ROWS);
  expect(await importing()).toMatchObject({ code: 0 });
  await allSettled();
  const rows = await deployment.sql(
    `SELECT recorded_for AS named, customer_id AS page, count(*)::int AS n, count(DISTINCT subject)::int AS different
     FROM sales.activity WHERE subject LIKE 'I-%' GROUP BY 1, 2 ORDER BY 1`,
  );
  expect(rows).toEqual([a, b].sort().map((named) => ({ named, page: b, n: ROWS / 2, different: ROWS / 2 })));
  expect((await importing()).counts).toMatchObject({ total: [ROWS + 2, 0, 0, ROWS + 2, 0] });
}, 240_000);
