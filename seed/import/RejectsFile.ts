import {
  accessSync,
  constants,
  createWriteStream,
  existsSync,
  openSync,
  readSync,
  closeSync,
  rmSync,
  type WriteStream,
} from 'node:fs';
import { once } from 'node:events';
import { dirname } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import type { Reject } from './BatchWriter.js';
import { ImportError } from './ImportError.js';

const HEADER = 'file,line,column,value,reason\n';

/** Whether a file begins as those that we write, so that it may be replaced. */
function isOurs(path: string): boolean {
  const start = Buffer.alloc(HEADER.length);
  const file = openSync(path, 'r');
  try {
    readSync(file, start, 0, start.length, 0);
  } finally {
    closeSync(file);
  }
  return start.toString() === HEADER;
}

/** The rows that did not go in, as a CSV; there is a file only when there are such rows. */
export class RejectsFile {
  #stream: WriteStream | undefined;

  private constructor(readonly path: string) {}

  /**
   * Takes away what an earlier import left under this name.
   * @throws ImportError when the file that is there is none of ours, or its folder takes none
   */
  static replace(path: string): RejectsFile {
    try {
      accessSync(dirname(path), constants.W_OK);
      if (existsSync(path)) {
        if (!isOurs(path))
          throw new ImportError(`${path} is there and is no rejects file of ours; choose another: --rejects FILE`);
        rmSync(path);
      }
    } catch (error) {
      if (error instanceof ImportError) throw error;
      throw new ImportError(`${path} cannot be written: ${(error as Error).message}; choose another: --rejects FILE`);
    }
    return new RejectsFile(path);
  }

  /** @param file the CSV that the rows are in */
  async add(file: string, rejects: readonly Reject[]): Promise<void> {
    if (rejects.length === 0) return;
    const rows = rejects.map(({ line, column, value, reason }) => [file, line, column, value, reason]);
    await this.#write(stringify(rows));
  }

  async close(): Promise<void> {
    const stream = this.#stream;
    if (stream === undefined) return;
    stream.end();
    await once(stream, 'close');
  }

  async #write(text: string): Promise<void> {
    if (this.#stream === undefined) {
      this.#stream = createWriteStream(this.path, { flags: 'wx' });
      await once(this.#stream, 'open').catch((error: Error) => {
        throw new ImportError(`${this.path} cannot be written: ${error.message}; choose another: --rejects FILE`);
      });
      this.#stream.write(HEADER);
    }
    if (!this.#stream.write(text)) await once(this.#stream, 'drain');
  }
}
