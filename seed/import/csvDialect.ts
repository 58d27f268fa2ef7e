import { ImportError } from './ImportError.js';

/** How a CSV file is written. */
export interface CsvDialect {
  readonly delimiter: string;
  /** Null where cells are never quoted. */
  readonly quote: string | null;
  /**
   * What makes the quote behind it a part of the cell: the quote itself, or another character. A backslash is read as in the dumps
   * of MySQL and Postgres: it makes any character a part of the cell, and `\n` a line break.
   */
  readonly escape: string | null;
}

/** The cells of one row, as written. */
export interface CsvRow {
  /** Where the row starts: the number that an editor shows. */
  readonly line: number;
  readonly cells: readonly string[];
}

/** No row of a table is longer than this; a quote that is never closed would otherwise take the whole file for one cell. */
export const MAX_ROW_CHARACTERS = 16 * 1024 * 1024;
/** What to say of a file in which the quote that opens on this line, or soon after, is never closed. */
export function unclosedQuote(path: string, line: number): ImportError {
  return new ImportError(
    `${path}: a quote that opens on line ${line} or soon after is never closed; mend the file, ` +
      'or say in the mapping how cells are quoted (csv: { quote: none } when they are not)',
  );
}
