import { Client, type ClientConfig } from 'pg';

/**
 * A connection of its own that hears a channel of Postgres.
 * @param onCall called for each notification
 * @param onEnd called once when the connection is lost
 * @throws when Postgres cannot be reached
 */
export async function listen(
  config: ClientConfig,
  channel: string,
  onCall: () => void,
  onEnd: (error: Error) => void,
): Promise<Client> {
  const client = new Client({ connectionTimeoutMillis: 5000, keepAlive: true, ...config });
  client.on('notification', onCall);
  client.on('error', onEnd);
  client.on('end', () => onEnd(new Error('the connection to Postgres ended')));
  await client.connect();
  await client.query(`LISTEN "${channel}"`);
  return client;
}
