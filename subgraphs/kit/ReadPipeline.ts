import { Pool, type PoolConfig } from 'pg';
import type { Logger } from 'pino';
import type { PoolReadings } from './observe/createSubgraphMetrics.js';
import type { StatementWatch } from './observe/watchStatements.js';

const nothing = () => undefined;

/** Far above the number of lists, filters and orders of a subgraph. */
const MAX_PREPARED = 1000;

interface Waiting {
  /** Ends it for those who watch. */
  readonly ended: (error?: unknown) => void;
  readonly text: string;
  readonly values: unknown[];
  readonly resolve: (rows: object[]) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Reads outside transactions. What is asked in one turn of the event loop goes to Postgres together, over one connection
 * and in one write, and each statement is prepared once for each connection: on the way from resolver to rows, the system
 * calls and the parsing cost more than the reading. Each statement stands for itself: one that fails fails alone.
 */
export class ReadPipeline {
  readonly #pool: Pool;
  readonly #names = new Map<string, string>();
  #waiting: Waiting[] = [];
  readonly #onStatement: ((statement: string) => void) | undefined;
  readonly #watch: StatementWatch | undefined;

  /**
   * @param config where to connect; `max` bounds the connections
   * @param onStatement called before each statement
   * @param watch told of each statement as soon as it is asked for
   */
  constructor(config: PoolConfig, log: Logger, onStatement?: (statement: string) => void, watch?: StatementWatch) {
    this.#pool = new Pool({ ...config, pipeline: true });
    // An idle connection that breaks is replaced by the pool; the next statement tells whether Postgres is there.
    this.#pool.on('error', (error) => log.warn({ err: error }, 'lost an idle connection to the database'));
    this.#onStatement = onStatement;
    this.#watch = watch;
  }

  /** Runs one statement; its rows as Postgres gives them. */
  query<Row extends object>(text: string, values: unknown[]): Promise<Row[]> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) setImmediate(() => void this.#send());
      const ended = this.#watch?.('read', text) ?? nothing;
      this.#waiting.push({ text, values, ended, resolve: resolve as (rows: object[]) => void, reject });
    });
  }

  /** Its connections. */
  get pool(): PoolReadings {
    return this.#pool;
  }

  /** Waits for what is under way, then disconnects. */
  close(): Promise<void> {
    return this.#pool.end();
  }

  async #send(): Promise<void> {
    let client;
    try {
      client = await this.#pool.connect();
    } catch (error) {
      for (const { ended, reject } of this.#waiting.splice(0)) {
        ended(error);
        reject(error);
      }
      return;
    }
    // What came while the connection was waited for goes along.
    const statements = this.#waiting.splice(0);
    const { stream } = client.connection;
    stream.cork();
    const sent = statements.map(async ({ ended, text, values, resolve, reject }) => {
      this.#onStatement?.(text);
      try {
        const { rows } = await client.query<object>({ ...this.#name(text), text, values });
        ended();
        resolve(rows);
      } catch (error) {
        ended(error);
        reject(error);
      }
    });
    stream.uncork();
    await Promise.all(sent);
    client.release();
  }

  /** A prepared statement lives as long as its connection, so there is an end to how many texts get one. */
  #name(text: string): { name?: string } {
    let name = this.#names.get(text);
    if (name === undefined) {
      if (this.#names.size >= MAX_PREPARED) return {};
      name = `s${this.#names.size}`;
      this.#names.set(text, name);
    }
    return { name };
  }
}
