import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { FilePlan } from './compileMapping.js';
import { ImportError } from './ImportError.js';
import { condition } from './condition.js';
import { inlineRows } from './inlineRows.js';
import { type CsvRow, readCsv } from './readCsv.js';
import { RowReader, type SourceRow } from './SourceRow.js';
import { usedColumns } from './usedColumns.js';

/** A CSV file of the data folder that was found, read once from end to end, and fits its mapping. */
export class SourceFile {
  private constructor(
    readonly plan: FilePlan,
    private readonly path: string,
    private readonly reader: RowReader,
    /** How many rows it has, without the header. */
    readonly count: number,
  ) {}

  /** Its rows, one after the other, without the header. */
  async *rows(): AsyncGenerator<SourceRow> {
    let isHeader = true;
    const { spec } = this.plan;
    const meets = condition(spec);
    const counts = spec.rowNumber !== undefined;
    let number = 0;
    for await (const { line, cells } of rowsOf(this.path, spec)) {
      if (isHeader) {
        isHeader = false;
        continue;
      }
      number += 1;
      const row = this.reader.row(line, counts ? [...cells, String(number)] : cells);
      if (meets(row)) yield row;
    }
  }

  /**
   * Finds a mapping's files and reads each to its end, so that what is wrong with a file as a whole (it is not there, a
   * column is missing, it is in another encoding, a quote is never closed) is known before anything is written.
   * @throws ImportError with a line for every problem
   */
  static async openAll(folder: string, plans: readonly FilePlan[]): Promise<SourceFile[]> {
    const present = listFolder(folder);
    const files: SourceFile[] = [];
    const problems: string[] = [];
    for (const plan of plans) {
      try {
        files.push(await SourceFile.#open(folder, present, plan));
      } catch (error) {
        if (!(error instanceof ImportError)) throw error;
        problems.push(error.message);
      }
    }
    if (problems.length > 0) throw new ImportError(problems.join('\n'));
    return files;
  }

  static async #open(folder: string, present: readonly string[], plan: FilePlan): Promise<SourceFile> {
    const { spec } = plan;
    const path = join(folder, spec.file);
    if (spec.rows === undefined && !isFile(path)) {
      const list = present.length === 0 ? 'it is empty' : `it has ${present.join(', ')}`;
      throw new ImportError(`${folder} has no file ${spec.file}; ${list}`);
    }
    let reader: RowReader | undefined;
    let count = 0;
    for await (const { cells } of rowsOf(path, spec)) {
      if (reader === undefined) reader = readHeader(path, cells, plan);
      else count += 1;
    }
    if (reader === undefined) throw new ImportError(`${path} is empty; its first line must name its columns`);
    return new SourceFile(plan, path, reader, count);
  }
}

/** The header and the rows, out of the file or out of the mapping itself. */
function rowsOf(path: string, spec: FilePlan['spec']): AsyncGenerator<CsvRow> {
  return spec.rows === undefined ? readCsv(path, spec.csv) : inlineRows(spec.rows);
}

function readHeader(path: string, cells: readonly string[], { spec }: FilePlan): RowReader {
  const header = cells.map((name) => name.trim());
  if (spec.rowNumber !== undefined) header.push(spec.rowNumber);
  const twice = header.filter((name, index) => header.indexOf(name) !== index);
  const used = usedColumns(spec);
  const doubtful = [...new Set(twice)].filter((name) => used.has(name));
  if (doubtful.length > 0) throw new ImportError(`${path} has the column ${doubtful.join(', ')} more than once`);
  const missing = [...used].filter((name) => !header.includes(name));
  if (missing.length > 0) {
    const which = missing.length === 1 ? 'column' : 'columns';
    throw new ImportError(`${path} has no ${which} ${missing.join(', ')}; it has ${header.join(', ')}`);
  }
  return new RowReader(header, spec);
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

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
