import { type CsvDialect, type CsvRow, MAX_ROW_CHARACTERS, unclosedQuote } from './csvDialect.js';

/** What a backslash makes of the letter behind it; of any other character it makes that character. */
const LETTERS: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', '0': '\0', Z: '\u001A' };

/**
 * The rows of a file in the backslash dialect of database dumps (`SELECT ... INTO OUTFILE`, `mysqldump --tab`, `COPY`): a backslash
 * makes the delimiter, the quote or a line break behind it a part of the cell. A cell that is `\N` and not quoted stays
 * `\N`, for the mapping to name as missing.
 * @throws ImportError when a quote is never closed
 */
export async function* readBackslashed(
  text: AsyncIterable<string>,
  { delimiter, quote }: CsvDialect,
  path: string,
): AsyncGenerator<CsvRow> {
  let [buffer, line] = ['', 1];
  for await (const piece of text) {
    buffer += piece;
    let [from, scanned] = [0, scanRow(buffer, 0, delimiter, quote, false)];
    while (scanned !== undefined) {
      if (!scanned.isEmpty) yield { line, cells: scanned.cells };
      line += scanned.lines;
      from = scanned.end;
      scanned = scanRow(buffer, from, delimiter, quote, false);
    }
    buffer = buffer.slice(from);
    if (buffer.length > MAX_ROW_CHARACTERS) throw unclosedQuote(path, line);
  }
  for (let from = 0; from < buffer.length;) {
    const scanned = scanRow(buffer, from, delimiter, quote, true);
    if (scanned === undefined) throw unclosedQuote(path, line);
    if (!scanned.isEmpty) yield { line, cells: scanned.cells };
    line += scanned.lines;
    from = scanned.end;
  }
}

interface ScannedRow {
  readonly cells: readonly string[];
  /** Where the next row starts. */
  readonly end: number;
  /** How many lines of the file it takes. */
  readonly lines: number;
  readonly isEmpty: boolean;
}

/**
 * @param isLast whether nothing comes after the buffer
 * @returns undefined when the row does not end in the buffer
 */
function scanRow(
  buffer: string,
  from: number,
  delimiter: string,
  quote: string | null,
  isLast: boolean,
): ScannedRow | undefined {
  const cells: string[] = [];
  let [cell, lines, quoted, begin] = ['', 0, false, from];
  for (let index = from; index < buffer.length; index += 1) {
    const character = buffer.charAt(index);
    if (character === '\\') {
      const next = buffer.charAt(index + 1);
      if (next === '\n') lines += 1;
      // `\N` is not a letter N: it stands for NULL, and the mapping says so.
      cell += next === 'N' ? String.raw`\N` : (LETTERS[next] ?? next);
      index += 1;
    } else if (quoted && character === quote) {
      if (buffer.charAt(index + 1) === quote) {
        cell += quote;
        index += 1;
      } else quoted = false;
    } else if (quoted) {
      if (character === '\n') lines += 1;
      cell += character;
    } else if (character === quote && index === begin) {
      quoted = true;
    } else if (buffer.startsWith(delimiter, index)) {
      cells.push(cell);
      cell = '';
      index += delimiter.length - 1;
      begin = index + 1;
    } else if (character === '\n' || character === '\r') {
      if (character === '\r' && index + 1 === buffer.length && !isLast) return undefined;
      const end = character === '\r' && buffer.charAt(index + 1) === '\n' ? index + 2 : index + 1;
      return { cells: [...cells, cell], end, lines: lines + 1, isEmpty: index === from };
    } else cell += character;
  }
  if (!isLast || quoted) return undefined;
  return { cells: [...cells, cell], end: buffer.length, lines, isEmpty: false };
}
