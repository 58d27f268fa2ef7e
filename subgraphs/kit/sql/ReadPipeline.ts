import type { Pool, PoolClient, PoolConfig } from 'pg';
import type { Logger } from 'pino';
import { isConnectionLost } from './isUnavailable.js';
import { openPool } from './openPool.js';

const nothing = () => undefined;

/** Far above the number of lists, filters and orders of a subgraph. */
const MAX_PREPARED = 1000;

/** SQLSTATE of a statement that was sent behind the one that was to prepare it, when that one failed before it did. */
const NOT_PREPARED = '26000';

interface Waiting {
  /** Ends it for those who watch. */
  readonly ended: (error?: unknown) => void;
  readonly text: string;
  readonly values: unknown[];
  readonly resolve: (rows: object[]) => void;
  readonly reject: (error: unknown) => void;
  /** When it failed for no fault of its own; undefined at its first try. */
  failedAt: number | undefined;
  /** It is not to be prepared. */
  isUnnamed: boolean;
}

/**
 * Reads outside transactions. What is asked in one turn of the event loop goes to Postgres together, over one connection
 * and in one write, and each statement is prepared once for each connection: on the way from resolver to rows, the system
 * calls and the parsing cost more than the reading. Each statement stands for itself: one that fails fails alone. One that was lost with its connection is
 * tried once more, on a fresh one: the connections refuse what writes, so nothing can be done twice.
 */
export class ReadPipeline {
  readonly #pool: Pool;
  readonly #names = new Map<string, string>();
  /** When each connection was made. */
  readonly #madeAt = new WeakMap<PoolClient, number>();
  #waiting: Waiting[] = [];
  readonly #onStatement: ((statement: string) => void) | undefined;
  readonly #watch: ((statement: string) => (error?: unknown) => void) | undefined;

  /**
   * @param config where to connect, read-only; `max` bounds the connections
   * @param onStatement called before each statement
   * @param watch told of each statement as soon as it is asked for; what it returns is called once, when that has ended
   */
  constructor(
    config: PoolConfig,
    log: Logger,
    onStatement?: (statement: string) => void,
    watch?: (statement: string) => (error?: unknown) => void,
  ) {
    this.#pool = openPool({ ...config, pipeline: true }, log);
    this.#pool.on('connect', (client) => this.#madeAt.set(client, performance.now()));
    this.#onStatement = onStatement;
    this.#watch = watch;
  }

  /**
   * Runs one statement; its rows as Postgres gives them.
   * @throws what Postgres says of it, or why it cannot be asked; `isUnavailable` tells one from the other
   */
  query<Row extends object>(text: string, values: unknown[]): Promise<Row[]> {
    return new Promise((resolve, reject) => {
      this.#onStatement?.(text);
      const ended = this.#watch?.(text) ?? nothing;
      const settle = { ended, resolve: resolve as (rows: object[]) => void, reject };
      this.#queue({ text, values, ...settle, failedAt: undefined, isUnnamed: false });
    });
  }

  /** Its connections. */
  get pool(): Pick<Pool, 'totalCount' | 'idleCount' | 'waitingCount'> {
    return this.#pool;
  }

  /** Waits for what is under way, then disconnects. */
  close(): Promise<void> {
    return this.#pool.end();
  }

  #queue(statement: Waiting): void {
    if (this.#waiting.length === 0) setImmediate(() => void this.#send());
    this.#waiting.push(statement);
  }

  async #send(): Promise<void> {
    let client;
    try {
      client = await this.#connect();
    } catch (error) {
      for (const { ended, reject } of this.#waiting.splice(0)) {
        ended(error);
        reject(error);
      }
      return;
    }
    let lost: Error | undefined;
    const onLost = (error: Error): void => {
      lost ??= error;
    };
    client.on('error', onLost);
    // What came while the connection was waited for goes along.
    const statements = this.#waiting.splice(0);
    const { stream } = client.connection;
    stream.cork();
    const sent = statements.map(async (statement) => {
      const { ended, text, values, resolve } = statement;
      try {
        const { rows } = await client.query<object>({ ...this.#name(statement), text, values });
        ended();
        resolve(rows);
      } catch (error) {
        if (isConnectionLost(error)) onLost(error as Error);
        this.#onFailure(statement, error);
      }
    });
    stream.uncork();
    await Promise.all(sent);
    client.removeListener('error', onLost);
    client.release(lost);
  }

  /**
   * A connection, made since the last failure of what waits. What broke one has perhaps broken others, which nobody has noticed yet: a statement has no third try,
   * so they are dropped.
   */
  async #connect(): Promise<PoolClient> {
    for (;;) {
      const client = await this.#pool.connect();
      const madeAt = this.#madeAt.get(client) ?? 0;
      if (this.#waiting.every(({ failedAt = 0 }) => failedAt <= madeAt)) return client;
      client.release(true);
    }
  }

  #onFailure(statement: Waiting, error: unknown): void {
    const isUnprepared = (error as { code?: unknown }).code === NOT_PREPARED;
    if (statement.failedAt === undefined && (isUnprepared || isConnectionLost(error))) {
      statement.failedAt = performance.now();
      statement.isUnnamed = isUnprepared;
      this.#queue(statement);
      return;
    }
    statement.ended(error);
    statement.reject(error);
  }

  /** A prepared statement lives as long as its connection, so there is an end to how many texts get one. */
  #name({ text, isUnnamed }: Waiting): { name?: string } {
    if (isUnnamed) return {};
    let name = this.#names.get(text);
    if (name === undefined) {
      if (this.#names.size >= MAX_PREPARED) return {};
      name = `s${this.#names.size}`;
      this.#names.set(text, name);
    }
    return { name };
  }
}
