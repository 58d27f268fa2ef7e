import { BatchWriter, type BatchOutcome, type RecordTable } from './BatchWriter.js';
import type { FilePlan } from './compileMapping.js';
import type { Databases } from './Databases.js';
import { CustomerFinder } from './customerLinks.js';
import { foldEvents } from './foldEvents.js';
import type { SourceRecord } from './RecordDraft.js';
import type { RejectsFile } from './RejectsFile.js';
import type { SourceFile } from './SourceFile.js';
import type { SourceRow } from './SourceRow.js';

/** At least so many rows go in together, whole records, in one transaction a database. */
const BATCH_ROWS = 1000;

/** What became of the rows of a file: `read = inserted + updated + unchanged + rejected`. */
export interface FileSummary {
  /** Its name in the data folder. */
  readonly file: string;
  /** How many records its rows with a key belong to; fewer than `read` when rows were folded. */
  records: number;
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
  readonly finished: (summary: Readonly<FileSummary>, plan: FilePlan) => void;
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
    const summary = {
      file: file.plan.spec.file,
      records: 0,
      read: 0,
      inserted: 0,
      updated: 0,
      unchanged: 0,
      rejected: 0,
    };
    summaries.push(summary);
    const { draft, links } = file.plan;
    const finder = new CustomerFinder(() => options.databases.of('identity'), links);
    const writer = await BatchWriter.open(file.plan, options.databases, recordTable);
    try {
      for await (const batch of batches(readRecords(file, options))) {
        options.signal.throwIfAborted();
        const found = await finder.find(batch.flatMap(({ events }) => events.map(({ row }) => row)));
        const drafts = batch.map((record) => draft(lastRow(record), record, found));
        const outcome = await writer.write(drafts);
        summary.records += drafts.filter(({ key }) => key !== '').length;
        count(summary, outcome);
        await options.rejects.add(file, outcome.rejects);
        options.progress(summary, file.count);
      }
    } finally {
      options.finished(summary, file.plan);
    }
    await finder.close();
    await writer.close();
  }
  return summaries;
}

function lastRow({ events }: SourceRecord): SourceRow {
  return (events.at(-1) ?? events[0]).row;
}

/** The records of a file: each of its rows, or, of a folded file, all rows with the same key. */
async function* readRecords(file: SourceFile, { databases, signal }: ImportOptions): AsyncGenerator<SourceRecord> {
  const { fold } = file.plan;
  if (fold !== null) {
    yield* foldEvents(stoppable(file.rows(), signal), fold, await databases.scratch());
    return;
  }
  for await (const row of file.rows()) yield { events: [{ row, place: '' }], problems: [] };
}

async function* stoppable(rows: AsyncIterable<SourceRow>, signal: AbortSignal): AsyncGenerator<SourceRow> {
  for await (const row of rows) {
    signal.throwIfAborted();
    yield row;
  }
}

async function* batches(records: AsyncIterable<SourceRecord>): AsyncGenerator<SourceRecord[]> {
  let batch: SourceRecord[] = [];
  let rows = 0;
  for await (const record of records) {
    batch.push(record);
    rows += record.events.length;
    if (rows < BATCH_ROWS) continue;
    yield batch;
    batch = [];
    rows = 0;
  }
  if (batch.length > 0) yield batch;
}

function count(summary: FileSummary, outcome: BatchOutcome): void {
  summary.read += outcome.inserted + outcome.updated + outcome.unchanged + outcome.rejects.length;
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
