import { BatchWriter, type BatchOutcome, type RecordTable } from './BatchWriter.js';
import type { FilePlan } from './compileMapping.js';
import type { Databases } from './Databases.js';
import type { RecordDraft } from './RecordDraft.js';
import type { RejectsFile } from './RejectsFile.js';
import type { SourceFile } from './SourceFile.js';

/** Rows that go in together, in one transaction a database. */
const BATCH_ROWS = 1000;

/** What became of the rows of a file: `read = inserted + updated + unchanged + rejected`. */
export interface FileSummary {
  /** Its name in the data folder. */
  readonly file: string;
  read: number;
  inserted: number;
  updated: number;
  unchanged: number;
  rejected: number;
}

/** What {@link importFiles} takes. */
export interface ImportOptions {
  /** Each after those that it refers to. */
  readonly files: readonly SourceFile[];
  readonly databases: Databases;
  readonly rejects: RejectsFile;
  /** Told after each batch. */
  readonly progress: (summary: Readonly<FileSummary>, total: number) => void;
  /** Told when a file is through, or how far it came. */
  readonly finished: (summary: Readonly<FileSummary>) => void;
  /** Aborted: stop after the batch under way. */
  readonly signal: AbortSignal;
}

/**
 * Writes files to the databases, row by row in batches; rows that cannot go in go to the rejects file.
 * @returns what became of each file
 * @throws the signal's reason when it was aborted, or the database's error; whole batches stay
 */
export async function importFiles(options: ImportOptions): Promise<FileSummary[]> {
  const recordTable = recordTables(options.files.map(({ plan }) => plan));
  const summaries: FileSummary[] = [];
  for (const file of options.files) {
    const summary = { file: file.plan.spec.file, read: 0, inserted: 0, updated: 0, unchanged: 0, rejected: 0 };
    summaries.push(summary);
    const writer = await BatchWriter.open(file.plan, options.databases, recordTable);
    try {
      for await (const batch of batches(file)) {
        options.signal.throwIfAborted();
        const outcome = await writer.write(batch);
        count(summary, batch.length, outcome);
        await options.rejects.add(summary.file, outcome.rejects);
        options.progress(summary, file.count);
      }
    } finally {
      options.finished(summary);
    }
    await writer.close();
  }
  return summaries;
}

async function* batches(file: SourceFile): AsyncGenerator<RecordDraft[]> {
  let batch: RecordDraft[] = [];
  for await (const row of file.rows()) {
    batch.push(file.plan.draft(row));
    if (batch.length < BATCH_ROWS) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

function count(summary: FileSummary, read: number, outcome: BatchOutcome): void {
  summary.read += read;
  summary.inserted += outcome.inserted;
  summary.updated += outcome.updated;
  summary.unchanged += outcome.unchanged;
  summary.rejected += outcome.rejects.length;
}

function recordTables(plans: readonly FilePlan[]): RecordTable {
  return (name) => {
    const record = plans.find((plan) => plan.name === name)?.targets[0];
    if (record === undefined) throw new Error(`no file ${name} in this mapping`);
    return { subgraph: record.target.subgraph.name, table: record.table.table };
  };
}
