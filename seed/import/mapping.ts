import { parseDocument, type Scalar, visit } from 'yaml';
import { z } from 'zod';
import { ImportError } from './ImportError.js';
import { isLocale } from './monthNames.js';
import { isCallingCountry } from './phoneNumber.js';
import { isTimeZone } from './zonedTime.js';

/**
 * The language of mappings: which columns of which files become which fields of which entities. docs/import.md tells it
 * with examples. Every object is closed: a key that is not known is refused, so a typing error never goes unnoticed.
 */

const name = z.string({ error: 'must be a text' }).trim().min(1, 'must not be empty');
/** A system, by the name that callers of the graph give it in an `externalId`: so composed (Unicode NFC), as there. */
const system = z
  .string({ error: 'must be a text' })
  .normalize('NFC')
  .pipe(name.max(100, 'must have at most 100 characters'));
/** YAML makes numbers of `1` and truths of `true`; in a cell they are text. {@link keepText} holds the others. */
const cell = z
  .union([z.string(), z.number(), z.boolean()], { error: 'must be a text, a number, true or false' })
  .transform(String);
const oneOrMore = <T extends z.ZodType>(item: T) =>
  z.preprocess((value) => (Array.isArray(value) ? value : [value]), z.array(item).min(1, 'must not be empty'));
const zone = z.string().refine(isTimeZone, { error: 'is not an IANA time zone such as Europe/Vienna' });

/** A number counted from 1. */
const ordinal = z.int({ error: 'must be a whole number' }).min(1, 'is counted from 1');

/** Where a column is, and what a cell of it may say in place of what is meant. A number alone is its position. */
const columnSpec = z.preprocess(
  (value) => (typeof value === 'number' ? { position: value } : value),
  z.strictObject(
    {
      /** 1 for the first, whatever the header calls it. */
      position: ordinal.optional(),
      /** Cells that mean "no value", besides those of the file. */
      missing: z.array(cell).optional(),
      /** Cells to be read as another; every other cell stays as it is. */
      replace: z.record(z.string(), cell).optional(),
    },
    {
      error: (issue) =>
        issue.code === 'invalid_type' ? 'must be a position, or a description of the column' : undefined,
    },
  ),
);

/** Where a field's value comes from; exactly one of them. */
const SOURCES = ['column', 'constant', 'template', 'key', 'reference', 'match', 'demoLink'] as const;
/** How a text of the file is read; it makes no sense for other values. */
const READING = [
  'map',
  'type',
  'format',
  'zone',
  'locale',
  'yearFrom',
  'country',
  'split',
  'scale',
  'decimalMark',
  'thousands',
  'symbols',
  'negative',
  'round',
  'yes',
  'no',
] as const;

/** The cells that are meant, by column. */
const when = z.record(z.string(), oneOrMore(cell));

/** Which event of a folded record a field reads; where it is left out, the last, or the one that the target writes. */
const eventSpec = z.union(
  [z.enum(['first', 'last', 'previous']), z.strictObject({ first: when }), z.strictObject({ last: when })],
  { error: 'must be first, last or previous, or { first: { COLUMN: [values] } }, or { last: ... }' },
);

/** One way to look a customer up at identity. */
const matchSpec = z.union(
  [
    z.strictObject({ id: name }),
    z.strictObject({ email: name }),
    /** `country`: of numbers without a country code, as ISO 3166 or the column that says it. */
    z.strictObject({ phone: name, country: z.union([name, z.strictObject({ column: name })]).optional() }),
    z.strictObject({ externalId: name, source: system }),
  ],
  {
    error:
      'must be { id: COLUMN }, { email: COLUMN }, { phone: COLUMN, country: AT } or { externalId: COLUMN, source: NAME }',
  },
);

/** What becomes of `column`. */
interface ReferenceColumns {
  /** The first of `columns`: what most fields read, and what a problem is blamed on. */
  readonly column?: string | undefined;
  readonly columns?: readonly string[] | undefined;
}

/** Text stands for a column of that name. */
const fieldSpec = z.preprocess(
  (value) => (typeof value === 'string' ? { column: value } : value),
  z
    .strictObject(
      {
        /** Several for the key of another record that has several. */
        column: z.union([name, z.array(name).min(1, 'must not be empty')]).optional(),
        /** The same for every row. */
        constant: z.union([cell, z.array(cell)], { error: 'must be a text, a number or a list of them' }).optional(),
        /** Text with `{column}` in it; missing when one of its columns is. Of several, the first that is not missing. */
        template: oneOrMore(name).optional(),
        /** The row's key, as text. */
        key: z.literal(true, { error: 'can only be true' }).optional(),
        /**
         * `this`: the id of the row's own record. The `as` of another target: the id of the row that it writes. A file's name: the id
         * of its record whose key is in `column`, or is `constant`.
         */
        reference: name.optional(),
        /** How to find the customer whose id the field takes; several ways are tried in order. */
        match: oneOrMore(matchSpec).optional(),
        /** When no way finds exactly one customer: reject the row, which is the default, or leave the field empty. */
        otherwise: z.enum(['reject', 'none']).optional(),
        /** Some customer, picked by the row's key or by this column: for showing, where a file says nothing of customers. */
        demoLink: z.union([z.literal(true), name], { error: 'can only be true, or the name of a column' }).optional(),
        event: eventSpec.optional(),
        /** The cells that are allowed and what each becomes; any other is rejected. */
        map: z.record(z.string(), cell).optional(),
        /** In place of a missing value. */
        default: cell.optional(),
        /** For text columns: how to check and write the value. For others the column's own type says it. */
        type: z.enum(['text', 'integer', 'decimal', 'boolean', 'date', 'timestamp', 'email', 'phone']).optional(),
        /** Of a date, in the letters of Unicode TR 35 or by name; of several the first that fits. */
        format: oneOrMore(name).optional(),
        zone: zone.optional(),
        /** The language of month names. */
        locale: z.string().refine(isLocale, { error: 'is not a language such as de' }).optional(),
        /** The first of the hundred years that two digits can mean. */
        yearFrom: z.int({ error: 'must be a year' }).min(1).max(9900).optional(),
        /** Of phone numbers that are written without their country code. */
        country: z.string().refine(isCallingCountry, { error: 'is not a country code such as AT' }).optional(),
        /** What a number is multiplied with: 1000000 for millions. */
        scale: z.coerce.number<number>({ error: 'must be a number' }).positive('must be above 0').optional(),
        decimalMark: z.enum(['.', ',']).optional(),
        thousands: z.enum(['.', ',', ' ', "'"]).optional(),
        /** What may stand before or behind a number: `[$, USD]`. */
        symbols: z.array(cell).optional(),
        /** How a number below zero is written where not with a sign before it: `(12.00)`, `12.00-`. */
        negative: z.enum(['parentheses', 'behind']).optional(),
        /** Decimal places that a number is rounded to, a half away from zero. */
        round: z.int({ error: 'must be a whole number' }).min(0).max(4).optional(),
        yes: z.array(cell).optional(),
        no: z.array(cell).optional(),
        /** Between the entries of a list: `;`. */
        split: z.string().min(1, 'must not be empty').optional(),
        /** Of an amount of money: ISO 4217, or the column that says it. */
        currency: z.union([z.string(), z.strictObject({ column: name })]).optional(),
      },
      {
        error: (issue) =>
          issue.code === 'invalid_type' ? 'must be the name of a column, or a description of the value' : undefined,
      },
    )
    .superRefine((field, check) => {
      const problem = (message: string, ...path: string[]) => check.addIssue({ code: 'custom', message, path });
      const given = SOURCES.filter((source) => field[source] !== undefined);
      const hasKey = field.reference !== undefined && (field.column !== undefined || field.constant !== undefined);
      if (field.reference === 'this' && hasKey) problem('needs no column: it is the record itself', 'reference');
      else if (given.length !== (hasKey ? 2 : 1)) problem(`needs exactly one of ${SOURCES.join(', ')}`);
      if (field.column === undefined && field.template === undefined) {
        const message = 'goes with a column or a template only';
        for (const option of READING) if (field[option] !== undefined) problem(message, option);
      }
      if (Array.isArray(field.column) && !hasKey) problem('can be several only with the reference to a file', 'column');
      if (field.otherwise !== undefined && field.match === undefined) problem('goes with match only', 'otherwise');
      if (field.decimalMark !== undefined && field.decimalMark === field.thousands) {
        problem('cannot be the decimal mark as well', 'thousands');
      }
    })
    .transform(({ column, ...field }): typeof field & ReferenceColumns => {
      const columns = typeof column === 'string' ? [column] : column;
      return columns?.[0] === undefined ? field : { ...field, column: columns[0], columns };
    }),
);

const conditions = {
  /** Only for rows that have a value in these columns. */
  onlyWith: oneOrMore(name).optional(),
  /** Only for rows whose column says one of these. */
  when: when.optional(),
};

/** Columns of one row folded into the entries of a history. */
const historySpec = z.strictObject({
  /** The field that takes the entry's time. Times that are known must not go backwards. */
  at: name,
  /** The field that takes 0, 1, 2 ... */
  position: name,
  /** In order. */
  steps: z
    .array(z.strictObject({ ...conditions, at: fieldSpec.optional(), fields: z.record(z.string(), fieldSpec) }))
    .min(1, 'must not be empty'),
});

/** Which events of a folded record a target writes, a row each: all of them, or those at which something is another. */
const eventsSpec = z.preprocess(
  (value) => (value === 'all' ? {} : value),
  z.strictObject(
    {
      /** Columns: the first event, and each where one of them says something else than at the event before. */
      onChange: oneOrMore(name).optional(),
      /** Fields of this target: the first event, and each where one of them becomes something else than at the row before. */
      onChangeOfField: oneOrMore(name).optional(),
      /** The field that takes 0, 1, 2 ... */
      position: name.optional(),
    },
    {
      error: (issue) => (issue.code === 'invalid_type' ? 'must be all, or { onChange: [columns] }' : undefined),
    },
  ),
);

/** What puts the events of a record in order. */
const orderSpec = z
  .strictObject({
    column: name,
    type: z.enum(['text', 'integer', 'decimal', 'date', 'timestamp']).optional(),
    format: oneOrMore(name).optional(),
    zone: zone.optional(),
    decimalMark: z.enum(['.', ',']).optional(),
    thousands: z.enum(['.', ',', ' ', "'"]).optional(),
  })
  .refine((order) => order.type !== undefined || order.format !== undefined, {
    error: 'needs the format of its times, or a type: text, integer, decimal, date, timestamp',
  });

const targetSpec = z.strictObject({
  /** `identity.Customer` */
  entity: name,
  /** Tells apart the rows that one record writes to the same entity. */
  as: name.optional(),
  ...conditions,
  fields: z.record(z.string(), fieldSpec),
  history: historySpec.optional(),
  /** In a file with `fold`: a row for each event, and not one for the record. */
  events: eventsSpec.optional(),
  /** What becomes of the addresses and numbers that the record said before, and says no more. */
  former: z.enum(['keep', 'remove'], { error: 'must be keep or remove' }).optional(),
});

/** One character, or none at all. */
const mark = z.union(
  [z.literal('none').transform(() => null), z.string().length(1, 'must be one character, or none'), z.null()],
  {
    error: 'must be one character, or none',
  },
);

/** How a file of cells is written, where that is not the usual. */
const csvSpec = z.strictObject({
  /** `,`, in a TSV a tab. */
  delimiter: z
    .string()
    .min(1, 'must not be empty')
    .transform((text) => (text === 'tab' || text === String.raw`\t` ? '\t' : text))
    .optional(),
  quote: mark.default('"'),
  /** Before a quote that is a part of the cell: the quote itself unless it says another, such as a backslash. */
  escape: mark.optional(),
  /** A label of the WHATWG Encoding Standard; a byte order mark says it better. */
  encoding: z.string().refine(isEncoding, { error: 'is not an encoding such as utf-8 or windows-1252' }).optional(),
});

/** How a file that is read is written, and what its columns are called. */
const tableShape = {
  /** Its name in the data folder. */
  file: name,
  /** By the ending of the name where it is not said. */
  format: z.enum(['csv', 'tsv', 'json', 'ndjson']).optional(),
  csv: csvSpec.prefault({}),
  /** Of JSON: where the array of the records is, as an RFC 6901 pointer. */
  records: z
    .string()
    .regex(/^(\/.+)?$/, 'must be a JSON pointer such as /data')
    .default(''),
  /** `none`: the first line is a row, and columns are called by their number. Names: what the columns are called, by position. */
  header: z
    .union([z.literal('none'), z.array(name).min(1)], { error: 'must be none, or the names of the columns' })
    .optional(),
  /** How many lines stand above the header. */
  skipLines: z.int({ error: 'must be a whole number' }).min(0, 'must not be below 0').default(0),
  /** Cells that mean "no value" in every column; an empty cell always does. */
  missing: z.preprocess((value) => (Array.isArray(value) ? value : [value]), z.array(cell)).default([]),
  columns: z.record(z.string(), columnSpec).default({}),
};

/** How a file is written and what its columns are called. */
export const tableSpec = z.strictObject(tableShape);

/** What only files of cells have, and only JSON. */
function checkFormat(table: z.output<typeof tableSpec>, check: z.RefinementCtx): void {
  const isJson = formatOf(table) === 'json' || formatOf(table) === 'ndjson';
  const problem = (path: string, message: string) => check.addIssue({ code: 'custom', message, path: [path] });
  if (table.records !== '' && formatOf(table) !== 'json') problem('records', 'goes with format: json only');
  if (isJson && table.header !== undefined) problem('header', 'goes with CSV and TSV only');
  if (isJson && table.skipLines > 0) problem('skipLines', 'goes with CSV and TSV only');
  if (isJson) {
    for (const [column, { position }] of Object.entries(table.columns)) {
      if (position !== undefined) problem('columns', `${column} has a position, which goes with CSV and TSV only`);
    }
  }
}

/** Another file, of which the row with the same values is read beside each row. */
const joinSpec = z
  .strictObject({
    ...tableShape,
    /** Its columns are called by this name and a dot: `customer.Name`. */
    as: name.regex(/^[^.]+$/, 'must have no dot in it'),
    /** Which columns say the same: that of the row, or of a join before, and that of the other file. */
    on: z
      .record(z.string(), name)
      .refine((on) => Object.keys(on).length > 0, { error: 'must name a column of each file: { customer_no: No }' }),
    /** Whether a row without one beside it is rejected; false: its columns are missing then. */
    required: z.boolean({ error: 'must be true or false' }).default(true),
  })
  .superRefine(checkFormat);

const fileSpec = z
  .strictObject({
    ...tableShape,
    /** In place of a file: the few records that no export has, such as the survey that all responses answer. */
    rows: z.array(z.record(z.string(), cell)).min(1, 'must not be empty').optional(),
    /** Makes a column of this name that counts the rows from 1: the key of a file that has none. */
    rowNumber: name.optional(),
    ...conditions,
    /** Other files that say more of each row. */
    join: z.preprocess((value) => (Array.isArray(value) ? value : [value]), z.array(joinSpec)).default([]),
    /** Where its keys are others than those of the mapping's source. */
    source: system.optional(),
    /** The columns that tell one record from every other. */
    key: oneOrMore(name),
    /** Rows with the same key are events of one record, in this order; those that are equal in it, as the file has them. */
    fold: z.strictObject({ order: oneOrMore(orderSpec) }).optional(),
    /** The first is the record itself: what `reference` means. */
    targets: z.array(targetSpec).min(1, 'must not be empty'),
  })
  .superRefine(checkFormat);

/** Rows that the mapping holds itself are called in the summary as in the mapping. */
function nameRows(files: unknown): unknown {
  if (typeof files !== 'object' || files === null) return files;
  return Object.fromEntries(
    Object.entries(files).map(([file, spec]: [string, unknown]) => {
      const isInline = typeof spec === 'object' && spec !== null && 'rows' in spec && !('file' in spec);
      return [file, isInline ? { ...spec, file } : spec];
    }),
  );
}

const mappingSpec = z.strictObject({
  /** The system that the files come from; the namespace of its keys. */
  source: system,
  /** Of dates that say none themselves. */
  zone: zone.optional(),
  files: z.preprocess(
    nameRows,
    z.record(z.string(), fileSpec).refine((files) => Object.keys(files).length > 0, { error: 'must not be empty' }),
  ),
});

export type Mapping = z.output<typeof mappingSpec>;
/** How a file is written and what its columns are called. */
export type TableSpec = z.output<typeof tableSpec>;
export type FileSpec = z.output<typeof fileSpec>;
export type TargetSpec = z.output<typeof targetSpec>;
export type JoinSpec = z.output<typeof joinSpec>;
export type EventsSpec = z.output<typeof eventsSpec>;
export type EventSpec = z.output<typeof eventSpec>;
export type MatchSpec = z.output<typeof matchSpec>;
export type OrderSpec = z.output<typeof orderSpec>;
export type HistorySpec = z.output<typeof historySpec>;
export type FieldSpec = z.output<typeof fieldSpec>;
export type ConditionSpec = Pick<TargetSpec, 'onlyWith' | 'when'>;

/** How a file is written: what the mapping says, else what the ending of its name says, also under `.gz`; else CSV. */
export function formatOf({ file, format }: Pick<TableSpec, 'file' | 'format'>): NonNullable<TableSpec['format']> {
  if (format !== undefined) return format;
  const ending = /\.(\w+)(\.gz)?$/.exec(file.toLowerCase())?.[1] ?? '';
  if (ending === 'tsv' || ending === 'tab') return 'tsv';
  if (ending === 'json') return 'json';
  return ['ndjson', 'jsonl', 'jsonlines'].includes(ending) ? 'ndjson' : 'csv';
}

function isEncoding(label: string): boolean {
  try {
    return new TextDecoder(label).encoding !== '';
  } catch {
    return false;
  }
}

/** `files.accounts.targets[0].fields.kind` */
function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
}

function issueLines(issue: z.core.$ZodIssue): string[] {
  const at = (path: readonly PropertyKey[]) => pathText([...issue.path, ...path]) || 'the mapping';
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => `${at([key])} is not known here`);
  if (issue.code === 'invalid_type' && issue.input === undefined) return [`${at([])} is missing`];
  return [`${at([])} ${issue.message.startsWith('Invalid') ? `is not right: ${issue.message}` : issue.message}`];
}

/**
 * A mapping speaks of cells, so what its writer typed counts: `007`, `1.50`, `TRUE` and `NULL` stay these texts, and the name of
 * a column is a text always. Only what YAML would write the same way is a number, true or false.
 */
function keepText(key: unknown, node: Scalar): void {
  const { source, value } = node;
  if (source === undefined || source === '' || source === '~' || typeof value === 'string') return;
  if (key === 'key' || String(value) !== source) node.value = source;
}

/**
 * Reads a mapping.
 * @param text YAML 1.2, with merge keys (`<<: *name`)
 * @param file where it came from, for the errors
 * @throws ImportError with a line for every problem, each with its place
 */
export function parseMapping(text: string, file: string): Mapping {
  const document = parseDocument(text, { prettyErrors: true, merge: true });
  if (document.errors.length > 0) {
    const lines = document.errors.map((error) => `${file}: ${error.message.split('\n')[0]?.replace(/:$/, '')}`);
    throw new ImportError(lines.join('\n'));
  }
  visit(document, { Scalar: keepText });
  const read = mappingSpec.safeParse(document.toJS(), { reportInput: true });
  if (read.success) return read.data;
  throw new ImportError(
    read.error.issues
      .flatMap(issueLines)
      .map((line) => `${file}: ${line}`)
      .join('\n'),
  );
}
