import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { DatabaseError } from 'pg';
import type { BatchOutcome, Reject } from './BatchWriter.js';
import type { Databases } from './Databases.js';
import { ImportError } from './ImportError.js';

/** After so many days without a sign of life an import that was broken off is forgotten. */
const KEPT_DAYS = 7;
/** Rejected rows that are read at a time. */
const FETCHED = 1000;
/** How long to wait for the database to notice that an import was killed. */
const LOCK_TIMEOUT = '10s';

/** How far an import has come with a file. */
export interface FileProgress {
  /** Records that are dealt with, in the order in which they are read. */
  readonly position: number;
  /** Rows that are dealt with. */
  readonly rows: number;
  /** Records with a key among them. */
  readonly records: number;
  readonly rejected: number;
  readonly isDone: boolean;
  /** When that was. */
  readonly at: Date;
}

/** What tells an import from every other: what is read, and as what. */
interface ImportIdentity {
  /** The mapping's text. */
  readonly mapping: string;
  /** Where the files are that are read. */
  readonly paths: readonly string[];
  /** What else decides on what is written. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** @returns 32 hexadecimal digits: another for another mapping, other options or any change in a file */
export async function importId({ mapping, paths, options }: ImportIdentity): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify([mapping, options]));
  for (const path of paths) {
    const file = createHash('sha256');
    for await (const chunk of createReadStream(path)) file.update(chunk as Buffer);
    hash.update(file.digest());
  }
  return hash.digest('hex').slice(0, 32);
}

/**
 * What an import remembers while it goes on, so that the next one goes on from there when it is killed: how far it has come with each
 * file, the rows that it rejected, and the keys that it has seen. It is kept in the first of the databases, in tables that a crash of the
 * database empties, all at once: then the import begins anew, which is slower and no less right.
 */
export class Checkpoint {
  private constructor(
    private readonly databases: Databases,
    private readonly id: string | null,
    /** The table of the keys that were seen: scope, value, line. */
    readonly seen: string,
    private readonly reject: string,
    private readonly file: string,
  ) {}

  /**
   * @param id of the import; null for one that begins anew each time and leaves nothing behind
   * @throws ImportError when the same import is under way
   */
  static async open(databases: Databases, id: string | null): Promise<Checkpoint> {
    const table = (name: string) => (id === null ? `pg_temp.import_${name}` : `"import".${name}_${id}`);
    const checkpoint = new Checkpoint(databases, id, table('seen'), table('reject'), table('file'));
    if (id !== null) await checkpoint.#begin(id);
    await checkpoint.#createTables(id === null ? 'TEMPORARY' : 'UNLOGGED');
    return checkpoint;
  }

  /**
   * How far an earlier import came with a file; null when there was none.
   * @param exists whether a record of that id is in the database; when the last that was written is not, all is forgotten
   */
  async progress(file: string, exists: (id: string) => Promise<boolean>): Promise<FileProgress | null> {
    const { rows } = await this.databases.first.query<Omit<FileProgress, 'rejected'> & { lastId: string | null }>(
      `SELECT position::integer, rows::integer, records::integer, is_done AS "isDone", at, last_id AS "lastId"
       FROM ${this.file} WHERE name = $1`,
      [file],
    );
    const [found] = rows;
    if (found === undefined) return null;
    if (found.lastId !== null && !(await exists(found.lastId))) {
      await this.forget(file);
      return null;
    }
    const counted = await this.databases.first.query<{ rejected: number }>(
      `SELECT count(*)::integer AS rejected FROM ${this.reject} WHERE file = $1`,
      [file],
    );
    return { ...found, rejected: counted.rows[0]?.rejected ?? 0 };
  }

  /** Begins a file anew. */
  async forget(file: string): Promise<void> {
    const { first } = this.databases;
    await first.query(`DELETE FROM ${this.file} WHERE name = $1`, [file]);
    await first.query(`DELETE FROM ${this.reject} WHERE file = $1`, [file]);
    await first.query(`DELETE FROM ${this.seen} WHERE starts_with(scope, $1)`, [`${file} `]);
  }

  /** The rows of a file that were rejected, some at a time. */
  async *rejects(file: string): AsyncGenerator<Reject[]> {
    for (let last = '0'; ;) {
      const { rows } = await this.databases.first.query<{ ordinal: string; text: string }>(
        `SELECT ordinal, text FROM ${this.reject} WHERE file = $1 AND ordinal > $2 ORDER BY ordinal LIMIT ${FETCHED}`,
        [file, last],
      );
      const end = rows.at(-1);
      if (end === undefined) return;
      last = end.ordinal;
      yield rows.map(({ text }) => JSON.parse(text) as Reject);
    }
  }

  /** Remembers that a batch is written. Killed before that, the next import writes it once more, and finds it unchanged. */
  async advance(
    file: string,
    { position, rows, records }: Pick<FileProgress, 'position' | 'rows' | 'records'>,
    { rejects, lastId }: Pick<BatchOutcome, 'rejects' | 'lastId'>,
  ): Promise<void> {
    await this.databases.first.query(
      `WITH rejected AS (
         INSERT INTO ${this.reject} (file, text)
         SELECT $1, g.text FROM unnest($2::text[]) WITH ORDINALITY AS g (text, ordinal) ORDER BY g.ordinal
       )
       INSERT INTO ${this.file} AS f (name, position, rows, records, last_id) VALUES ($1, $3, $4, $5, $6)
       ON CONFLICT (name) DO UPDATE SET position = EXCLUDED.position, rows = EXCLUDED.rows, records = EXCLUDED.records,
         last_id = coalesce(EXCLUDED.last_id, f.last_id), at = now()`,
      [file, rejects.map((reject) => JSON.stringify(reject)), position, rows, records, lastId],
    );
    if (this.id !== null)
      await this.databases.first.query(`UPDATE "import".run SET at = now() WHERE id = $1`, [this.id]);
  }

  /** Remembers that a file is through. */
  async done(file: string): Promise<void> {
    await this.databases.first.query(
      `INSERT INTO ${this.file} (name, is_done) VALUES ($1, true) ON CONFLICT (name) DO UPDATE SET is_done = true, at = now()`,
      [file],
    );
  }

  /** Forgets the import, which is through. */
  async close(): Promise<void> {
    const { first } = this.databases;
    await first.query(`DROP TABLE IF EXISTS ${this.seen}, ${this.reject}, ${this.file}`);
    if (this.id !== null) await first.query('DELETE FROM "import".run WHERE id = $1', [this.id]);
  }

  async #begin(id: string): Promise<void> {
    const { first } = this.databases;
    await first.query('BEGIN');
    await first.query(`SELECT pg_advisory_xact_lock(hashtext('customer360.import'))`);
    await first.query('CREATE SCHEMA IF NOT EXISTS "import"');
    await first.query(
      'CREATE UNLOGGED TABLE IF NOT EXISTS "import".run (id text PRIMARY KEY, at timestamptz NOT NULL)',
    );
    await first.query(`DELETE FROM "import".run WHERE at < now() - interval '${KEPT_DAYS} days'`);
    await first.query('INSERT INTO "import".run VALUES ($1, now()) ON CONFLICT (id) DO UPDATE SET at = now()', [id]);
    const { rows } = await first.query<{ name: string }>(
      `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'import' AND tablename <> 'run'
       AND NOT EXISTS (SELECT FROM "import".run WHERE id = split_part(tablename, '_', 2))`,
    );
    for (const { name } of rows) await first.query(`DROP TABLE "import"."${name}"`);
    await first.query('COMMIT');
    await this.#lock(id);
  }

  /** Held until the connection ends. */
  async #lock(id: string): Promise<void> {
    const { first } = this.databases;
    await first.query(`SET lock_timeout = '${LOCK_TIMEOUT}'`);
    try {
      await first.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [`customer360.import.${id}`]);
    } catch (error) {
      if (!(error instanceof DatabaseError) || error.code !== '55P03') throw error;
      throw new ImportError('the same import of the same files is under way; let it come to its end');
    }
    await first.query('SET lock_timeout = 0');
  }

  async #createTables(kind: 'TEMPORARY' | 'UNLOGGED'): Promise<void> {
    const { first } = this.databases;
    const create = `CREATE ${kind} TABLE IF NOT EXISTS`;
    await first.query(`${create} ${this.seen} (scope text, value text, line integer, PRIMARY KEY (scope, value))`);
    await first.query(
      `${create} ${this.reject}
         (file text, ordinal bigint GENERATED ALWAYS AS IDENTITY, text text NOT NULL, PRIMARY KEY (file, ordinal))`,
    );
    await first.query(
      `${create} ${this.file} (name text PRIMARY KEY, position bigint NOT NULL DEFAULT 0, rows bigint NOT NULL DEFAULT 0,
         records bigint NOT NULL DEFAULT 0, is_done boolean NOT NULL DEFAULT false, last_id uuid,
         at timestamptz NOT NULL DEFAULT now())`,
    );
  }
}
