import { Client, DatabaseError } from 'pg';
import { ImportError } from './ImportError.js';

const TRANSACTION = ['BEGIN', 'COMMIT', 'ROLLBACK'] as const;
const SAVEPOINT = ['SAVEPOINT batch', 'RELEASE SAVEPOINT batch', 'ROLLBACK TO SAVEPOINT batch'] as const;

/** The connections of an import: one for each database, whatever number of subgraphs is in it. */
export class Databases {
  readonly #clients = new Map<string, Client>();
  #scratch: Promise<Client> | undefined;

  private constructor(
    private readonly urls: Readonly<Record<string, string>>,
    /** Whether all that is written is taken back in the end. */
    readonly isDryRun: boolean,
  ) {}

  /**
   * Connects.
   * @param urls by subgraph
   * @param isDryRun whether everything happens in one transaction a database that is never committed
   * @throws ImportError when one cannot be reached
   */
  static async connect(urls: Readonly<Record<string, string>>, isDryRun: boolean): Promise<Databases> {
    const databases = new Databases(urls, isDryRun);
    for (const [subgraph, url] of Object.entries(urls)) {
      if (databases.#clients.has(url)) continue;
      try {
        const client = await connect(url);
        databases.#clients.set(url, client);
        if (isDryRun) await client.query('BEGIN');
      } catch (error) {
        await databases.close();
        throw unreachable(subgraph, url, error);
      }
    }
    return databases;
  }

  /** The connection to a subgraph's database. */
  of(subgraph: string): Client {
    const client = this.#clients.get(this.urls[subgraph] ?? '');
    if (client === undefined) throw new Error(`the import has no connection for ${subgraph}`);
    return client;
  }

  /** Any of them, always the same. */
  get first(): Client {
    const [client] = this.#clients.values();
    if (client === undefined) throw new Error('the import has no connection');
    return client;
  }

  /** A connection of its own for temporary tables, so that what waits in them can be read while batches are written. */
  scratch(): Promise<Client> {
    const [url = ''] = this.#clients.keys();
    this.#scratch ??= connect(url);
    return this.#scratch;
  }

  /** Runs `work` in one transaction a database; all are committed at its end (not in a dry run), or none has changed anything. */
  async transaction<T>(work: () => Promise<T>): Promise<T> {
    const clients = [...this.#clients.values()];
    const [begin, commit, rollback] = this.isDryRun ? SAVEPOINT : TRANSACTION;
    for (const client of clients) await client.query(begin);
    try {
      const result = await work();
      // The first comes last: it remembers what is done.
      for (const client of clients.toReversed()) await client.query(commit);
      return result;
    } catch (error) {
      for (const client of clients) await client.query(rollback).catch(() => {});
      throw error;
    }
  }

  /** Ends the connections; what is not committed is gone. */
  async close(): Promise<void> {
    const scratch = await this.#scratch?.catch(() => undefined);
    for (const client of [...this.#clients.values(), ...(scratch ? [scratch] : [])]) await client.end().catch(() => {});
  }
}

async function connect(url: string): Promise<Client> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: 5000,
    application_name: 'customer360-import',
    options: '-c timezone=UTC',
  });
  // A connection that breaks is an error of the statement under way, not of the process.
  client.on('error', () => {});
  await client.connect();
  return client;
}

/** One line about a database that does not let us in, without its password. */
export function unreachable(subgraph: string, url: string, error: unknown): ImportError {
  const { host, pathname } = new URL(url);
  const reason = error instanceof Error ? error.message || ('code' in error ? String(error.code) : '') : String(error);
  return new ImportError(
    `the database of ${subgraph} at ${host}${pathname} cannot be used: ${reason}; ` +
      'start it, or set DATABASE_URL to one that runs',
  );
}

/**
 * Whether a statement failed because of the data in it (SQLSTATE classes 22 and 23, and P0001, by which our triggers keep what is
 * append-only), and not because of the database.
 */
export function isDataError(error: unknown): error is DatabaseError {
  return error instanceof DatabaseError && /^(2[23]|P0001$)/.test(error.code ?? '');
}
