import type { Logger } from 'pino';
import type { DataSource } from 'typeorm';
import { hourly } from '../flow/hourly.js';

/**
 * Gives once more, now and then every hour, the rows of those who were merged lately to the ones into whom they were: a write that ran at the same moment, or a
 * replica that had not heard of it, may have written by the old id.
 * @returns what ends it
 */
export function mergeAgain(dataSource: DataSource, log: Logger): () => void {
  return hourly(log, 'looked once more for rows of the customers who were merged in the last day', async () => {
    const rows = await dataSource.query<unknown[]>(
      `SELECT merge_customer_rows(customer_id, canonical_id) FROM customer_alias WHERE merged_at > now() - interval '1 day'`,
    );
    return rows.length;
  });
}
