import { ImportError } from './ImportError.js';
import type { FileSpec } from './mapping.js';
import { RowReader } from './SourceRow.js';
import type { OpenOptions, TableFile } from './TableFile.js';

/**
 * The rows that a mapping holds itself, read as those of a file are. Lines count the rows, 1 for the first.
 * @throws ImportError when none of them has a column that is wanted
 */
export function inlineTable(
  spec: FileSpec,
  rows: readonly Readonly<Record<string, string>>[],
  { columns, limit = Infinity }: OpenOptions,
): Pick<TableFile, 'count' | 'header' | 'rows'> {
  const header = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const missing = [...columns].filter((column) => !header.includes(column));
  if (missing.length > 0) {
    throw new ImportError(
      `the rows of ${spec.file} in the mapping have no ${missing.join(', ')}; they have ${header.join(', ')}`,
    );
  }
  const reader = new RowReader(header, spec);
  const taken = rows.slice(0, limit);
  return {
    count: taken.length,
    header,
    async *rows() {
      for (const [index, row] of taken.entries()) {
        const cells = header.map((column) => (Object.hasOwn(row, column) ? (row[column] ?? '') : ''));
        yield reader.row(index + 1, cells);
      }
    },
  };
}
