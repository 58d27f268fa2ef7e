import type { Client, ClientConfig } from 'pg';
import { openClient } from '../sql/openClient.js';

/**
 * How often whoever listens looks by themselves, in milliseconds. A notification is missed when the writer dies between its commit and the notification, when nothing sends
 * one (an import), or while a connection is made anew; what it would have told of is found this much later at most.
 */
export const LOOK_ANYWAY_MS = 5_000;

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
