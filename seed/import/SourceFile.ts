import { condition } from './condition.js';
import { inlineTable } from './inlineTable.js';
import { numberedRows } from './numberedRows.js';
import type { FilePlan } from './compileMapping.js';
import { ImportError } from './ImportError.js';
import type { JoinedFile } from './joinFiles.js';
import type { SourceRow } from './SourceRow.js';
import { TableFile, type OpenOptions } from './TableFile.js';
import { joinedColumns, usedColumns } from './usedColumns.js';

/** A file of a mapping that was found, read once from end to end, and fits the mapping. */
export class SourceFile {
  private constructor(
    readonly plan: FilePlan,
    private readonly table: Pick<TableFile, 'count' | 'header' | 'rows'>,
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

  /** What its columns are called, in order. */
  get header(): readonly string[] {
    return this.table.header;
  }

  /** Its rows that meet the file's conditions, one after the other, without the header. */
  async *rows(): AsyncGenerator<SourceRow> {
    const { spec } = this.plan;
    const rows = this.table.rows();
    const meets = condition(spec);
    for await (const row of spec.rowNumber === undefined ? rows : numberedRows(rows, this.header, spec)) {
      if (meets(row)) yield row;
    }
  }

  /**
   * Finds a mapping's files and reads each to its end.
   * @param limit how many rows of each file to take; all of them when undefined
   * @param progress told now and then how many of a file's bytes are checked
   * @throws ImportError with a line for every problem with a file as a whole
   */
  static async openAll(
    folder: string,
    plans: readonly FilePlan[],
    limit?: number,
    progress?: (file: string, bytes: number, size: number) => void,
  ): Promise<SourceFile[]> {
    const files: SourceFile[] = [];
    const problems = new Set<string>();
    for (const plan of plans) {
      const options: OpenOptions = {
        columns: usedColumns(plan.spec),
        limit,
        progress: progress && ((bytes, size) => progress(plan.spec.file, bytes, size)),
      };
      try {
        const table =
          plan.spec.rows === undefined
            ? await TableFile.open(folder, plan.spec, options)
            : inlineTable(plan.spec, plan.spec.rows, options);
        const joined: JoinedFile[] = [];
        for (const join of plan.spec.join) {
          const columns = joinedColumns(plan.spec, join);
          joined.push({ spec: join, table: await TableFile.open(folder, join, { columns }) });
        }
        files.push(new SourceFile(plan, table, joined));
      } catch (error) {
        if (!(error instanceof ImportError)) throw error;
        problems.add(error.message);
      }
    }
    if (problems.size > 0) throw new ImportError([...problems].join('\n'));
    return files;
  }
}
