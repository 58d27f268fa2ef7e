import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';
import { openFolder } from '../support/startHarness.js';
import { startProduct } from '../support/startProduct.js';

const folder = openFolder();
let shared: TestDatabase;
let ofSales: TestDatabase;
beforeAll(async () => {
  [shared, ofSales] = [await createTestDatabase(), await createTestDatabase()];
});
afterAll(async () => {
  await shared.drop();
  await ofSales.drop();
  folder.remove();
});

async function schemas(url: string): Promise<string[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>(
      "SELECT nspname AS name FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema|public$)' ORDER BY 1",
    );
    return rows.map((row) => row.name);
  } finally {
    await client.end();
  }
}

it('runs on a Postgres of yours, a schema for each subgraph, with one of them elsewhere', async () => {
  const product = await startProduct(folder.path, ['--customers', '20'], {
    DATABASE_URL: shared.url,
    SALES_DATABASE_URL: ofSales.url,
  });
  try {
    const { data, errors } = await product.ask(
      '{ customers(first: 20) { totalCount nodes { displayName orderCount { value } } } orders { totalCount } }',
    );
    expect(errors).toBeUndefined();
    expect(data.customers.totalCount).toBe(20);
    const orders = data.customers.nodes.map((node: { orderCount: { value: number } }) => node.orderCount.value);
    expect(Math.max(...orders)).toBeGreaterThan(0);
    expect(data.orders.totalCount).toBeGreaterThan(0);
    expect(await schemas(shared.url)).toEqual([
      'event_bus',
      'feedback',
      'identity',
      'marketing',
      'service',
      'touchpoints',
    ]);
    expect(await schemas(ofSales.url)).toEqual(['sales']);
  } finally {
    await product.stop();
  }
});
