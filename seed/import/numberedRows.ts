import type { FileSpec } from './mapping.js';
import { RowReader, type SourceRow } from './SourceRow.js';

/**
 * Rows with a column more, the file's `rowNumber`, that counts them from 1. A file that has that column already keeps its numbers:
 * rejected rows that come again are still the same records.
 */
export async function* numberedRows(
  rows: AsyncIterable<SourceRow>,
  header: readonly string[],
  spec: FileSpec,
): AsyncGenerator<SourceRow> {
  const { rowNumber = '' } = spec;
  if (header.includes(rowNumber)) {
    yield* rows;
    return;
  }
  const reader = new RowReader([...header, rowNumber], spec);
  let number = 0;
  for await (const row of rows) {
    const { line, cells } = row;
    number += 1;
    const own = cells.slice(0, header.length);
    const isWhole = own.length === header.length && cells.slice(header.length).every((cell) => cell.trim() === '');
    // A row whose cells are shifted is left to be rejected as it is.
    yield isWhole ? reader.row(line, [...own, String(number)]) : row;
  }
}
