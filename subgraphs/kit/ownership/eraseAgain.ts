import type { Logger } from 'pino';
import type { DataSource } from 'typeorm';
import { hourly } from '../flow/hourly.js';
import { eraseCustomers } from './eraseCustomers.js';

/** A write that began before an erasure ends long before this. */
const AGAIN_FOR = '1 day';

/**
 * Erases once more, now and then every hour, whom it erased lately: a write that ran at the same moment as the erasure saw nothing of it, nor it of the write.
 * @returns what ends it
 */
export function eraseAgain(dataSource: DataSource, log: Logger): () => void {
  return hourly(log, 'erased once more the customers of the last day', () =>
    dataSource.transaction(async (manager) => {
      const rows = await manager.query<{ id: string }[]>(
        `SELECT customer_id AS id FROM erased_customer WHERE erased_at > now() - interval '${AGAIN_FOR}'`,
      );
      if (rows.length > 0) {
        await eraseCustomers(
          manager,
          rows.map(({ id }) => id),
        );
      }
      return rows.length;
    }),
  );
}
