import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Client } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { copyText } from '../copyText.js';
import { ImportError } from './ImportError.js';
import type { JoinSpec } from './mapping.js';
import type { SourceRecord } from './RecordDraft.js';
import { RowProblem } from './RowProblem.js';
import { type RowReader, SourceRow } from './SourceRow.js';
import type { TableFile } from './TableFile.js';

/** Another file whose rows are read beside those of a file. */
export interface JoinedFile {
  readonly spec: JoinSpec;
  readonly table: TableFile;
}

/** A row beside which rows of other files are read: `customer.Name` is the column Name of the row that was joined as customer. */
class JoinedRow extends SourceRow {
  constructor(
    row: SourceRow,
    /** By the name under which they were joined; null where there is none. */
    readonly joined: ReadonlyMap<string, SourceRow | null>,
  ) {
    super(row.reader, row.line, row.cells);
  }

  /** @returns the name of the column in the other file, and its row; undefined for a column of the row itself */
  #other(column: string): { readonly name: string; readonly row: SourceRow | null } | undefined {
    const dot = column.indexOf('.');
    const row = dot < 0 ? undefined : this.joined.get(column.slice(0, dot));
    return row === undefined ? undefined : { name: column.slice(dot + 1), row };
  }

  override value(column: string): string | null {
    const other = this.#other(column);
    if (other === undefined) return super.value(column);
    return other.row?.value(other.name) ?? null;
  }

  override problem(column: string, reason: string): RowProblem {
    const other = this.#other(column);
    if (other === undefined) return super.problem(column, reason);
    const written = other.row?.reader.written(other.row.cells, other.name) ?? '';
    return new RowProblem(column, written, reason, this.line);
  }
}

/** The text by which rows are joined; null when one of the columns has no value. */
function joinKey(row: SourceRow, columns: readonly string[]): string | null {
  const values = columns.map((column) => row.value(column));
  return values.includes(null) ? null : JSON.stringify(values);
}

/** Shows at most so many of the keys that a joined file has twice. */
const SHOWN = 5;

/** The rows of a joined file, waiting in a temporary table for those that they are read beside. */
class WaitingRows {
  #reader: RowReader | undefined;

  private constructor(
    readonly spec: JoinSpec,
    private readonly scratch: Client,
    private readonly name: string,
  ) {}

  /** @throws ImportError when a row has no clear key */
  static async load({ spec, table }: JoinedFile, scratch: Client, name: string): Promise<WaitingRows> {
    const waiting = new WaitingRows(spec, scratch, name);
    await scratch.query(`CREATE TEMPORARY TABLE ${name} (key text COLLATE "C", line integer, cells text)`);
    const lines = waiting.#lines(table);
    await pipeline(Readable.from(lines), scratch.query(copyFrom(`COPY ${name} (key, line, cells) FROM STDIN`)));
    await scratch.query(`CREATE INDEX ON ${name} (key)`);
    await scratch.query(`ANALYZE ${name}`);
    const { rows } = await scratch.query<{ key: string; lines: number[] }>(
      `SELECT key, (array_agg(line ORDER BY line))[1:2] AS lines FROM ${name}
       GROUP BY key HAVING count(*) > 1 ORDER BY min(line) LIMIT ${SHOWN}`,
    );
    if (rows.length > 0) throw new ImportError(rows.map((row) => waiting.#twice(row)).join('\n'));
    return waiting;
  }

  async close(): Promise<void> {
    await this.scratch.query(`DROP TABLE IF EXISTS pg_temp.${this.name}`);
  }

  /** The rows with these keys. */
  async take(keys: readonly string[]): Promise<Map<string, SourceRow>> {
    const { rows } = await this.scratch.query<{ key: string; line: number; cells: string }>(
      `SELECT key, line, cells FROM ${this.name} WHERE key = ANY($1::text[])`,
      [keys],
    );
    const reader = this.#reader;
    if (reader === undefined) return new Map();
    return new Map(rows.map(({ key, line, cells }) => [key, reader.row(line, JSON.parse(cells) as string[])]));
  }

  async *#lines(table: TableFile): AsyncGenerator<string> {
    const columns = Object.values(this.spec.on);
    for await (const row of table.rows()) {
      this.#reader = row.reader;
      try {
        row.checkWidth();
      } catch (error) {
        if (!(error instanceof RowProblem)) throw error;
        throw new ImportError(`${this.spec.file}: line ${row.line}: ${error.reason}; mend the file`);
      }
      const key = joinKey(row, columns);
      // A row without a key is beside none.
      if (key !== null) yield copyText([key, String(row.line), JSON.stringify(row.cells)]);
    }
  }

  #twice({ key, lines }: { readonly key: string; readonly lines: readonly number[] }): string {
    const columns = Object.values(this.spec.on).join(', ');
    const values = (JSON.parse(key) as string[]).join(', ');
    return (
      `${this.spec.file} has ${columns} ${values} in line ${lines.join(' and in line ')}; ` +
      'a row cannot be joined to both'
    );
  }
}

/** What a join makes of a row: the row that is beside it, or why there must be one and is none. */
function beside(
  row: SourceRow,
  { on, file, required }: JoinSpec,
  key: string | null,
  found: ReadonlyMap<string, SourceRow>,
): SourceRow | RowProblem | null {
  const other = key === null ? undefined : found.get(key);
  if (other !== undefined || !required) return other ?? null;
  const columns = Object.keys(on);
  const blank = columns.find((column) => row.value(column) === null);
  if (blank !== undefined) return row.problem(blank, `is missing, and ${file} is joined by it`);
  return row.problem(columns[0] ?? '', `is in no row of ${file} (${Object.values(on).join(', ')})`);
}

/** Reads rows of other files beside those of a file. They wait in temporary tables, so memory does not grow with the files. */
export class Joiner {
  private constructor(private readonly tables: readonly WaitingRows[]) {}

  /**
   * Reads the other files, each to its end.
   * @param scratch a connection that nothing else uses at the same time
   * @param name of the temporary tables, of letters, digits and underscores
   * @throws ImportError when one of them has a key twice
   */
  static async open(files: readonly JoinedFile[], scratch: () => Promise<Client>, name: string): Promise<Joiner> {
    const tables: WaitingRows[] = [];
    for (const [index, file] of files.entries()) {
      tables.push(await WaitingRows.load(file, await scratch(), `${name}_${index}`));
    }
    return new Joiner(tables);
  }

  async close(): Promise<void> {
    for (const table of this.tables) await table.close();
  }

  /** The same records, with the rows of the other files beside theirs; those that need one and have none get a problem. */
  async join(records: readonly SourceRecord[]): Promise<readonly SourceRecord[]> {
    let joined = records;
    for (const table of this.tables) joined = await this.#joinOne(joined, table);
    return joined;
  }

  async #joinOne(records: readonly SourceRecord[], table: WaitingRows): Promise<SourceRecord[]> {
    const { spec } = table;
    const columns = Object.keys(spec.on);
    const keys = new Map(
      records.flatMap(({ events }) => events.map(({ row }) => [row, joinKey(row, columns)] as const)),
    );
    const found = await table.take([...new Set([...keys.values()].filter((key) => key !== null))]);
    return records.map(({ events, problems }) => {
      const more: RowProblem[] = [];
      const [first, ...others] = events.map(({ row, place }) => {
        const other = beside(row, spec, keys.get(row) ?? null, found);
        if (other instanceof RowProblem) more.push(other);
        const before = row instanceof JoinedRow ? row.joined : [];
        const rows = new Map([...before, [spec.as, other instanceof RowProblem ? null : other] as const]);
        return { row: new JoinedRow(row, rows), place };
      });
      if (first === undefined) throw new Error('a record without a row');
      // What is wrong with a row already says more than that it cannot be joined.
      return { events: [first, ...others], problems: problems.length > 0 ? problems : more };
    });
  }
}
