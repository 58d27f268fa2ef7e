import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ImportError } from './ImportError.js';
import { jsonCells } from './jsonCells.js';
import { formatOf, type TableSpec } from './mapping.js';
import { nearestNames } from './nearestNames.js';
import { readCsv } from './readCsv.js';
import { readJson } from './readJson.js';
import { readText } from './readText.js';
import { RowReader, type SourceRow } from './SourceRow.js';

/** The cells of one row, and where it starts: the number that an editor shows. */
interface Line {
  readonly line: number;
  readonly cells: readonly string[];
}

/** What {@link TableFile.open} takes besides the file. */
export interface OpenOptions {
  /** The columns that the file must have. */
  readonly columns: ReadonlySet<string>;
  /** How many rows to take; all of them when undefined. */
  readonly limit?: number | undefined;
  /** Told now and then how many of the file's bytes are checked. */
  readonly progress?: ((bytes: number, size: number) => void) | undefined;
}

/** A header of more columns than this is no table; Postgres itself ends at 1,600. */
const MAX_COLUMNS = 10_000;

/** A file of the data folder that was found, read once from end to end, and has the columns that are wanted of it. */
export class TableFile {
  private constructor(
    /** Where it is. */
    readonly path: string,
    private readonly spec: TableSpec,
    private readonly reader: RowReader,
    private readonly limit: number,
    /** How many rows it has, without the header, or how many of them are taken. */
    readonly count: number,
  ) {}

  /** What the columns are called, in order; a name that stands there before has its position behind it. */
  get header(): readonly string[] {
    return this.reader.header;
  }

  /** Its rows, one after the other, without the header. */
  async *rows(): AsyncGenerator<SourceRow> {
    let left = this.limit;
    const lines = isJson(this.spec) ? this.#records() : linesOf(this.path, this.spec);
    let isHeader = !isJson(this.spec) && this.spec.header !== 'none';
    for await (const { line, cells } of lines) {
      if (isHeader) {
        isHeader = false;
        continue;
      }
      if (left <= 0) return;
      left -= 1;
      yield this.reader.row(line, cells);
    }
  }

  async *#records(): AsyncGenerator<Line> {
    const columns = new Set(this.header);
    for await (const { line, members } of recordsOf(this.path, this.spec)) {
      const cells = jsonCells(members, columns);
      yield { line, cells: this.header.map((column) => cells.get(column) ?? '') };
    }
  }

  /**
   * Finds a file and reads it to its end, so that what is wrong with it as a whole (it is not there, a column is missing, it is in
   * another encoding, a quote is never closed) is known before anything is written.
   * @param folder where it is
   * @throws ImportError
   */
  static async open(folder: string, spec: TableSpec, options: OpenOptions): Promise<TableFile> {
    const path = join(folder, spec.file);
    const size = sizeOf(folder, path, spec.file);
    const { columns, limit = Infinity, progress } = options;
    const told = progress && ((bytes: number) => progress(bytes, size));
    const { header, count } = isJson(spec)
      ? await scanRecords(path, spec, columns, limit, told)
      : await scanLines(path, spec, columns, limit, told);
    return new TableFile(path, spec, new RowReader(header, spec), limit, count);
  }
}

interface Scan {
  readonly header: readonly string[];
  readonly count: number;
}

const isJson = (spec: TableSpec) => ['json', 'ndjson'].includes(formatOf(spec));

async function* linesOf(path: string, spec: TableSpec, progress?: (bytes: number) => void): AsyncGenerator<Line> {
  const { delimiter = formatOf(spec) === 'tsv' ? '\t' : ',', quote, escape = quote, encoding } = spec.csv;
  const text = withoutLines(readText(path, encoding, progress), spec.skipLines);
  for await (const { line, cells } of readCsv(text, { delimiter, quote, escape }, path)) {
    yield { line: line + spec.skipLines, cells };
  }
}

function recordsOf(path: string, spec: TableSpec, progress?: (bytes: number) => void) {
  const format = formatOf(spec) === 'ndjson' ? 'ndjson' : 'json';
  return readJson(readText(path, undefined, progress), { format, records: spec.records }, path);
}

/** Text without its first lines. */
async function* withoutLines(text: AsyncIterable<string>, count: number): AsyncGenerator<string> {
  let left = count;
  for await (const piece of text) {
    let from = 0;
    for (; left > 0; left -= 1) {
      const end = piece.indexOf('\n', from);
      if (end < 0) break;
      from = end + 1;
    }
    if (left === 0) yield piece.slice(from);
  }
}

async function scanLines(
  path: string,
  spec: TableSpec,
  columns: ReadonlySet<string>,
  limit: number,
  progress: ((bytes: number) => void) | undefined,
): Promise<Scan> {
  let header: readonly string[] | undefined;
  let count = 0;
  for await (const { cells } of linesOf(path, spec, progress)) {
    if (header === undefined) {
      header = readHeader(path, cells, spec, columns);
      if (spec.header !== 'none') continue;
    }
    if (count >= limit) break;
    count += 1;
  }
  if (header === undefined) {
    const first = spec.header === 'none' ? 'it has no rows' : 'its first line must name its columns';
    throw new ImportError(`${path} is empty; ${first}`);
  }
  return { header, count };
}

/** What the columns of a file are called, by the first of its rows and by what the mapping says. */
function readHeader(
  path: string,
  cells: readonly string[],
  spec: TableSpec,
  columns: ReadonlySet<string>,
): readonly string[] {
  const names = spec.header === 'none' ? cells.map((_, index) => String(index + 1)) : cells.map((name) => name.trim());
  if (Array.isArray(spec.header)) {
    if (spec.header.length !== names.length) {
      throw new ImportError(
        `${path} has ${names.length} columns, and header in the mapping names ${spec.header.length}: ` +
          `the file says ${names.join(', ')}`,
      );
    }
    names.splice(0, names.length, ...spec.header);
  }
  for (const [column, { position }] of Object.entries(spec.columns)) {
    if (position === undefined) continue;
    if (position > names.length) {
      throw new ImportError(
        `${path} has ${names.length} columns, and the mapping says that ${column} is at ${position}`,
      );
    }
    for (const [other, taken] of names.entries()) if (taken === column) names[other] = `${column} (${other + 1})`;
    names[position - 1] = column;
  }
  refuseDoubtful(path, names, columns);
  const header = names.map((name, index) => (isTold(names, index) ? name : `${name} (${index + 1})`.trim()));
  refuseMissing(path, header, columns);
  return header;
}

/** Whether a column has a name that none before it has. */
const isTold = (names: readonly string[], index: number) =>
  names[index] !== '' && names.indexOf(names[index] ?? '') === index;

function refuseDoubtful(path: string, names: readonly string[], columns: ReadonlySet<string>): void {
  const doubtful = [...columns].filter((name) => names.indexOf(name) !== names.lastIndexOf(name));
  const [first] = doubtful;
  if (first === undefined) return;
  const positions = names.flatMap((name, index) => (name === first ? [index + 1] : []));
  throw new ImportError(
    `${path} has the column ${doubtful.join(', ')} more than once; say which is meant by its position ` +
      `(columns: { ${first}: { position: ${positions.at(-1)} } }; ${first} is at ${positions.join(' and ')})`,
  );
}

function refuseMissing(path: string, names: readonly string[], columns: ReadonlySet<string>): void {
  const missing = [...columns].filter((name) => !names.includes(name));
  if (missing.length === 0) return;
  const which = missing.length === 1 ? 'column' : 'columns';
  const meant = missing.flatMap((name) => {
    const near = nearestNames(
      name,
      names.filter((one) => !columns.has(one)),
    );
    return near.length === 0 ? [] : [`did you mean ${near.join(' or ')} by ${name}?`];
  });
  const has = `${path} has no ${which} ${missing.join(', ')}; it has ${names.join(', ')}`;
  throw new ImportError([has, ...meant].join('; '));
}

async function scanRecords(
  path: string,
  spec: TableSpec,
  columns: ReadonlySet<string>,
  limit: number,
  progress: ((bytes: number) => void) | undefined,
): Promise<Scan> {
  const header = new Set<string>();
  let count = 0;
  let isWhole = true;
  for await (const { members } of recordsOf(path, spec, progress)) {
    if (count >= limit) {
      isWhole = false;
      break;
    }
    count += 1;
    for (const column of jsonCells(members, columns).keys()) header.add(column);
    if (header.size > MAX_COLUMNS) {
      throw new ImportError(
        `${path} has more than ${MAX_COLUMNS} different members in its records: what is a key in it should be a value`,
      );
    }
  }
  // Records that are left out, or that are not there at all, may have the members that the others lack.
  if (isWhole && count > 0) refuseMissing(path, [...header], columns);
  return { header: [...new Set([...header, ...columns])], count };
}

/** @throws ImportError when there is no such file */
function sizeOf(folder: string, path: string, file: string): number {
  const present = listFolder(folder);
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats?.isFile()) return stats.size;
  const list = present.length === 0 ? 'it is empty' : `it has ${present.join(', ')}`;
  const near = nearestNames(file, present);
  const meant = near.length === 0 ? '' : `; did you mean ${near.join(' or ')}?`;
  throw new ImportError(`${folder} has no file ${file}; ${list}${meant}`);
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    throw new ImportError(
      `the data folder ${folder} cannot be read: ${(error as Error).message}; say another: --data DIR`,
    );
  }
}
