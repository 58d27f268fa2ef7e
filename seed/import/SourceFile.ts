import type { FilePlan } from './compileMapping.js';
import { condition } from './condition.js';
import { ImportError } from './ImportError.js';
import { inlineTable } from './inlineTable.js';
import { numberedRows } from './numberedRows.js';
import type { JoinedFile } from './joinFiles.js';
import type { RejectedRows } from './RejectedRows.js';
import type { SourceRow } from './SourceRow.js';
import { type OpenOptions, TableFile } from './TableFile.js';
import { joinedColumns, usedColumns } from './usedColumns.js';

/** What {@link SourceFile.openAll} takes besides the mapping's files. */
export interface SourceOptions {
  /** How many rows of each file to take; all of them when undefined. */
  readonly limit?: number | undefined;
  /** Where to take the rows from in place of the files: those that an earlier import rejected. */
  readonly rejected?: RejectedRows | undefined;
  /** Told now and then how many of a file's bytes are checked. */
  readonly progress?: (file: string, bytes: number, size: number) => void;
}

type Table = Pick<TableFile, 'count' | 'header' | 'rows'>;

/** The rows of a file of a mapping, which were read once from end to end and fit the mapping. */
export class SourceFile {
  private constructor(
    readonly plan: FilePlan,
    private readonly table: Table,
    /** The other files that its rows are joined to. */
    readonly joined: readonly JoinedFile[],
  ) {}

  /** Its name in the data folder. */
  get name(): string {
    return this.plan.spec.file;
  }

  /** How many rows are going to be read. */
  get count(): number {
    return this.table.count;
  }

  /** What the columns of its rows are called, in order. */
  get header(): readonly string[] {
    const { rowNumber } = this.plan.spec;
    const { header } = this.table;
    return rowNumber === undefined || header.includes(rowNumber) ? header : [...header, rowNumber];
  }

  /** Its rows that meet the file's conditions, one after the other, without the header. */
  async *rows(): AsyncGenerator<SourceRow> {
    const { spec } = this.plan;
    const rows = this.table.rows();
    const meets = condition(spec);
    for await (const row of spec.rowNumber === undefined ? rows : numberedRows(rows, this.table.header, spec)) {
      if (meets(row)) yield row;
    }
  }

  /**
   * Finds a mapping's files and reads each to its end.
   * @throws ImportError with a line for every problem with a file as a whole
   */
  static async openAll(folder: string, plans: readonly FilePlan[], options: SourceOptions = {}): Promise<SourceFile[]> {
    const files: SourceFile[] = [];
    const problems = new Set<string>();
    for (const plan of plans) {
      try {
        files.push(new SourceFile(plan, await openTable(folder, plan, options), await openJoined(folder, plan)));
      } catch (error) {
        if (!(error instanceof ImportError)) throw error;
        problems.add(error.message);
      }
    }
    if (problems.size > 0) throw new ImportError([...problems].join('\n'));
    return files;
  }
}

async function openTable(folder: string, { spec }: FilePlan, options: SourceOptions): Promise<Table> {
  const { limit = Infinity, rejected, progress } = options;
  const columns = usedColumns(spec);
  if (rejected !== undefined) {
    const reader = rejected.reader(spec, columns);
    const count = Math.min(rejected.count(spec.file), limit);
    return { count, header: reader.header, rows: () => firstOf(rejected.rows(spec.file, reader), count) };
  }
  const told = progress && ((bytes: number, size: number) => progress(spec.file, bytes, size));
  const open: OpenOptions = { columns, limit, progress: told };
  return spec.rows === undefined ? TableFile.open(folder, spec, open) : inlineTable(spec, spec.rows, open);
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

async function openJoined(folder: string, { spec }: FilePlan): Promise<JoinedFile[]> {
  const joined: JoinedFile[] = [];
  for (const join of spec.join) {
    joined.push({ spec: join, table: await TableFile.open(folder, join, { columns: joinedColumns(spec, join) }) });
  }
  return joined;
}
