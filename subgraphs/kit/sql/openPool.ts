import { Pool, type PoolConfig } from 'pg';
import type { Logger } from 'pino';

const nothing = () => undefined;

/**
 * A pool of connections to Postgres of which any may break at any moment: it costs the statements on their way over it, and never the process.
 * Whoever has a connection checked out releases it with its error, so that the pool drops it.
 */
export function openPool(config: PoolConfig, log: Logger): Pool {
  const pool = new Pool(config);
  // One that breaks while nobody uses it is replaced by the next use, which tells whether Postgres is there.
  pool.on('error', (error) => log.debug({ err: error }, 'lost an idle connection to the database'));
  // One that is in use fails the statements under way, which tell; the pool listens only to those that are idle.
  pool.on('connect', (client) => client.on('error', nothing));
  return pool;
}
