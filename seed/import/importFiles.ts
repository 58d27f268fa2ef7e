import { BatchWriter, type BatchOutcome, type RecordTable } from './BatchWriter.js';
import type { FilePlan } from './compileMapping.js';
import type { Databases } from './Databases.js';
import { CustomerFinder } from './customerLinks.js';
import { DeferredRecords } from './DeferredRecords.js';
import { foldEvents } from './foldEvents.js';
import { Joiner } from './joinFiles.js';
import type { RecordDraft, SourceRecord } from './RecordDraft.js';
import type { RejectsFile } from './RejectsFile.js';
import type { SourceFile } from './SourceFile.js';
import type { SourceRow } from './SourceRow.js';

/** At least so many rows go in together, whole records, in one transaction a database. */
const BATCH_ROWS = 1000;
/** So many where records that refer to each other must go in together. */
const LARGE_BATCH_ROWS = 20_000;

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
  const { files, databases } = options;
  const recordTable = recordTables(files.map(({ plan }) => plan));
  // All of them first: what is wrong with a joined file is told before anything is written.
  const joiners = new Map<SourceFile, Joiner>();
  for (const [index, file] of files.entries()) {
    joiners.set(file, await Joiner.open(file.joined, () => databases.scratch(), `import_join_${index}`));
  }
  const summaries: FileSummary[] = [];
  for (const file of files) {
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
    const finder = new CustomerFinder(() => databases.of('identity'), file.plan.links);
    const writer = await BatchWriter.open(file.plan, databases, recordTable);
    const deferred = await DeferredRecords.open(databases.first);
    const joiner = joiners.get(file);
    const write = async (read: readonly SourceRecord[], mayDefer: boolean): Promise<void> => {
      options.signal.throwIfAborted();
      const batch = (await joiner?.join(read)) ?? read;
      const found = await finder.find(batch.flatMap(({ events }) => events.map(({ row }) => row)));
      const drafts = batch.map((record) => file.plan.draft(lastRow(record), record, found));
      const outcome = await writer.write(drafts, mayDefer);
      await deferred.add(outcome.deferred);
      count(summary, drafts, outcome);
      await options.rejects.add(file, outcome.rejects);
      options.progress(summary, file.count);
    };
    try {
      for await (const batch of batches(readRecords(file, options), BATCH_ROWS)) await write(batch, true);
      await writeDeferred(deferred, write);
    } finally {
      options.finished(summary, file.plan);
    }
    await joiner?.close();
    await finder.close();
    await deferred.close();
    await writer.close();
  }
  return summaries;
}

/**
 * Tries records that wait for others of their file until none is left that can go in. Those that refer to each other in a circle go in
 * together, when the circle is no larger than a large batch.
 */
async function writeDeferred(
  deferred: DeferredRecords,
  write: (records: readonly SourceRecord[], mayDefer: boolean) => Promise<void>,
): Promise<void> {
  for (let size = BATCH_ROWS; deferred.count > 0;) {
    const before = deferred.count;
    for await (const batch of batches(deferred.round(), size)) await write(batch, true);
    if (deferred.count < before) continue;
    if (size === LARGE_BATCH_ROWS) break;
    size = LARGE_BATCH_ROWS;
  }
  if (deferred.count === 0) return;
  for await (const batch of batches(deferred.round(), BATCH_ROWS)) await write(batch, false);
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

async function* batches(records: AsyncIterable<SourceRecord>, size: number): AsyncGenerator<SourceRecord[]> {
  let batch: SourceRecord[] = [];
  let rows = 0;
  for await (const record of records) {
    batch.push(record);
    rows += record.events.length;
    if (rows < size) continue;
    yield batch;
    batch = [];
    rows = 0;
  }
  if (batch.length > 0) yield batch;
}

function count(summary: FileSummary, drafts: readonly RecordDraft[], outcome: BatchOutcome): void {
  summary.records += drafts.filter(({ key }) => key !== '').length - outcome.deferred.length;
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
