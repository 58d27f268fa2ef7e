import { statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { stringify } from 'yaml';
import { ImportError } from '../ImportError.js';
import { type TableSpec, tableSpec } from '../mapping.js';
import { TableFile } from '../TableFile.js';
import type { ImportTarget } from '../targets/ImportTarget.js';
import { detectLayout, type Layout } from './detectLayout.js';
import { type ColumnGuess, guessColumn, type Reading } from './guessColumn.js';
import { type FieldGuess, suggestTargets, type TargetGuess } from './suggestTarget.js';

/** How many rows are looked at. */
const ROWS = 2000;
/** Stands where only a person knows what to write. */
const BLANK = 'FILL_IN';

/** A value as YAML in one line: `{ column: Amount, currency: EUR }`. */
const inline = (value: unknown, defaultStringType: 'PLAIN' | 'QUOTE_SINGLE' = 'PLAIN') =>
  stringify(value, {
    collectionStyle: 'flow',
    lineWidth: 0,
    singleQuote: true,
    defaultStringType,
    defaultKeyType: 'PLAIN',
  }).trim();

/**
 * Drafts a mapping for a file, from its name, its header and its first rows: how it is written, which column is the key, what the
 * columns hold, and which entity the rows may be. Where only a person can know, it says FILL_IN; with these filled it can be imported.
 * @param path the file
 * @param targets what can be written
 * @returns YAML with comments
 * @throws ImportError when the file cannot be read
 */
export async function draftMapping(path: string, targets: Readonly<Record<string, ImportTarget>>): Promise<string> {
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) throw new ImportError(`there is no file ${path}`);
  const layout = await detectLayout(path);
  const file = basename(path);
  const spec = tableSpec.parse({ file, ...layout });
  const table = await TableFile.open(dirname(path), spec, { columns: new Set(), limit: ROWS });
  const rows: (readonly string[])[] = [];
  for await (const { cells } of table.rows()) rows.push(cells);
  const columns = table.header.map((name, index) =>
    guessColumn(
      name,
      rows.map((cells) => cells[index] ?? ''),
    ),
  );
  const name = nameOf(file);
  const [best, ...others] = await suggestTargets(name, columns, targets);
  if (best === undefined) throw new Error('no entity can be imported');
  return [
    ...introduction(file, rows.length, table.count < ROWS, columns),
    `source: ${inline(name)} # the system that the file comes from; together with a row's key it makes the row's id`,
    ...(needsZone(columns) ? ['zone: UTC # of dates and times that do not say it themselves: is it this one?'] : []),
    '',
    'files:',
    `  ${inline(name)}:`,
    `    file: ${inline(file)}`,
    ...layoutLines(layout, spec),
    ...keyLines(columns),
    ...columnLines(columns),
    '    targets:',
    ...targetLines(best, others, columns),
    '',
  ].join('\n');
}

/** `shop-orders.csv.gz` as `shop-orders`. */
function nameOf(file: string): string {
  return (
    file.replace(/(\.(csv|tsv|tab|txt|json|ndjson|jsonl|jsonlines|gz))+$/i, '').replaceAll(/[^\p{L}\p{N}]+/gu, '-') ||
    'data'
  );
}

function introduction(file: string, rows: number, isWhole: boolean, columns: readonly ColumnGuess[]): string[] {
  const looked = isWhole ? `its ${rows} rows` : `its first ${rows} rows`;
  return [
    `# A draft for ${file}, made from ${looked}. Fill in what says ${BLANK}, look at the comments, then try it:`,
    '#   npm run import -- THIS.yaml --data DIR --dry-run',
    '#',
    '# Its columns:',
    ...columns.map((column) => `#   ${columnText(column, rows)}`),
    '',
  ];
}

/** `Amount: decimal, 12 of 300 rows without; 12.50, 3.10, ...` */
function columnText(
  { name, fits, filled, isUnique, values, hasMoreValues, doubts }: ColumnGuess,
  rows: number,
): string {
  const type = (['timestamp', 'integer', 'decimal', 'boolean', 'email', 'phone'] as const).find((one) => fits.has(one));
  const examples = values.slice(0, 3).map((value) => (value.length > 40 ? `${value.slice(0, 40)}...` : value));
  return [
    `${name || 'without a name'}: ${filled === 0 ? 'empty' : (type ?? 'text')}`,
    ...(filled > 0 && filled < rows ? [`${rows - filled} of ${rows} rows without`] : []),
    ...(isUnique ? ['each different'] : []),
    ...(examples.length > 0 ? [`for example ${examples.join(' | ')}${hasMoreValues ? ' ...' : ''}`] : []),
    ...doubts,
  ]
    .join('; ')
    .replaceAll(/\s+/g, ' ');
}

/** Whether some column's times do not say their zone. */
function needsZone(columns: readonly ColumnGuess[]): boolean {
  return columns.some(({ fits }) => fits.has('timestamp'));
}

function layoutLines(layout: Layout, spec: TableSpec): string[] {
  const said = Object.entries(layout).map(([key, value]) => `    ${key}: ${inline(value, 'QUOTE_SINGLE')}`);
  const isCells = layout.format === undefined || layout.format === 'csv';
  const hint =
    spec.header === 'none' && isCells ? ['    # it seems to have no header: columns are called 1, 2, 3 ...'] : [];
  return [...said, ...hint];
}

/** The column that tells the rows apart, or two that do so together. */
function keyLines(columns: readonly ColumnGuess[]): string[] {
  const likely = /(^|[^a-z])(id|no|nr|key|number|code|ref)$|(Id|ID|No|Nr|Key|Number)$/;
  const unique = columns.filter(({ isUnique }) => isUnique);
  const key = unique.find(({ name }) => likely.test(name)) ?? unique[0];
  if (key !== undefined) {
    const others = unique.filter((column) => column !== key).map(({ name }) => name);
    const also = others.length > 0 ? ` # ${others.slice(0, 5).join(', ')} would do as well` : '';
    return [`    key: ${inline(key.name)}${also}`];
  }
  const near = columns.find(({ name }) => likely.test(name));
  const why = near === undefined ? 'no column is different in every row' : `${near.name} comes more than once`;
  return [
    `    # ${why}: say the columns that tell records apart, key: [A, B]; where rows are events of one record, see fold`,
    '    rowNumber: row # makes a column that counts the rows; a file that is sorted anew makes other records',
    '    key: row',
  ];
}

function columnLines(columns: readonly ColumnGuess[]): string[] {
  const lines = columns.flatMap(({ name, missing }, index) => {
    // A name that comes again means the first column, and has to say so.
    const isTwice = columns.some((other) => other.name.startsWith(`${name} (`));
    const spec = { ...(isTwice ? { position: index + 1 } : {}), ...(missing.length > 0 ? { missing } : {}) };
    return Object.keys(spec).length === 0 ? [] : [`      ${inline(name)}: ${inline(spec)}`];
  });
  return lines.length === 0 ? [] : ['    columns:', ...lines];
}

function targetLines(best: TargetGuess, others: readonly TargetGuess[], columns: readonly ColumnGuess[]): string[] {
  const likely = others.filter(({ score }) => score > 2 && score >= best.score / 2).slice(0, 3);
  const else_ = likely.length > 0 ? `; it could also be ${likely.map(({ entity }) => entity).join(', ')}` : '';
  const used = new Set(best.fields.flatMap(({ from }) => (from === undefined ? [] : [from.name])));
  const lines = best.fields.flatMap((field) => fieldLines(field, columns, used));
  const more = best.entity === 'identity.Customer' ? identifierLines(columns, used) : [];
  const left = columns.filter(({ name, filled }) => filled > 0 && !used.has(name));
  const free = best.fields.filter(({ from, isNeeded, column }) => !from && !isNeeded && column.type !== 'uuid');
  return [
    `      - entity: ${best.entity} # a guess${else_}`,
    '        fields:',
    ...lines.map((line) => `          ${line}`),
    ...(free.length > 0 ? [`        # other fields: ${free.map(({ name }) => name).join(', ')}`] : []),
    ...more,
    ...(left.length > 0
      ? [`        # columns without a field: ${left.map(({ name }) => name || '(no name)').join(', ')}`]
      : []),
  ];
}

/** @param used told of the columns that it takes besides the field's own */
function fieldLines(field: FieldGuess, columns: readonly ColumnGuess[], used: Set<string>): string[] {
  const { name, from, isNeeded, column } = field;
  if (name === 'displayName') {
    const parts = personName(columns);
    if (parts !== undefined && !(from && /full|display/i.test(from.name))) {
      for (const part of parts) used.add(part);
      return [`displayName: ${inline({ template: parts.map((part) => `{${part}}`).join(' ') })}`];
    }
  }
  if (name === 'kind' && from === undefined && column.property === 'kind' && field.allowed.includes('ORGANIZATION')) {
    const isPerson =
      personName(columns) !== undefined || !columns.some(({ name: one }) => /compan|organi[sz]ation/i.test(one));
    return [`kind: { constant: ${isPerson ? 'PERSON' : 'ORGANIZATION'} }${choice(field)}`];
  }
  if (from !== undefined) return [`${name}: ${valueText(field, from)}`];
  if (!isNeeded) return [];
  if (name === 'customerId') return [customerLine(columns, used)];
  if (column.type === 'uuid') {
    return [
      `${name}: { column: ${BLANK}, reference: ${BLANK} } # the column with the key of a record of another file here`,
    ];
  }
  const value = column.array ? [BLANK] : BLANK;
  const currency = field.isMoney ? { currency: BLANK } : {};
  return [`${name}: ${inline({ constant: value, ...currency })}${choice(field)}`];
}

const choice = ({ allowed }: FieldGuess) =>
  allowed.length > 0 ? ` # one of ${allowed.join(' ')}; or a column` : ' # or a column';

/** What a customer can be found by, each in a row of its own. */
function identifierLines(columns: readonly ColumnGuess[], used: Set<string>): string[] {
  return (['email', 'phone'] as const).flatMap((type) => {
    const column = columns.find(
      ({ name, fits }) => fits.has(type) || (type === 'phone' && /^(tele)?phone|^mobile/i.test(name)),
    );
    if (column === undefined || used.has(column.name)) return [];
    used.add(column.name);
    const value = { column: column.name, type, ...(column.fits.has(type) ? {} : { country: BLANK }) };
    const hint = column.fits.has(type) ? '' : ' # of numbers without a country code';
    return [
      '      - entity: identity.CustomerIdentifier',
      `        as: ${type}`,
      `        onlyWith: ${inline(column.name)}`,
      '        fields:',
      '          customerId: { reference: this }',
      `          type: { constant: ${type.toUpperCase()} }`,
      `          value: ${inline(value)}${hint}`,
    ];
  });
}

/** The columns of a first and a last name. */
function personName(columns: readonly ColumnGuess[]): [string, string] | undefined {
  const named = (pattern: RegExp) => columns.find(({ name, filled }) => filled > 0 && pattern.test(name))?.name;
  const first = named(/^(first|given)[ _-]?name$|^vorname$|^name[ _-]?first$/i);
  const last = named(/^(last|family|sur)[ _-]?name$|^nachname$|^name[ _-]?last$/i);
  return first === undefined || last === undefined ? undefined : [first, last];
}

/** How a row finds its customer. */
function customerLine(columns: readonly ColumnGuess[], used: Set<string>): string {
  const email = columns.find(({ fits }) => fits.has('email'));
  const key = columns.find(({ name }) =>
    /(customer|client|account|contact|caller|user|member)[ _-]?(id|no|nr|key|number)?$/i.test(name),
  );
  if (email !== undefined) {
    used.add(email.name);
    return `customerId: ${inline({ match: { email: email.name } })} # the customer with this email address`;
  }
  if (key === undefined) {
    return `customerId: { match: { email: ${BLANK} } } # the column that tells whose it is; without any, see demoLink`;
  }
  used.add(key.name);
  const match = inline({ match: { externalId: key.name, source: BLANK } });
  return `customerId: ${match} # the source of the mapping that the customers came with; see reference and match`;
}

function valueText(field: FieldGuess, from: ColumnGuess): string {
  const { allowed, column, isMoney } = field;
  const reading: Reading = (column.type === 'uuid' ? undefined : from.fits.get(column.type)) ?? {};
  const options = { ...reading, ...(isMoney ? { currency: BLANK } : {}) };
  if (allowed.length > 0) {
    if (from.values.every((value) => allowed.includes(value))) return inline(from.name);
    const map = Object.fromEntries(from.values.map((value) => [value, nearest(value, allowed)]));
    const more = from.hasMoreValues ? '; there are more values' : '';
    return `${inline({ column: from.name, map })} # one of ${allowed.join(' ')}${more}`;
  }
  const isPlain = Object.keys(options).length === 0;
  const missing = field.isNeeded && from.filled === 0 ? ' # it is empty' : '';
  return `${inline(isPlain ? from.name : { column: from.name, ...options })}${missing}`;
}

/** The allowed value that is spelt like this one. */
function nearest(value: string, allowed: readonly string[]): string {
  const spelt = value.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_');
  return allowed.find((one) => one === spelt) ?? BLANK;
}
