import type { Client, ClientConfig } from 'pg';
import { openClient } from '../sql/openClient.js';

/**
 * A connection of its own that hears a channel of Postgres.
 * @param onCall called for each notification
 * @param onEnd called once when the connection is over
 * @throws when Postgres cannot be reached
 */
export async function listen(
  config: ClientConfig,
  channel: string,
  onCall: () => void,
  onEnd: (error: Error) => void,
): Promise<Client> {
  const client = await openClient(config, onEnd);
  client.on('notification', onCall);
  try {
    await client.query(`LISTEN "${channel}"`);
  } catch (error) {
    await client.end();
    throw error;
  }
  return client;
}
