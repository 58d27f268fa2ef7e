import type { Logger } from 'pino';
import type { DataSource } from 'typeorm';
import { hourly } from './hourly.js';

/** How long it is remembered that an event was taken in; longer than any bus keeps it. */
const INBOX_DAYS = 14;

/**
 * Forgets, now and then every hour, which events were taken in long ago.
 * @returns what ends it
 */
export function forgetTakenIn(dataSource: DataSource, log: Logger): () => void {
  return hourly(log, `dropped records of events taken in more than ${INBOX_DAYS} days ago`, async () => {
    const [, dropped] = await dataSource.query<[unknown, number]>(
      `DELETE FROM inbox WHERE received_at < now() - interval '${INBOX_DAYS} days'`,
    );
    return dropped;
  });
}
