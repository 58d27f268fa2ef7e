import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { identity } from '../../subgraphs/identity/subgraph.js';
import { startTestSubgraph, type TestSubgraph } from '../support/startTestSubgraph.js';

let subgraph: TestSubgraph;
beforeAll(async () => {
  subgraph = await startTestSubgraph(identity, { STATEMENT_TIMEOUT: '300' });
});
afterAll(() => subgraph.stop());

/** Ends all connections of the subgraph to its database, as a restart of Postgres would. */
async function cutConnections(): Promise<number> {
  const [{ name } = { name: '' }] = await subgraph.database.dataSource.query<{ name: string }[]>(
    'SELECT current_database() AS name',
  );
  const url = new URL(process.env.TEST_DATABASE_URL ?? '');
  const client = new Client({ connectionString: url.href });
  await client.connect();
  try {
    const { rowCount } = await client.query(
      `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
       WHERE datname = $1 AND application_name = 'customer360-identity'`,
      [name],
    );
    return rowCount ?? 0;
  } finally {
    await client.end();
  }
}

const read = () => subgraph.ask('{ customers { totalCount } employees { totalCount } }');
const write = (i: number) =>
  subgraph.ask(
    `mutation { identifyCustomer(input: { displayName: "Cut ${i}", emails: ["cut${i}@example.com"] }) { created } }`,
  );

it('reads and writes again after its connections were cut; whatever was caught in between says SERVICE_UNAVAILABLE', async () => {
  expect((await read()).errors).toBeUndefined();
  expect((await write(0)).errors).toBeUndefined();

  expect(await cutConnections()).toBeGreaterThan(0);
  for (const ask of [read, () => write(1)]) {
    let answer = await ask();
    for (let tries = 0; answer.errors && tries < 20; tries += 1) {
      expect(answer.errors.map((error) => error.extensions.code)).toContain('SERVICE_UNAVAILABLE');
      answer = await ask();
    }
    expect(answer.errors).toBeUndefined();
  }
});

it('gives up a read and a write that hang on a lock, keeps its connections, and goes on once the lock is gone', async () => {
  const holder = new Client(subgraph.database.connection);
  await holder.connect();
  await holder.query('BEGIN; LOCK TABLE identity.customer IN ACCESS EXCLUSIVE MODE');
  // More than it has connections.
  const hanging = await Promise.all([
    ...Array.from({ length: 12 }, read),
    ...Array.from({ length: 12 }, (_, i) => write(10 + i)),
  ]);
  for (const { errors } of hanging) {
    expect(errors?.map((error) => error.extensions.code)).toContain('SERVICE_UNAVAILABLE');
  }
  await holder.query('ROLLBACK');
  await holder.end();
  expect((await read()).errors).toBeUndefined();
  expect((await write(2)).errors).toBeUndefined();
});
