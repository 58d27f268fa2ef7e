import { statSync } from 'node:fs';
import { ImportError } from './ImportError.js';
import type { TableSpec } from './mapping.js';
import { nearestNames } from './nearestNames.js';
import { readCsv } from './readCsv.js';
import { readText } from './readText.js';
import { REJECT_COLUMNS } from './RejectsFile.js';
import { RowReader, type SourceRow } from './SourceRow.js';

const OWN = REJECT_COLUMNS.length;

/**
 * A rejects file whose rows were mended, to be imported again: each row is one of the file that its first cell names, on the line that
 * its second names. Columns are known by their names, so they may have been moved or left out where no mapping uses them.
 */
export class RejectedRows {
  private constructor(
    private readonly path: string,
    private readonly delimiter: string,
    /** Of the data, behind what we say of the row. */
    private readonly header: readonly string[],
    private readonly counts: ReadonlyMap<string, number>,
  ) {}

  /**
   * Reads a rejects file to its end.
   * @throws ImportError when it is not there, is no rejects file, or has a row twice
   */
  static async open(path: string): Promise<RejectedRows> {
    if (!statSync(path, { throwIfNoEntry: false })?.isFile()) throw new ImportError(`there is no rejects file ${path}`);
    const delimiter = await delimiterOf(path);
    let header: readonly string[] | undefined;
    const counts = new Map<string, number>();
    const seen = new Set<string>();
    for await (const { line, cells } of linesOf(path, delimiter)) {
      if (header === undefined) {
        header = dataHeader(path, cells);
        continue;
      }
      const [file = '', origin = ''] = cells;
      const row = JSON.stringify([file, origin]);
      if (!/^\d{1,9}$/.test(origin)) throw new ImportError(`${path}: line ${line} does not say the line of its row`);
      if (seen.has(row)) throw new ImportError(`${path}: line ${line} has line ${origin} of ${file} a second time`);
      seen.add(row);
      counts.set(file, (counts.get(file) ?? 0) + 1);
    }
    return new RejectedRows(path, delimiter, header ?? dataHeader(path, []), counts);
  }

  /** The files that it has rows of. */
  get files(): readonly string[] {
    return [...this.counts.keys()];
  }

  /** How many rows it has of a file. */
  count(file: string): number {
    return this.counts.get(file) ?? 0;
  }

  /**
   * What reads the cells of a file's rows.
   * @throws ImportError when a column that the mapping uses is not there
   */
  reader(spec: TableSpec, columns: ReadonlySet<string>): RowReader {
    const missing = [...columns].filter((column) => !this.header.includes(column));
    if (missing.length === 0 || this.count(spec.file) === 0) return new RowReader(this.header, spec);
    const near = missing.flatMap((column) => nearestNames(column, this.header));
    const meant = near.length === 0 ? '' : `; did you mean ${near.join(' or ')}?`;
    throw new ImportError(`${this.path} has no column ${missing.join(', ')} for the rows of ${spec.file}${meant}`);
  }

  /** The rows of a file, each with the line that it has there. */
  async *rows(file: string, reader: RowReader): AsyncGenerator<SourceRow> {
    let isHeader = true;
    for await (const { cells } of linesOf(this.path, this.delimiter)) {
      if (!isHeader && cells[0] === file) yield reader.row(Number(cells[1]), cells.slice(OWN));
      isHeader = false;
    }
  }
}

const linesOf = (path: string, delimiter: string) =>
  readCsv(readText(path, undefined), { delimiter, quote: '"', escape: '"' }, path);

/** Spreadsheets of some countries save a CSV with semicolons. */
async function delimiterOf(path: string): Promise<string> {
  for await (const text of readText(path, undefined)) return /^"?file"?([;\t])/.exec(text)?.[1] ?? ',';
  return ',';
}

/** @throws ImportError when the header is none of a rejects file */
function dataHeader(path: string, cells: readonly string[]): readonly string[] {
  if (REJECT_COLUMNS.every((column, index) => cells[index]?.trim() === column)) return cells.slice(OWN);
  throw new ImportError(`${path} is no rejects file: its first columns must be ${REJECT_COLUMNS.join(', ')}`);
}
