import type { Logger } from 'pino';
import type { DataSource } from 'typeorm';

/** How long the answer to an `idempotencyKey` is repeated. */
const IDEMPOTENCY_DAYS = 7;

const EVERY_MS = 60 * 60 * 1000;

/**
 * Drops idempotency keys that are older than a week, now and then every hour, and says how many.
 * @returns what ends it
 */
export function forgetOldKeys(dataSource: DataSource, log: Logger): () => void {
  const forget = async () => {
    try {
      const [, dropped] = (await dataSource.query(
        `DELETE FROM idempotency_key WHERE created_at < now() - interval '${IDEMPOTENCY_DAYS} days'`,
      )) as [unknown, number];
      if (dropped > 0) log.info({ dropped, olderThanDays: IDEMPOTENCY_DAYS }, 'dropped old idempotency keys');
    } catch (error) {
      log.warn({ err: error }, 'could not drop old idempotency keys; the next try is in an hour');
    }
  };
  void forget();
  const timer = setInterval(() => void forget(), EVERY_MS).unref();
  return () => clearInterval(timer);
}
