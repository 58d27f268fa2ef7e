import type { Logger } from 'pino';
import type { DataSource } from 'typeorm';
import { hourly } from './hourly.js';

/** How long the answer to an `idempotencyKey` is repeated. */
const IDEMPOTENCY_DAYS = 7;

/**
 * Drops idempotency keys that are older than a week, now and then every hour.
 * @returns what ends it
 */
export function forgetOldKeys(dataSource: DataSource, log: Logger): () => void {
  return hourly(log, `dropped idempotency keys older than ${IDEMPOTENCY_DAYS} days`, async () => {
    const [, dropped] = (await dataSource.query(
      `DELETE FROM idempotency_key WHERE created_at < now() - interval '${IDEMPOTENCY_DAYS} days'`,
    )) as [unknown, number];
    return dropped;
  });
}
