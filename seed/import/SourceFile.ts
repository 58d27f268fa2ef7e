import type { FilePlan } from './compileMapping.js';
import { ImportError } from './ImportError.js';
import type { RejectedRows } from './RejectedRows.js';
import type { SourceRow } from './SourceRow.js';
import { TableFile } from './TableFile.js';
import { usedColumns } from './usedColumns.js';

/** What {@link SourceFile.openAll} takes besides the mapping's files. */
export interface SourceOptions {
  /** How many rows of each file to take; all of them when undefined. */
  readonly limit?: number | undefined;
  /** Where to take the rows from in place of the files: those that an earlier import rejected. */
  readonly rejected?: RejectedRows | undefined;
  /** Told now and then how many of a file's bytes are checked. */
  readonly progress?: (file: string, bytes: number, size: number) => void;
}

/** The rows of a file of a mapping, which were read once from end to end and fit the mapping. */
export class SourceFile {
  private constructor(
    readonly plan: FilePlan,
    /** How many rows are going to be read. */
    readonly count: number,
    /** What its columns are called, in order. */
    readonly header: readonly string[],
    /** The rows, one after the other, without the header. */
    readonly rows: () => AsyncGenerator<SourceRow>,
  ) {}

  /**
   * Finds a mapping's files and reads each to its end.
   * @throws ImportError with a line for every problem with a file as a whole
   */
  static async openAll(folder: string, plans: readonly FilePlan[], options: SourceOptions = {}): Promise<SourceFile[]> {
    const files: SourceFile[] = [];
    const problems = new Set<string>();
    for (const plan of plans) {
      try {
        files.push(await SourceFile.#open(folder, plan, options));
      } catch (error) {
        if (!(error instanceof ImportError)) throw error;
        problems.add(error.message);
      }
    }
    if (problems.size > 0) throw new ImportError([...problems].join('\n'));
    return files;
  }

  static async #open(folder: string, plan: FilePlan, options: SourceOptions): Promise<SourceFile> {
    const { spec } = plan;
    const { limit, rejected, progress } = options;
    const columns = usedColumns(spec);
    if (rejected === undefined) {
      const told = progress && ((bytes: number, size: number) => progress(spec.file, bytes, size));
      const table = await TableFile.open(folder, spec, { columns, limit, progress: told });
      return new SourceFile(plan, table.count, table.header, () => table.rows());
    }
    const reader = rejected.reader(spec, columns);
    const count = Math.min(rejected.count(spec.file), limit ?? Infinity);
    return new SourceFile(plan, count, reader.header, () => firstOf(rejected.rows(spec.file, reader), count));
  }
}

async function* firstOf<Item>(items: AsyncIterable<Item>, count: number): AsyncGenerator<Item> {
  let left = count;
  if (left === 0) return;
  for await (const item of items) {
    yield item;
    left -= 1;
    if (left === 0) return;
  }
}
