import type { Client } from 'pg';
import { foldEvents } from './foldEvents.js';
import type { SourceRecord } from './RecordDraft.js';
import type { SourceFile } from './SourceFile.js';
import type { SourceRow } from './SourceRow.js';

/**
 * The records of a file: each of its rows, or, of a folded file, all rows with the same key. The same file always gives them in the same order.
 * @param scratch asked for a connection of its own when the file is folded
 * @throws the signal's reason when it was aborted
 */
export async function* readRecords(
  file: SourceFile,
  scratch: () => Promise<Client>,
  signal: AbortSignal,
): AsyncGenerator<SourceRecord> {
  const { fold } = file.plan;
  const rows = stoppable(file.rows(), signal);
  if (fold !== null) yield* foldEvents(rows, fold, await scratch());
  else for await (const row of rows) yield { events: [{ row, place: '' }], problems: [] };
}

async function* stoppable(rows: AsyncIterable<SourceRow>, signal: AbortSignal): AsyncGenerator<SourceRow> {
  for await (const row of rows) {
    signal.throwIfAborted();
    yield row;
  }
}

/** Records that are written together, whole. @param size how many rows at least, but for the last of them */
export async function* batches(records: AsyncIterable<SourceRecord>, size: number): AsyncGenerator<SourceRecord[]> {
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

/** All but the first so many. */
export async function* after<Item>(items: AsyncIterable<Item>, count: number): AsyncGenerator<Item> {
  let left = count;
  for await (const item of items) {
    if (left > 0) left -= 1;
    else yield item;
  }
}
