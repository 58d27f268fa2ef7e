import { Client, type ClientConfig } from 'pg';

const nothing = () => undefined;

/**
 * A connection to Postgres of its own, beside the pools: to listen, to hold an advisory lock, to migrate. It may break at any moment, which fails the
 * statements under way and never ends the process.
 * @param onEnd called once when it is over: it was lost, or ended
 * @throws when Postgres cannot be reached
 */
export async function openClient(config: ClientConfig, onEnd: (error: Error) => void = nothing): Promise<Client> {
  const client = new Client({ connectionTimeoutMillis: 5000, keepAlive: true, ...config });
  let isOver = false;
  const over = (error: Error): void => {
    if (!isOver) onEnd(error);
    isOver = true;
  };
  client.on('error', over);
  client.on('end', () => over(new Error('Connection terminated')));
  await client.connect();
  return client;
}
