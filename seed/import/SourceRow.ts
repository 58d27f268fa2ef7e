import type { FileSpec } from './mapping.js';
import { RowProblem } from './RowProblem.js';

/** How the cells of one file are to be read: where a column is, what stands for "no value", what is misspelt. */
export class RowReader {
  readonly #positions: ReadonlyMap<string, number>;
  readonly #missing: ReadonlySet<string>;
  readonly #columns: ReadonlyMap<string, { missing: ReadonlySet<string>; replace: ReadonlyMap<string, string> }>;

  /** @param header the file's column names, in order */
  constructor(
    readonly header: readonly string[],
    spec: Pick<FileSpec, 'missing' | 'columns'>,
  ) {
    this.#positions = new Map(header.map((column, index) => [column, index]));
    this.#missing = new Set(spec.missing);
    this.#columns = new Map(
      Object.entries(spec.columns).map(([column, { missing = [], replace = {} }]) => [
        column,
        { missing: new Set(missing), replace: new Map(Object.entries(replace)) },
      ]),
    );
  }

  /**
   * @param line where the row starts in the file, 1 for the first line
   * @param cells in the order of the header
   */
  row(line: number, cells: readonly string[]): SourceRow {
    return new SourceRow(this, line, cells);
  }

  /** The cell as written; empty when the column is not there. */
  written(cells: readonly string[], column: string): string {
    return cells[this.#positions.get(column) ?? -1] ?? '';
  }

  /** The cell as meant: trimmed, mended, null when it says that there is no value. */
  meant(cells: readonly string[], column: string): string | null {
    const text = this.written(cells, column).trim();
    const spec = this.#columns.get(column);
    if (text === '' || this.#missing.has(text) || spec?.missing.has(text)) return null;
    return spec?.replace.get(text) ?? text;
  }

  get width(): number {
    return this.header.length;
  }
}

/** One row of a file. */
export class SourceRow {
  constructor(
    readonly reader: RowReader,
    readonly line: number,
    readonly cells: readonly string[],
  ) {}

  /** @throws RowProblem when the row has more or fewer cells than the header, so that no cell can be trusted */
  checkWidth(): void {
    const { width } = this.reader;
    if (this.cells.length === width) return;
    // A delimiter at the end of each row makes cells that say nothing.
    if (this.cells.length > width && this.cells.slice(width).every((cell) => cell.trim() === '')) return;
    throw new RowProblem('', '', `the row has ${this.cells.length} cells, the header ${width}`);
  }

  /** The value that is meant; null when there is none. */
  value(column: string): string | null {
    return this.reader.meant(this.cells, column);
  }

  /** The value as it names a record, be it of another file or system: as `externalIdInput` has it, so in Unicode's composed form (NFC). */
  key(column: string): string | null {
    return this.value(column)?.normalize('NFC') ?? null;
  }

  /** A problem with what this row says in a column. */
  problem(column: string, reason: string): RowProblem {
    return new RowProblem(column, this.reader.written(this.cells, column), reason, this.line);
  }
}
