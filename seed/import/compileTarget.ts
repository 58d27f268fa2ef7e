import { compileField, type Evaluate, type FieldScope } from './compileField.js';
import { compileCustomerLink } from './compileCustomerLink.js';
import { condition } from './condition.js';
import type { EntityColumn, EntityTable } from './EntityTable.js';
import type { EventsSpec, FieldSpec, HistorySpec, TargetSpec } from './mapping.js';
import { atEvent } from './pickEvent.js';
import type { Cell } from '../copyText.js';
import type { RecordDraft, TargetRow } from './RecordDraft.js';
import { recordId } from '../../subgraphs/kit/flow/recordId.js';
import { RowProblem } from './RowProblem.js';
import type { SourceRow } from './SourceRow.js';
import type { ImportTarget } from './targets/ImportTarget.js';

/** A column that an import writes. */
interface PlannedColumn {
  readonly column: EntityColumn;
  /**
   * What a later import does with it: changes it, fills it where it is empty still, or leaves it alone, as what a new row starts with.
   */
  readonly update: 'always' | 'fill' | 'never';
}

/** One target of a file, ready to run. */
export interface TargetPlan {
  /** `identity.Customer` */
  readonly entity: string;
  readonly target: ImportTarget;
  readonly table: EntityTable;
  readonly columns: readonly PlannedColumn[];
  /** Whether the row's id is made from its key. */
  readonly derivedId: boolean;
  /** The property that counts the entries of a history. */
  readonly position: string | undefined;
  /** What becomes of rows that its record does not write any more, where the target knows them. */
  readonly former: 'keep' | 'remove';
  /** Adds what a row writes here to the draft; what is wrong with the row goes to `draft.problems`. */
  readonly draft: (row: SourceRow, draft: RecordDraft) => void;
}

/** The property that tells rows that were given to a customer for demonstration. */
const DEMO_MARK = 'demoLinked';

/** Columns that the engine keeps by itself, where an entity has them and the mapping says nothing of them. */
export const KEPT = ['version', 'createdAt', 'updatedAt'] as const;

/** What surrounds a target while a mapping is compiled. */
export interface TargetScope extends FieldScope {
  readonly source: string;
  /** Where it is among the targets of its file. */
  readonly index: number;
  /** The key of a row of the file; throws a RowProblem. */
  readonly key: (row: SourceRow) => readonly string[];
}

type Evaluators = ReadonlyMap<string, Evaluate>;

function run(evaluators: Evaluators, row: SourceRow, draft: RecordDraft): Map<string, Cell> {
  const cells = new Map<string, Cell>();
  for (const [property, evaluate] of evaluators) {
    try {
      cells.set(property, evaluate(row, draft));
    } catch (error) {
      if (!(error instanceof RowProblem)) throw error;
      draft.problems.push(error);
    }
  }
  return cells;
}

/** The properties that a mapping calls by another name, or does not set itself. */
function hiddenProperties({ money = {}, names = {}, former }: ImportTarget): Set<string> {
  return new Set([
    DEMO_MARK,
    ...Object.values(money).flatMap(({ amount, currency }) => [amount, currency]),
    ...Object.values(names),
    ...(former === undefined ? [] : [former.saidBy]),
  ]);
}

/** What a mapping can write of an entity, by the names that it uses, sorted. */
export function fieldNames(table: EntityTable, target: ImportTarget): string[] {
  const { money = {}, names = {}, virtual = {} } = target;
  const hidden = hiddenProperties(target);
  const shown = [...table.columns.keys()].filter((one) => !hidden.has(one));
  return [...new Set([...shown, ...[money, names, virtual].flatMap((fields) => Object.keys(fields))])].sort();
}

/** A text column that holds ids takes a reference as a column of ids does. */
function referring(field: FieldSpec, column: EntityColumn, { ids = [] }: ImportTarget): EntityColumn {
  return field.reference !== undefined && ids.includes(column.property) ? { ...column, type: 'uuid' } : column;
}

/** Stands for the column that a field has not. */
function virtualColumn(property: string, type: EntityColumn['type']): EntityColumn {
  return {
    property,
    name: property,
    type,
    array: false,
    nullable: true,
    primary: false,
    generated: false,
    isOwner: false,
  };
}

/** Compiles fields of a mapping to one evaluator for each column that they set; an amount of money sets two. */
function compileFields(
  fields: Readonly<Record<string, FieldSpec>>,
  table: EntityTable,
  target: ImportTarget,
  scope: TargetScope,
): Map<string, Evaluate> {
  const evaluators = new Map<string, Evaluate>();
  const { money = {}, names = {}, rules = {}, virtual = {} } = target;
  const hidden = hiddenProperties(target);
  for (const [name, field] of Object.entries(fields)) {
    const inner = { ...scope, place: `${scope.place}.${name}` };
    const held = Object.hasOwn(virtual, name) ? virtual[name] : undefined;
    if (held !== undefined) {
      evaluators.set(name, compileField(field, virtualColumn(name, held.type), rules[name], inner));
      continue;
    }
    const pair = Object.hasOwn(money, name) ? money[name] : undefined;
    const called = Object.hasOwn(names, name) ? names[name] : undefined;
    const column = table.columns.get(pair?.amount ?? called ?? name);
    if (column === undefined || (hidden.has(name) && pair === undefined)) {
      scope.problem(inner.place, `is no field of this entity; it has ${fieldNames(table, target).join(', ')}`);
      continue;
    }
    if ((pair === undefined) !== (field.currency === undefined)) {
      const message = pair ? 'is an amount of money: say its currency' : 'is no amount of money: leave out currency';
      scope.problem(inner.place, message);
    }
    const isLink = field.match !== undefined || field.demoLink !== undefined;
    const evaluate = isLink
      ? compileCustomerLink(field, column, inner)
      : compileField(field, referring(field, column, target), rules[column.property], inner);
    evaluators.set(column.property, atEvent(field.event, evaluate));
    const currencyColumn = table.columns.get(pair?.currency ?? '');
    if (currencyColumn && field.currency !== undefined) {
      const { currency } = field;
      const spec = typeof currency === 'string' ? { constant: currency } : currency;
      const evaluateCurrency = compileField(spec, currencyColumn, rules[currencyColumn.property], inner);
      const empty = (row: SourceRow) =>
        field.column !== undefined && field.default === undefined && row.value(field.column) === null;
      const optional = currencyColumn.nullable;
      evaluators.set(
        currencyColumn.property,
        atEvent(field.event, (row, draft) => (optional && empty(row) ? null : evaluateCurrency(row, draft))),
      );
    }
  }
  return evaluators;
}

/**
 * Compiles one target of a file: its columns in order, and the function that makes their cells for a row.
 * What is wrong with the mapping goes to `scope.problem`.
 */
export function compileTarget(
  spec: TargetSpec,
  target: ImportTarget,
  table: EntityTable,
  scope: TargetScope,
): TargetPlan {
  const fields = compileFields(spec.fields, table, target, { ...scope, place: `${scope.place}.fields` });
  const steps = spec.history ? compileSteps(spec.history, table, target, scope) : undefined;
  const named = [...fields.keys(), ...(steps?.properties ?? [])];
  const properties = new Set([...named, ...named.flatMap((field) => target.sets?.[field] ?? [])]);
  for (const [property, when] of Object.entries(target.fills ?? {})) if (when === 'always') properties.add(property);
  if (spec.events) checkEventFields(spec.events, fields, table, scope);
  if (spec.events?.position !== undefined) properties.add(spec.events.position);

  const suffix = spec.as === undefined ? [] : [spec.as];
  const id = table.columns.get('id');
  const derivedId = id?.type === 'uuid' && id.primary && !properties.has('id');
  const own = (property: string, evaluate: Evaluate) => {
    if (!table.columns.has(property) || properties.has(property)) return;
    fields.set(property, evaluate);
    properties.add(property);
  };
  if (derivedId) {
    own('id', (_row, draft) =>
      scope.index === 0 ? draft.id : recordId(scope.source, spec.entity, draft.key, ...suffix),
    );
  }
  if (table.columns.has('sourceKey')) {
    own('source', () => scope.source);
    own('sourceKey', (_row, draft) => [draft.key, ...suffix].join('/'));
  }
  if (target.former !== undefined) own(target.former.saidBy, (_row, draft) => draft.id);
  else if (spec.former !== undefined) scope.problem(`${scope.place}.former`, 'goes with identity.CustomerIdentifier');
  const demoLinked = Object.entries(spec.fields).flatMap(([name, field]) =>
    field.demoLink === undefined ? [] : [name],
  );
  if (demoLinked.length > 0 && !table.columns.has(DEMO_MARK)) {
    scope.problem(
      `${scope.place}.fields.${demoLinked[0]}`,
      'cannot be demo-linked: this entity has no mark that says so',
    );
  }
  own(DEMO_MARK, () => String(demoLinked.length > 0));
  // A link that was picked stays, whoever becomes a customer later; and so does its mark.
  const lasting = demoLinked.length > 0 ? new Set([...demoLinked, DEMO_MARK]) : new Set<string>();
  const initial = Object.entries(target.initial ?? {}).filter(([property]) => !properties.has(property));
  const once = Object.entries(target.fills ?? {}).flatMap(([property, when]) => (when === 'once' ? [property] : []));
  const starting = new Set([...initial.map(([property]) => property), ...once]);
  const columns = plannedColumns(table, properties, starting, lasting, target, scope);
  const constants = new Map<string, Cell>(initial);
  const complete = completion(spec, target, constants);
  const { appendOnly } = target;

  const meets = condition(spec);
  const position = spec.history?.position ?? spec.events?.position;
  const cellsOf = (values: ReadonlyMap<string, Cell>) =>
    columns.map(({ column: { property } }) => values.get(property) ?? constants.get(property) ?? null);
  /** Gives a row of several its id: by its place among them and, in a ledger, by what it says. */
  const identify = (values: Map<string, Cell>, draft: RecordDraft, ...place: string[]): void => {
    if (!derivedId) return;
    const said = (appendOnly ?? []).map((property) => JSON.stringify(values.get(property) ?? null));
    const rowId = recordId(scope.source, spec.entity, draft.key, ...suffix, ...place, ...said);
    values.set('id', rowId);
    if (appendOnly !== undefined && values.has('sourceKey')) {
      values.set('sourceKey', [draft.key, ...suffix, rowId.slice(0, 8)].join('/'));
    }
  };
  const finished = (values: Map<string, Cell>, row: SourceRow, draft: RecordDraft): Map<string, Cell> => {
    if (draft.problems.length === 0) complete(values, row, draft);
    if (appendOnly !== undefined) identify(values, draft);
    return values;
  };
  const entry = (values: Map<string, Cell>, index: number, draft: RecordDraft): Map<string, Cell> => {
    const numbered = new Map(values).set(position ?? '', String(index));
    if (appendOnly === undefined) identify(numbered, draft, String(index));
    return numbered;
  };
  /** Rows that must not be there can be named only by a key that does not need a value out of the row. */
  const removable = appendOnly === undefined && (derivedId || steps !== undefined);
  const unique = spec.events?.position === undefined ? uniqueProperties(spec, table, derivedId) : [];

  const eventRows = (last: SourceRow, draft: RecordDraft): TargetRow[] => {
    const { onChange = [], onChangeOfField = [] } = spec.events ?? {};
    const rows: TargetRow[] = [];
    let before: SourceRow | undefined;
    let fieldsBefore: string | undefined;
    for (const [at, { row, place }] of draft.events.entries()) {
      const previous = before;
      before = row;
      if (previous && onChange.length > 0 && onChange.every((column) => row.value(column) === previous.value(column)))
        continue;
      if (!meets(row)) continue;
      const values = run(fields, row, { ...draft, at });
      if (draft.problems.length === 0) complete(values, row, draft);
      const now = JSON.stringify(onChangeOfField.map((property) => values.get(property) ?? null));
      if (onChangeOfField.length > 0 && now === fieldsBefore) continue;
      fieldsBefore = now;
      if (position !== undefined) values.set(position, String(rows.length));
      identify(values, draft, place);
      if (appendOnly === undefined && fields.has('sourceKey') && !spec.fields.sourceKey)
        values.set('sourceKey', [draft.key, ...suffix, place].join('/'));
      rows.push({ removed: false, cells: cellsOf(values) });
    }
    if (position === undefined || appendOnly !== undefined) return rows;
    const beyond = run(new Map([...fields].filter(([property]) => table.columns.get(property)?.primary)), last, draft);
    return [...rows, { removed: true, cells: cellsOf(beyond.set(position, String(rows.length))) }];
  };

  const draftRows = (row: SourceRow, draft: RecordDraft): TargetRow[] => {
    if (spec.events) return eventRows(row, draft);
    if (!meets(row)) {
      if (!removable) return [];
      const values = run(new Map([...fields].filter(([property]) => table.columns.get(property)?.primary)), row, draft);
      return [{ removed: true, cells: cellsOf(steps ? entry(values, 0, draft) : values) }];
    }
    const values = run(fields, row, draft);
    if (!steps) return [{ removed: false, cells: cellsOf(finished(values, row, draft)) }];
    const entries = steps.run(row, draft);
    const rows = entries.map((more, index) => ({
      removed: false,
      cells: cellsOf(entry(finished(new Map([...values, ...more]), row, draft), index, draft)),
    }));
    if (!removable) return rows;
    for (let index = entries.length; index <= Math.max(entries.length, steps.count - 1); index += 1) {
      rows.push({ removed: true, cells: cellsOf(entry(values, index, draft)) });
    }
    return rows;
  };

  return {
    entity: spec.entity,
    target,
    table,
    columns,
    derivedId,
    position,
    former: spec.former ?? 'keep',
    draft(row, draft) {
      const rows = draftRows(row, draft);
      draft.rows.push(rows);
      if (unique.length === 0) return;
      for (const { removed, cells } of rows) {
        if (removed) continue;
        const values = unique.map((property) => cells[columns.findIndex(({ column }) => column.property === property)]);
        const column = spec.fields[unique[0] ?? '']?.column ?? '';
        draft.uniques.push({
          scope: `${scope.place} ${spec.entity}`,
          value: JSON.stringify(values),
          shown: values.join(' / '),
          column,
          problem: 'has the same key as',
        });
      }
    },
  };
}

function checkEventFields(
  { onChangeOfField = [], position }: EventsSpec,
  fields: Evaluators,
  table: EntityTable,
  scope: TargetScope,
): void {
  const place = `${scope.place}.events`;
  for (const field of onChangeOfField) {
    if (!fields.has(field))
      scope.problem(`${place}.onChangeOfField`, `names ${field}, which is none of the fields above`);
  }
  if (position !== undefined && !table.columns.has(position)) {
    scope.problem(`${place}.position`, `is no field of this entity: ${position}`);
  }
}

/** The primary key, when it does not follow from the row's own key: then two rows of a file could claim the same. */
function uniqueProperties(spec: TargetSpec, table: EntityTable, derivedId: boolean): string[] {
  if (derivedId) return [];
  const primary = [...table.columns.values()].filter((column) => column.primary).map((column) => column.property);
  const ownKey = (property: string) =>
    spec.fields[property]?.reference === 'this' || spec.fields[property]?.key === true;
  return primary.some(ownKey) ? [] : primary;
}

/** What a mapping calls a property, where that is not its name in code. */
function mappingNames({ money = {}, names = {} }: ImportTarget): Map<string, string> {
  return new Map([
    ...Object.entries(money).map(([name, { amount }]) => [amount, name] as const),
    ...Object.entries(names).map(([name, property]) => [property, name] as const),
  ]);
}

/** What `complete` of a target does with the values of a row. */
function completion(
  spec: TargetSpec,
  target: ImportTarget,
  initial: ReadonlyMap<string, Cell>,
): (values: Map<string, Cell>, row: SourceRow, draft: RecordDraft) => void {
  const { complete } = target;
  if (complete === undefined) return () => {};
  const names = mappingNames(target);
  const columnOf = (field: string) => spec.fields[names.get(field) ?? field]?.column;
  return (values, row, draft) => {
    complete({
      get(field) {
        const cell = values.get(field) ?? initial.get(field) ?? null;
        return typeof cell === 'string' ? cell : null;
      },
      set: (property, value) => void values.set(property, value),
      refuse(field, reason) {
        const column = columnOf(field);
        const problem =
          column === undefined
            ? new RowProblem('', '', `${names.get(field) ?? field} ${reason}`)
            : row.problem(column, reason);
        draft.problems.push(problem);
      },
    });
  };
}

function plannedColumns(
  table: EntityTable,
  mapped: ReadonlySet<string>,
  initial: ReadonlySet<string>,
  lasting: ReadonlySet<string>,
  target: ImportTarget,
  scope: TargetScope,
): PlannedColumn[] {
  const { appendOnly } = target;
  const names = mappingNames(target);
  const lacking: string[] = [];
  const columns: PlannedColumn[] = [];
  for (const column of table.columns.values()) {
    const { property } = column;
    const mayChange = appendOnly === undefined && !column.primary && !lasting.has(property);
    const isFilled = column.isOwner || property === target.former?.saidBy;
    const update = mayChange ? (isFilled ? 'fill' : 'always') : 'never';
    if (mapped.has(property)) columns.push({ column, update });
    else if (initial.has(property)) columns.push({ column, update: 'never' });
    else if (!column.nullable && !column.generated && !KEPT.some((kept) => kept === property))
      lacking.push(names.get(property) ?? property);
  }
  if (lacking.length > 0) scope.problem(`${scope.place}.fields`, `needs ${lacking.join(', ')}`);
  return columns;
}

interface Steps {
  readonly properties: ReadonlySet<string>;
  readonly count: number;
  /** The entries of a row's history, in order, without their position. */
  readonly run: (row: SourceRow, draft: RecordDraft) => Map<string, Cell>[];
}

/** Compiles a fold of columns into a history. */
function compileSteps(spec: HistorySpec, table: EntityTable, target: ImportTarget, scope: TargetScope): Steps {
  const place = `${scope.place}.history`;
  for (const name of ['at', 'position'] as const) {
    if (!table.columns.has(spec[name])) scope.problem(`${place}.${name}`, `is no field of this entity: ${spec[name]}`);
  }
  const steps = spec.steps.map((step, index) => {
    const fields = step.at === undefined ? step.fields : { ...step.fields, [spec.at]: step.at };
    return {
      meets: condition(step),
      fields: compileFields(fields, table, target, { ...scope, place: `${place}.steps[${index}].fields` }),
      column: step.at?.column ?? '',
    };
  });
  const properties = new Set([spec.position, spec.at, ...steps.flatMap((step) => [...step.fields.keys()])]);
  for (const [index, step] of steps.entries()) {
    const lacking = [...properties].filter(
      (property) => property !== spec.position && !step.fields.has(property) && !table.columns.get(property)?.nullable,
    );
    if (lacking.length > 0) scope.problem(`${place}.steps[${index}]`, `needs ${lacking.join(', ')}`);
  }
  return {
    properties,
    count: steps.length,
    run(row, draft) {
      const entries: Map<string, Cell>[] = [];
      let before = '';
      for (const step of steps) {
        if (!step.meets(row)) continue;
        const values = run(step.fields, row, draft);
        const at = values.get(spec.at);
        if (typeof at === 'string') {
          if (at < before) draft.problems.push(row.problem(step.column, 'is before the step that comes first'));
          before = at;
        }
        entries.push(values);
      }
      return entries;
    },
  };
}
