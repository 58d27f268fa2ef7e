import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { decodeText } from './decodeText.js';
import { ImportError } from './ImportError.js';

/** How a CSV file is written. */
export interface CsvOptions {
  readonly delimiter: string;
  readonly quote: string;
  readonly encoding: string;
}

/** The cells of one row, as written. */
export interface CsvRow {
  /** Where the row starts: the number that an editor shows. */
  readonly line: number;
  readonly cells: readonly string[];
}

/** No row of a table is longer than this; a quote that is never closed would otherwise take the whole file for one cell. */
const MAX_ROW_CHARACTERS = 4 * 1024 * 1024;
const LINE_BREAK = /\r\n|\r|\n/g;

function countLineBreaks(text: string): number {
  return text.match(LINE_BREAK)?.length ?? 0;
}

/**
 * The rows of a CSV file, the header among them, one after the other: the file is never in memory as a whole. Empty lines are left
 * out. A quote inside of an unquoted cell is taken as it stands (`5" pipe`).
 * @throws ImportError when the encoding is another, a quote is never closed, or the file cannot be read
 */
export async function* readCsv(path: string, options: CsvOptions): AsyncGenerator<CsvRow> {
  const text = Readable.from(decodeText(createReadStream(path), options.encoding, path));
  const parser = parse({
    delimiter: options.delimiter,
    quote: options.quote,
    raw: true,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: MAX_ROW_CHARACTERS,
  });
  text.on('error', (error) => parser.destroy(error));
  text.pipe(parser);
  // The parser counts a quoted CR LF twice, so the lines are counted here, from the very text of each row.
  let line = 1;
  try {
    for await (const { raw, record } of parser as AsyncIterable<{ raw: string; record: string[] }>) {
      // Empty lines that were left out come at the start of the next row's text.
      const start = line + countLineBreaks(/^[\r\n]*/.exec(raw)?.[0] ?? '');
      line += countLineBreaks(raw);
      yield { line: start, cells: record };
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    if (error.code === 'CSV_QUOTE_NOT_CLOSED' || error.code === 'CSV_MAX_RECORD_SIZE') {
      throw new ImportError(`${path}: a quote that opens on line ${line} or soon after is never closed; mend the file`);
    }
    throw new ImportError(`${path}: cannot be read as CSV after line ${line - 1}: ${error.message}`);
  } finally {
    text.destroy();
  }
}
