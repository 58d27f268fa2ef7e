import type { EntityManager } from 'typeorm';
import type { ErasedRows } from '../flow/erasedRows.js';
import { eraseTraces } from '../flow/eraseTraces.js';
import { eraseRows } from './eraseRows.js';
import { tablesOf } from './ownedTables.js';

/** Somebody who is erased. */
export interface Erased {
  readonly customerId: string;
  /** As they were recorded: those of all who are one, the customer included, which whoever erases them says. */
  readonly customerIds: readonly string[];
}

/**
 * Erases a customer from a subgraph's own tables, as its entities declare it, and from those of the kit, and writes into `erasure_account` what was done. `settleErasures`
 * tells identity of it.
 */
export async function eraseCustomer(manager: EntityManager, { customerId, customerIds }: Erased): Promise<void> {
  await manager.query('INSERT INTO erased_customer (customer_id) SELECT unnest($1::uuid[]) ON CONFLICT DO NOTHING', [
    customerIds,
  ]);
  const rows = await eraseRows(manager, tablesOf(manager.dataSource), customerIds);
  const traces = await eraseTraces(manager, customerIds);
  await account(manager, { customerId, customerIds }, new Map([...rows, ...traces]));
}

/** Adds to what was done for an erasure. What was told of before is told anew when something came to it. */
export async function account(
  manager: EntityManager,
  { customerId, customerIds }: Erased,
  rows: ErasedRows,
): Promise<void> {
  await manager.query(
    `INSERT INTO erasure_account AS a (customer_id, customer_ids, rows) VALUES ($1, $2, $3::jsonb)
     ON CONFLICT (customer_id) DO UPDATE SET
       rows = (SELECT coalesce(jsonb_object_agg(key, total), '{}') FROM
         (SELECT key, sum(value::bigint) AS total FROM (SELECT * FROM jsonb_each_text(a.rows) UNION ALL SELECT * FROM jsonb_each_text(excluded.rows)) AS e GROUP BY key) AS s),
       told_at = CASE WHEN excluded.rows = '{}' THEN a.told_at END`,
    [customerId, customerIds, JSON.stringify(Object.fromEntries(rows))],
  );
}
