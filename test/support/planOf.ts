import type { DataSource } from 'typeorm';
import { withoutStanding } from './withoutStanding.js';

/**
 * How Postgres would run a statement, whatever its parameters, if it could not read whole tables and could not sort. A
 * `Seq Scan` or `Sort` in the plan then means that an index is missing.
 * What is looked at for `KeyOfCustomer` is left out: see `withoutStanding`.
 * @param statement with `$1`, as the subgraph sent it
 */
export async function planOf(dataSource: DataSource, statement: string): Promise<string> {
  return dataSource.transaction(async (manager) => {
    for (const way of ['seqscan', 'sort', 'incremental_sort', 'bitmapscan']) {
      await manager.query(`SET LOCAL enable_${way} = off`);
    }
    const rows = await manager.query<{ 'QUERY PLAN': string }[]>(`EXPLAIN (GENERIC_PLAN) ${statement}`);
    return withoutStanding(rows.map((row) => row['QUERY PLAN']).join('\n'));
  });
}
