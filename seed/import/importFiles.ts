import { BatchWriter, type BatchOutcome, type RecordTable } from './BatchWriter.js';
import type { FilePlan } from './compileMapping.js';
import { Checkpoint, type FileProgress } from './Checkpoint.js';
import type { Databases } from './Databases.js';
import { CustomerFinder } from './customerLinks.js';
import { DeferredRecords } from './DeferredRecords.js';
import { Joiner } from './joinFiles.js';
import { refersToItself } from './orderFiles.js';
import { after, batches, readRecords } from './readRecords.js';
import type { RecordDraft, SourceRecord } from './RecordDraft.js';
import type { RejectsFile } from './RejectsFile.js';
import type { SourceFile } from './SourceFile.js';
import type { SourceRow } from './SourceRow.js';

/** At least so many rows go in together, whole records, in one transaction a database. */
const BATCH_ROWS = 1000;
/** So many where records that refer to each other must go in together. */
const LARGE_BATCH_ROWS = 20_000;

/** What became of the rows of a file: `read = inserted + updated + unchanged + rejected + erased`. */
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
  /** Rows of customers who were erased: nothing was written of them. */
  erased: number;
}

/** What {@link importFiles} takes. */
export interface ImportOptions {
  /** Each after those that it refers to. */
  readonly files: readonly SourceFile[];
  readonly databases: Databases;
  readonly rejects: RejectsFile;
  /** Under which the import is remembered until it is through, see `importId`; null for one that is not. */
  readonly id: string | null;
  /** Told when an earlier import was broken off after it had dealt with these rows of a file. */
  readonly resumed: (summary: Readonly<FileSummary>, earlier: FileProgress) => void;
  /** Told after each batch. */
  readonly progress: (summary: Readonly<FileSummary>, total: number) => void;
  /** Told when a file is through, or how far it came. */
  readonly finished: (summary: Readonly<FileSummary>, plan: FilePlan) => void;
  /** Aborted: stop after the batch under way. */
  readonly signal: AbortSignal;
}

/**
 * Writes files to the databases, row by row in batches; rows that cannot go in go to the rejects file. What an earlier import of the same
 * files was broken off at is not done again.
 * @returns what became of each file
 * @throws the signal's reason when it was aborted, or the database's error; whole batches stay
 */
export async function importFiles(options: ImportOptions): Promise<FileSummary[]> {
  const { files, databases } = options;
  const recordTable = recordTables(files.map(({ plan }) => plan));
  // All of them first: what is wrong with a joined file is told before anything is written.
  const joiners: Joiner[] = [];
  for (const [index, file] of files.entries()) {
    joiners.push(await Joiner.open(file.joined, () => databases.scratch(), `import_join_${index}`));
  }
  const checkpoint = await Checkpoint.open(databases, options.id);
  const summaries: FileSummary[] = [];
  for (const [index, file] of files.entries()) {
    const joiner = joiners[index];
    const run = { file, summary: emptySummary(file), checkpoint, joiner, recordTable };
    summaries.push(run.summary);
    try {
      await importFile(run, options);
    } finally {
      options.finished(run.summary, file.plan);
    }
    await joiner?.close();
  }
  await checkpoint.close();
  return summaries;
}

function emptySummary({ name }: SourceFile): FileSummary {
  return { file: name, records: 0, read: 0, inserted: 0, updated: 0, unchanged: 0, rejected: 0, erased: 0 };
}

interface FileRun {
  readonly file: SourceFile;
  readonly summary: FileSummary;
  readonly checkpoint: Checkpoint;
  readonly joiner: Joiner | undefined;
  readonly recordTable: RecordTable;
}

async function importFile(run: FileRun, options: ImportOptions): Promise<void> {
  const { file, summary, checkpoint, joiner, recordTable } = run;
  const { databases, rejects, signal } = options;
  const { name, links, draft } = file.plan;
  const earlier = await goOn(run, options);
  if (earlier?.isDone) return;

  const finder = new CustomerFinder(() => databases.of('identity'), links);
  const writer = await BatchWriter.open(file.plan, databases, recordTable, checkpoint.seen);
  const deferred = await DeferredRecords.open(databases.first);
  let position = earlier?.position ?? 0;
  const write = async (read: readonly SourceRecord[], mayDefer: boolean): Promise<void> => {
    signal.throwIfAborted();
    const batch = (await joiner?.join(read)) ?? read;
    const found = await finder.find(batch.flatMap(({ events }) => events.map(({ row }) => row)));
    const drafts = batch.map((record) => draft(lastRow(record), record, found));
    const outcome = await writer.write(drafts, mayDefer);
    await deferred.add(outcome.deferred);
    count(summary, drafts, outcome);
    position += batch.length;
    await checkpoint.advance(name, { position, rows: summary.read, records: summary.records }, outcome);
    await rejects.add(file, outcome.rejects);
    options.progress(summary, file.count);
  };
  const records = readRecords(file, () => databases.scratch(), signal);
  for await (const batch of batches(after(records, position), BATCH_ROWS)) await write(batch, true);
  await writeDeferred(deferred, write);
  await checkpoint.done(name);
  await finder.close();
  await deferred.close();
  await writer.close();
}

/** Takes over what an earlier import that was broken off did with a file: what went in is unchanged, what did not is rejected again. */
async function goOn(
  { file, summary, checkpoint, recordTable }: FileRun,
  options: ImportOptions,
): Promise<FileProgress | null> {
  const { name, spec } = file.plan;
  const { subgraph, table } = recordTable(name);
  const earlier = await checkpoint.progress(name, async (id) => {
    const { rows } = await options.databases.of(subgraph).query(`SELECT FROM ${table} WHERE id = $1`, [id]);
    return rows.length > 0;
  });
  if (earlier === null) return null;
  if (!earlier.isDone && refersToItself(name, spec)) {
    // Which records were waiting for others is not known any more.
    await checkpoint.forget(name);
    return null;
  }
  for await (const some of checkpoint.rejects(name)) await options.rejects.add(file, some);
  const { rows, records, rejected } = earlier;
  Object.assign(summary, { records, read: rows, rejected, unchanged: rows - rejected });
  options.resumed(summary, earlier);
  return earlier;
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

function count(summary: FileSummary, drafts: readonly RecordDraft[], outcome: BatchOutcome): void {
  summary.records += drafts.filter(({ key }) => key !== '').length - outcome.deferred.length;
  summary.read += outcome.inserted + outcome.updated + outcome.unchanged + outcome.erased + outcome.rejects.length;
  summary.inserted += outcome.inserted;
  summary.updated += outcome.updated;
  summary.unchanged += outcome.unchanged;
  summary.rejected += outcome.rejects.length;
  summary.erased += outcome.erased;
}

function recordTables(plans: readonly FilePlan[]): RecordTable {
  return (name) => {
    const record = plans.find((plan) => plan.name === name)?.targets[0];
    if (record === undefined) throw new Error(`no file ${name} in this mapping`);
    return { subgraph: record.target.subgraph.name, table: record.table.table };
  };
}
