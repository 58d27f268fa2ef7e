import {
  accessSync,
  closeSync,
  constants,
  createWriteStream,
  existsSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  type WriteStream,
} from 'node:fs';
import { once } from 'node:events';
import { dirname, resolve } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import type { Reject } from './BatchWriter.js';
import { ImportError } from './ImportError.js';
import type { SourceFile } from './SourceFile.js';

/** What every rejects file begins with; the columns of the files that were read come after it. */
export const REJECT_COLUMNS = ['file', 'line', 'column', 'value', 'reason'] as const;

/** Whether a file begins as those that we write, so that it may be replaced; a spreadsheet may have saved it since. */
function isOurs(path: string): boolean {
  const start = Buffer.alloc(64);
  const file = openSync(path, 'r');
  try {
    readSync(file, start, 0, start.length, 0);
  } finally {
    closeSync(file);
  }
  return /^\uFEFF?"?file"?[,;\t]"?line"?[,;\t]"?column"?[,;\t]"?value"?[,;\t]"?reason\b/.test(start.toString());
}

/**
 * The rows that did not go in, as a CSV: what is wrong with each, and its own cells behind that, to be mended there and imported again
 * (`--rejects-from`). There is a file only when there are such rows.
 */
export class RejectsFile {
  #stream: WriteStream | undefined;
  readonly #positions: ReadonlyMap<string, number>;
  readonly #header: readonly string[];

  private constructor(
    private readonly path: string,
    /** Where it is written until the import is through; `path` itself unless that is being read. */
    private readonly place: string,
    columns: readonly string[],
  ) {
    this.#header = [...new Set(columns)];
    this.#positions = new Map(this.#header.map((column, index) => [column, index]));
  }

  /**
   * Takes away what an earlier import left under this name.
   * @param columns of all the files that are read
   * @param source the rejects file that the import reads; when it is the same, it stays until the import is through
   * @throws ImportError when the file that is there is none of ours, or its folder takes none
   */
  static replace(path: string, columns: readonly string[], source?: string): RejectsFile {
    const isSource = source !== undefined && resolve(source) === resolve(path);
    const place = isSource ? `${path}.new` : path;
    try {
      accessSync(dirname(path), constants.W_OK);
      if (existsSync(path) && !isOurs(path))
        throw new ImportError(`${path} is there and is no rejects file of ours; choose another: --rejects FILE`);
      rmSync(place, { force: true });
    } catch (error) {
      if (error instanceof ImportError) throw error;
      throw new ImportError(`${path} cannot be written: ${(error as Error).message}; choose another: --rejects FILE`);
    }
    return new RejectsFile(path, place, columns);
  }

  /** @param file the file that the rows are in, and what its columns are called */
  async add(file: Pick<SourceFile, 'name' | 'header'>, rejects: readonly Reject[]): Promise<void> {
    if (rejects.length === 0) return;
    const positions = file.header.map((column) => this.#positions.get(column));
    const rows = rejects.map(({ line, column, value, reason, cells }) => [
      file.name,
      line,
      column,
      value,
      reason,
      ...this.#ownCells(cells, positions),
    ]);
    await this.#write(stringify(rows));
  }

  /**
   * Ends the file.
   * @param isThrough whether all rows were read; else the rejects file that the import reads stays, and the new one goes
   */
  async close(isThrough: boolean): Promise<void> {
    const stream = this.#stream;
    if (stream !== undefined) {
      stream.end();
      await once(stream, 'close');
    }
    if (this.place === this.path) return;
    if (!isThrough) rmSync(this.place, { force: true });
    else if (stream === undefined) rmSync(this.path);
    else renameSync(this.place, this.path);
  }

  /** The cells of a row under their columns. What stands beyond its header is put into the last, for a person to part it again. */
  #ownCells(cells: readonly string[], positions: readonly (number | undefined)[]): string[] {
    const placed = this.#header.map(() => '');
    for (const [index, position] of positions.entries()) {
      if (position !== undefined) placed[position] = cells[index] ?? '';
    }
    const beyond = cells.slice(positions.length);
    const last = positions.at(-1);
    if (last !== undefined && beyond.some((cell) => cell.trim() !== '')) {
      placed[last] = cells.slice(positions.length - 1).join(',');
    }
    return placed;
  }

  async #write(text: string): Promise<void> {
    if (this.#stream === undefined) {
      this.#stream = createWriteStream(this.place, { flags: 'wx' });
      await once(this.#stream, 'open').catch((error: Error) => {
        throw new ImportError(`${this.path} cannot be written: ${error.message}; choose another: --rejects FILE`);
      });
      this.#stream.write(stringify([[...REJECT_COLUMNS, ...this.#header]]));
    }
    if (!this.#stream.write(text)) await once(this.#stream, 'drain');
  }
}
