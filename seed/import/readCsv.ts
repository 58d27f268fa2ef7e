import { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { ImportError } from './ImportError.js';
import { type CsvDialect, type CsvRow, MAX_ROW_CHARACTERS, unclosedQuote } from './csvDialect.js';
import { readBackslashed } from './readBackslashed.js';

const LINE_BREAK = /\r\n|\r|\n/g;

function countLineBreaks(text: string): number {
  return text.match(LINE_BREAK)?.length ?? 0;
}

/**
 * The rows of a CSV file, the header among them, one after the other: the file is never in memory as a whole. Empty lines are left
 * out. A quote inside of an unquoted cell is taken as it stands (`5" pipe`).
 * @param text the file's text, in pieces
 * @param path the file's name, for the errors
 * @throws ImportError when a quote is never closed
 */
export function readCsv(text: AsyncIterable<string>, dialect: CsvDialect, path: string): AsyncGenerator<CsvRow> {
  return dialect.escape === '\\' ? readBackslashed(text, dialect, path) : readQuoted(text, dialect, path);
}

async function* readQuoted(text: AsyncIterable<string>, dialect: CsvDialect, path: string): AsyncGenerator<CsvRow> {
  const source = Readable.from(text);
  const parser = parse({
    ...dialect,
    raw: true,
    // Tools of several systems had many a file in their hands, so the line ends may be of several kinds.
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: MAX_ROW_CHARACTERS,
  });
  source.on('error', (error) => parser.destroy(error));
  source.pipe(parser);
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
    if (error.code === 'CSV_QUOTE_NOT_CLOSED' || error.code === 'CSV_MAX_RECORD_SIZE') throw unclosedQuote(path, line);
    throw new ImportError(`${path}: cannot be read as CSV after line ${line - 1}: ${error.message}`);
  } finally {
    source.destroy();
  }
}
