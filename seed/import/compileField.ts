import type { z } from 'zod';
import { ConversionError, conversionFor, type Conversion } from './conversions.js';
import type { CustomerLink } from './customerLinks.js';
import type { EntityColumn } from './EntityTable.js';
import type { FieldSpec } from './mapping.js';
import type { Cell } from '../copyText.js';
import type { RecordDraft } from './RecordDraft.js';
import { customerRecord, foundRecord } from './customerRecord.js';
import { recordId } from '../../subgraphs/kit/flow/recordId.js';
import type { SourceRow } from './SourceRow.js';

/**
 * The value of a field for a row.
 * @throws RowProblem when the row has none that the field can take
 */
export type Evaluate = (row: SourceRow, draft: RecordDraft) => Cell;

/** The records of a file that a field refers to. */
interface ReferenceTarget {
  readonly source: string;
  readonly entity: string;
  /** The columns of their key. */
  readonly key: readonly string[];
}

/** What surrounds a field while a mapping is compiled. */
export interface FieldScope {
  /** `files.accounts.targets[0].fields.kind` */
  readonly place: string;
  /** Told what is wrong with the mapping; compiling goes on, to find the rest. */
  readonly problem: (place: string, message: string) => void;
  readonly zone: string | undefined;
  /** Of a file that a field refers to; undefined when there is none of that name. */
  readonly reference: (file: string) => ReferenceTarget | undefined;
  /** The id of the row that another target of the file writes, by its `as`; undefined when there is none of that name. */
  readonly sibling: (as: string) => ((draft: RecordDraft) => string) | undefined;
  /** Takes what links a row to a customer of identity. */
  readonly links: CustomerLink[];
}

const never: Evaluate = () => null;
const PLACEHOLDER = /\{([^{}]+)\}/g;

/** The columns that a template names. */
export function templateColumns(template: string): string[] {
  return [...template.matchAll(PLACEHOLDER)].map(([, column]) => column ?? '');
}

/**
 * Compiles a field of a mapping. What does not depend on a row (constants, formats, types) is checked here and told to
 * `scope.problem`.
 * @param rule what the value must be besides; of a list, each entry
 */
export function compileField(
  field: FieldSpec,
  column: EntityColumn,
  rule: z.ZodType<unknown, string> | undefined,
  scope: FieldScope,
): Evaluate {
  if (field.reference !== undefined || column.type === 'uuid') return compileReference(field, column, scope);
  if (field.type !== undefined && field.type !== column.type && column.type !== 'text') {
    scope.problem(scope.place, `is a column of type ${column.type}; leave out type: ${field.type}`);
    return never;
  }
  if (field.split !== undefined && !column.array) scope.problem(scope.place, 'is no list: leave out split');
  let conversion: Conversion;
  try {
    conversion = conversionFor(field.type ?? column.type, field, scope.zone);
  } catch (error) {
    scope.problem(scope.place, error instanceof Error ? error.message : String(error));
    return never;
  }

  const checked = (text: string): string => {
    const value = conversion(text);
    const issue = rule?.safeParse(value).error?.issues[0];
    if (issue) throw new ConversionError(value === text ? issue.message : `${issue.message} (it became ${value})`);
    return value;
  };
  if (field.constant !== undefined) return compileConstant(field.constant, column, checked, scope);
  const read = compileText(field, scope);
  const { fallback, blame } = read;

  return (row, draft) => {
    const text = read.text(row, draft) ?? fallback;
    if (text === null) {
      if (column.array && !column.nullable) return [];
      if (!column.nullable) throw row.problem(blame, `is missing, and ${column.property} needs a value`);
      return null;
    }
    try {
      if (!column.array) return checked(text);
      return entries(text, field.split)
        .map((entry) => entry.trim())
        .filter((entry) => entry !== '')
        .map(checked);
    } catch (error) {
      if (error instanceof ConversionError) throw row.problem(blame, error.message);
      throw error;
    }
  };
}

/** The entries of a list: between the separators; of a JSON array, its elements. */
function entries(text: string, separator: string | undefined): string[] {
  if (separator !== undefined) return text.split(separator);
  const list = text.startsWith('[') ? jsonOf(text) : undefined;
  return Array.isArray(list) ? list.filter((entry) => entry !== null).map((entry) => scalarText(entry)) : [text];
}

/** Undefined when the text is no JSON. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** @throws ConversionError for an element that is a list or an object */
function scalarText(element: unknown): string {
  if (typeof element === 'string') return element;
  if (typeof element === 'number' || typeof element === 'boolean') return String(element);
  throw new ConversionError('has lists or objects in its list; name one of their members: COLUMN.0.member');
}

function compileConstant(
  constant: string | string[],
  column: EntityColumn,
  checked: (text: string) => string,
  scope: FieldScope,
): Evaluate {
  if (Array.isArray(constant) !== column.array) {
    scope.problem(scope.place, column.array ? 'is a list: write [A, B]' : 'takes one value, not a list');
    return never;
  }
  try {
    const value = Array.isArray(constant) ? constant.map(checked) : checked(constant);
    return () => value;
  } catch (error) {
    if (!(error instanceof ConversionError)) throw error;
    scope.problem(scope.place, `${JSON.stringify(constant)} ${error.message}`);
    return never;
  }
}

interface TextSource {
  readonly text: (row: SourceRow, draft: RecordDraft) => string | null;
  /** In place of no text. */
  readonly fallback: string | null;
  /** The column to name when the value is not right. */
  readonly blame: string;
}

/** Where the text of a field comes from: its column or its template, through its map; or the row's key. */
function compileText(field: FieldSpec, scope: FieldScope): TextSource {
  const fallback = field.default ?? null;
  if (field.key !== undefined) return { text: (_row, draft) => draft.key, fallback, blame: '' };
  const { read, blame } = compileRaw(field, scope);
  if (field.map === undefined) return { text: read, fallback, blame };
  const values = new Map(Object.entries(field.map));
  const text = (row: SourceRow) => {
    const value = read(row);
    if (value === null) return null;
    const mapped = values.get(value);
    if (mapped === undefined) throw row.problem(blame, `is none of ${[...values.keys()].join(', ')}`);
    return mapped;
  };
  return { text, fallback, blame };
}

/** The text as the row has it: of its column, or of the first template that can be filled. */
function compileRaw(
  { column = '', template }: FieldSpec,
  scope: FieldScope,
): { read: (row: SourceRow) => string | null; blame: string } {
  if (template === undefined) return { read: (row) => row.value(column), blame: column };
  const templates = template.map((one) => compileTemplate(one, scope));
  const read = (row: SourceRow) => {
    for (const { fill } of templates) {
      const filled = fill(row);
      if (filled !== null) return filled;
    }
    return null;
  };
  return { read, blame: templates[0]?.columns[0] ?? '' };
}

/** Text with the values of a row in it; null when one of them is missing. */
function compileTemplate(template: string, scope: FieldScope) {
  const columns = templateColumns(template);
  if (columns.length === 0) scope.problem(scope.place, 'has no {column} in its template: write it as a constant');
  const fill = (row: SourceRow): string | null => {
    const values = new Map(columns.map((name) => [name, row.value(name)]));
    if ([...values.values()].includes(null)) return null;
    return template.replaceAll(PLACEHOLDER, (_all, name: string) => values.get(name) ?? '');
  };
  return { columns, fill };
}

function compileReference(field: FieldSpec, column: EntityColumn, scope: FieldScope): Evaluate {
  const { reference: file, column: from, columns = [''], constant } = field;
  if (file === undefined) {
    scope.problem(
      scope.place,
      'is the id of another record: write reference: this, or reference: FILE with its column',
    );
    return never;
  }
  if (column.type !== 'uuid') {
    scope.problem(scope.place, 'is no id: it takes no reference');
    return never;
  }
  if (file === 'this') return (_row, draft) => draft.id;
  const hasKey = from !== undefined || typeof constant === 'string';
  const sibling = hasKey ? undefined : scope.sibling(file);
  if (sibling !== undefined) return (_row, draft) => sibling(draft);
  const target = scope.reference(file);
  if (target !== undefined && !hasKey) {
    scope.problem(scope.place, `needs the column that holds the key of a record of ${file}`);
    return never;
  }
  if (target === undefined) {
    scope.problem(scope.place, `refers to ${file}, which is none of the files of this mapping`);
    return never;
  }
  const { key, source, entity } = target;
  if (columns.length !== key.length) {
    const several = `several columns: write column: [A, B], in the order of ${key.join(', ')}`;
    scope.problem(scope.place, `refers to ${file}, whose key has ${key.length === 1 ? 'one column' : several}`);
    return never;
  }
  const keyOf = (row: SourceRow) =>
    typeof constant === 'string' ? [constant.normalize('NFC')] : columns.map((name) => row.key(name));
  const link = customerRecord(source, entity, keyOf);
  if (link !== null) scope.links.push(link);
  return (row, draft) => {
    const values = keyOf(row);
    const given = values.filter((value) => value !== null);
    if (given.length < values.length) {
      const blank = columns[values.indexOf(null)] ?? '';
      if (given.length > 0) throw row.problem(blank, 'is missing, and it is a part of the key of another record');
      if (!column.nullable) throw row.problem(blank, `is missing, and ${column.property} needs a value`);
      return null;
    }
    const id = foundRecord(link, row, draft.found) ?? recordId(source, entity, ...given);
    draft.references.push({ file, id, column: columns.join(', '), value: given.join(' / ') });
    return id;
  };
}
