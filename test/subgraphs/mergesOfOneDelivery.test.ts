import { expect, test } from '@jest/globals';
import { Client } from 'pg';
import { pino } from 'pino';
import { v7 as uuid } from 'uuid';
import { customerMerged } from '../../schema/contract.js';
import { busConsumer } from '../../subgraphs/kit/flow/takeInEvents.js';
import { customerChanges } from '../../subgraphs/kit/ownership/customerChanges.js';
import { migrateSubgraph } from '../../subgraphs/kit/ownership/migrateSubgraph.js';
import { createDataSource } from '../../subgraphs/kit/sql/createDataSource.js';
import { sales } from '../../subgraphs/sales/subgraph.js';
import { createTestDatabase } from '../support/postgres.js';
import type { Untyped } from '../support/startTestSubgraph.js';
import { waitUntil } from '../support/waitUntil.js';

const LOCK = `hashtext('customer360.customers.sales'), sales.customer_lock($1)`;

/** As identity publishes it. */
function merge(customerId: string, intoId: string, position: number): { readonly event: unknown } {
  const time = new Date().toISOString();
  const customers = [
    { customerId, parentId: intoId },
    { customerId: intoId, parentId: null },
  ];
  const about = { specversion: '1.0', id: uuid(), source: '/customer360/identity', type: customerMerged.type };
  const data = { customerId, intoId, mergedAt: time, position, customers };
  return { event: { ...about, subject: intoId, time, datacontenttype: 'application/json', data } };
}

test('a merge that waits for a lock does not keep the writes of those before it in the same delivery waiting', async () => {
  const database = await createTestDatabase();
  await migrateSubgraph(sales, database.url);
  const dataSource = await createDataSource(sales, { url: database.url, poolSize: 2 }).initialize();
  const [writer, reader] = [new Client(database.url), new Client(database.url)];
  await Promise.all([writer.connect(), reader.connect()]);
  try {
    // Each has a lock of their own.
    const found = await reader.query<{ id: string }>(
      `SELECT DISTINCT ON (sales.customer_lock(id)) id FROM (SELECT gen_random_uuid() AS id FROM generate_series(1, 100)) AS c LIMIT 4`,
    );
    const [a = '', b = '', c = '', d = ''] = found.rows.map(({ id }) => id);
    await writer.query('BEGIN');
    await writer.query(`SELECT pg_advisory_xact_lock_shared(${LOCK})`, [c]);
    const consumer = busConsumer('sales', customerChanges('sales'), dataSource, pino({ level: 'silent' }), () => {});
    const handled = consumer.handle([merge(a, b, 1), merge(c, d, 2)]);
    const aliases = async (): Promise<Untyped[]> =>
      (
        await reader.query(
          'SELECT customer_id AS id, canonical_id AS now FROM sales.customer_alias WHERE parent_id IS NOT NULL ORDER BY position',
        )
      ).rows;
    await waitUntil(
      async () =>
        (
          await reader.query(
            `SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
          )
        ).rowCount === 1,
    );
    expect(await aliases()).toEqual([{ id: a, now: b }]);
    for (const id of [a, b]) {
      const { rows } = await reader.query(`SELECT pg_try_advisory_xact_lock_shared(${LOCK}) AS free`, [id]);
      expect(rows).toEqual([{ free: true }]);
    }
    await writer.query('COMMIT');
    await handled;
    expect(await aliases()).toEqual([
      { id: a, now: b },
      { id: c, now: d },
    ]);
  } finally {
    await Promise.all([writer.end(), reader.end()]);
    await dataSource.destroy();
    await database.drop();
  }
});
