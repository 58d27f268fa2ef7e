import type { CsvRow } from './readCsv.js';

/**
 * The rows that a mapping holds itself, as a file would have them: first the names of their columns, then each row. Lines count
 * the rows, 1 for the first.
 */
export async function* inlineRows(rows: readonly Readonly<Record<string, string>>[]): AsyncGenerator<CsvRow> {
  const header = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  yield { line: 0, cells: header };
  for (const [index, row] of rows.entries()) {
    yield { line: index + 1, cells: header.map((column) => (Object.hasOwn(row, column) ? (row[column] ?? '') : '')) };
  }
}
