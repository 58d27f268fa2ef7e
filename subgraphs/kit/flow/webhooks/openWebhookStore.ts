import type { DataSource } from 'typeorm';
import { createDataSource } from '../../sql/createDataSource.js';
import { migrate } from '../../sql/migrate.js';

/** Where it is kept what was delivered to webhooks and what was parked: a schema of its own. No subgraph can have a name with an underscore. */
export const WEBHOOK_STORE = { name: 'event_webhooks', entities: [], migrations: [] } as const;

/**
 * Connects to it, and makes it where there is none.
 * @param url of a Postgres
 */
export async function openWebhookStore(url: string): Promise<DataSource> {
  await migrate(WEBHOOK_STORE, url);
  return createDataSource(WEBHOOK_STORE, { url, poolSize: 3 }).initialize();
}
