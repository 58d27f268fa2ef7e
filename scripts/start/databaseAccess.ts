import { Client } from 'pg';
import { errorCode } from './errorCode.js';
import { errorMessage } from './errorMessage.js';
import { StartError } from './StartError.js';

/** How long a Postgres may take to accept a connection, in milliseconds. */
const CONNECT_MS = 10_000;

/**
 * Makes the database where it is missing.
 *
 * @param server address of any database on that server, of a user who may create databases.
 * @returns the address of the database.
 */
export async function ensureDatabase(server: string, name: string): Promise<string> {
  try {
    await query(server, `CREATE DATABASE "${name}"`);
  } catch (error) {
    if (errorCode(error) !== '42P04') throw error; // duplicate_database
  }
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

/** @throws StartError when nobody answers at this address, or turns us away. */
export async function checkDatabase(url: string): Promise<void> {
  try {
    await query(url, 'SELECT 1');
  } catch (error) {
    const reason = errorMessage(error) || errorCode(error);
    throw new StartError(
      `cannot use the Postgres of DATABASE_URL at ${withoutPassword(url)}: ${reason}; mend or unset it`,
    );
  }
}

/** The address as it may be shown and logged. */
export function withoutPassword(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}

async function query(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: CONNECT_MS });
  // A connection that breaks between two calls is an error of the call, not of the process.
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query(sql);
  } finally {
    await client.end().catch(() => {});
  }
}
