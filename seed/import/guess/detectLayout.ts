import { jsonParser } from 'stream-json/core/parser.js';
import { formatOf, type TableSpec } from '../mapping.js';
import { readCsv } from '../readCsv.js';
import { readBytes, wideEncoding } from '../readText.js';

/** What a mapping must say of how a file is written, beside its name; what is left out is the usual. */
export interface Layout {
  readonly format?: NonNullable<TableSpec['format']>;
  readonly csv?: { delimiter?: string; quote?: string; escape?: string; encoding?: string };
  readonly records?: string;
  readonly header?: 'none';
  readonly skipLines?: number;
}

const SAMPLE_BYTES = 512 * 1024;
const SAMPLE_ROWS = 300;
const DELIMITERS = [',', ';', '\t', '|'];
const LITERAL = /^([+-]?[\d.,]+|\S+@\S+\.\S+|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}.*|\\N|NULL)$/;

/**
 * Finds out how a file is written, from its name and its beginning.
 * @throws ImportError when it cannot be read
 */
export async function detectLayout(path: string): Promise<Layout> {
  const { bytes, isWhole } = await beginning(path);
  const encoding = encodingOf(bytes);
  const text = new TextDecoder(encoding).decode(bytes);
  const named = formatOf({ file: path });
  const shape = /^\s*\[/.test(text) ? 'json' : /^\s*\{/.test(text) ? objectFormat(text) : undefined;
  if (shape !== undefined) {
    const records = shape === 'json' ? recordsPointer(text) : '';
    return { ...(shape === named ? {} : { format: shape }), ...(records === '' ? {} : { records }) };
  }
  const isSaid = encoding === 'utf-8' || wideEncoding(bytes.subarray(0, 2)) !== undefined;
  const { csv, ...rest } = await detectCells(text, isWhole, named === 'tsv' ? '\t' : ',');
  const dialect = { ...csv, ...(isSaid ? {} : { encoding }) };
  const format = named === 'csv' || named === 'tsv' ? {} : ({ format: 'csv' } as const);
  return { ...format, ...(Object.keys(dialect).length > 0 ? { csv: dialect } : {}), ...rest };
}

async function beginning(path: string): Promise<{ bytes: Uint8Array; isWhole: boolean }> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of readBytes(path)) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > SAMPLE_BYTES) break;
  }
  return { bytes: Buffer.concat(chunks), isWhole: size <= SAMPLE_BYTES };
}

function encodingOf(bytes: Uint8Array): string {
  const wide = wideEncoding(bytes);
  if (wide !== undefined) return wide;
  try {
    // The last character may be cut.
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return 'utf-8';
  } catch {
    return 'windows-1252';
  }
}

/** An object may be the whole document, or the first of many that stand a line each. */
function objectFormat(text: string): 'json' | 'ndjson' {
  const [first = '', second = ''] = text.trim().split(/\r?\n/, 2);
  return first.trimEnd().endsWith('}') && second.startsWith('{') ? 'ndjson' : 'json';
}

/** Where the first array of objects in a document is. */
function recordsPointer(text: string): string {
  const path: string[] = [];
  let before = '';
  try {
    const result: unknown = jsonParser({ packValues: true, streamValues: false })(text);
    const tokens = typeof result === 'object' && result !== null && 'values' in result ? result.values : [];
    for (const token of tokens as { name: string; value?: string }[]) {
      if (token.name === 'startObject' && before === 'startArray') return path.slice(0, -1).join('');
      if (token.name === 'startObject' || token.name === 'startArray') path.push('');
      if (token.name === 'endObject' || token.name === 'endArray') path.pop();
      if (token.name === 'keyValue') {
        path[path.length - 1] = `/${(token.value ?? '').replaceAll('~', '~0').replaceAll('/', '~1')}`;
      }
      before = token.name;
    }
  } catch {
    // Reading it as the mapping will says what is wrong with it, and where.
  }
  return '';
}

/** The rows at the beginning of a text; a row that is cut at its end is left out. */
async function firstRows(
  text: string,
  isWhole: boolean,
  dialect: { delimiter: string; quote: string | null; escape: string | null },
): Promise<{ line: number; cells: readonly string[] }[]> {
  const rows: { line: number; cells: readonly string[] }[] = [];
  const pieces = (async function* () {
    yield text;
  })();
  try {
    for await (const row of readCsv(pieces, dialect, '')) {
      rows.push(row);
      if (rows.length === SAMPLE_ROWS) return rows;
    }
  } catch {
    return rows;
  }
  return isWhole ? rows : rows.slice(0, -1);
}

/** The width that most rows have, and the share of them. */
function commonWidth(rows: readonly { cells: readonly string[] }[]): { width: number; share: number } {
  const counts = new Map<number, number>();
  for (const { cells } of rows) counts.set(cells.length, (counts.get(cells.length) ?? 0) + 1);
  const [width = 1, count = 0] = [...counts].sort(([, one], [, other]) => other - one)[0] ?? [];
  return { width, share: rows.length === 0 ? 0 : count / rows.length };
}

async function detectCells(text: string, isWhole: boolean, usual: string): Promise<Layout> {
  let best = { delimiter: usual, score: 0 };
  for (const delimiter of [usual, ...DELIMITERS.filter((one) => one !== usual)]) {
    const { width, share } = commonWidth(await firstRows(text, isWhole, { delimiter, quote: '"', escape: '"' }));
    const score = width === 1 ? 0 : share * (1 + Math.log2(width));
    if (score > best.score) best = { delimiter, score };
  }
  const { delimiter } = best;
  const quoting = quotingOf(text, delimiter);
  const { quote = '"', escape = quote } = quoting;
  const rows = await firstRows(text, isWhole, { delimiter, quote: quote === 'none' ? null : quote, escape });
  const { width } = commonWidth(rows);
  // Excel's own first line, `sep=;`, is as wide as a row.
  const first = rows.findIndex(({ cells }, index) => cells.length === width && !(index === 0 && cells[0] === 'sep='));
  const skipLines = width > 1 && first > 0 ? (rows[first]?.line ?? 1) - 1 : 0;
  const names = rows[Math.max(first, 0)]?.cells ?? [];
  const isHeader = !names.some((cell) => LITERAL.test(cell.trim()));
  return {
    csv: { ...(delimiter === usual ? {} : { delimiter }), ...quoting },
    ...(skipLines > 0 ? { skipLines } : {}),
    ...(isHeader ? {} : { header: 'none' }),
  };
}

function quotingOf(text: string, delimiter: string): { quote?: string; escape?: string } {
  const cell = delimiter === '|' ? String.raw`\|` : delimiter;
  const count = (pattern: string) => text.match(new RegExp(pattern, 'gm'))?.length ?? 0;
  const doubles = count(`(^|${cell})"`);
  const singles = count(`(^|${cell})'[^'\n]*'(${cell}|\r?$)`);
  const backslashes = count(String.raw`\\"(?!${cell}|\r?$)|\\(\r?\n|${cell})`);
  const nulls = count(String.raw`(^|${cell})\\N(${cell}|\r?$)`);
  if (doubles === 0 && (backslashes > 0 || (nulls > 0 && delimiter === '\t'))) return { quote: 'none', escape: '\\' };
  if (backslashes > 0) return { escape: '\\' };
  return singles > doubles ? { quote: "'" } : {};
}
