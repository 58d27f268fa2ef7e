import { compileTarget, type TargetPlan } from './compileTarget.js';
import { NOBODY, type CustomerLink, type FoundCustomers } from './customerLinks.js';
import { customerRecord, foundRecord } from './customerRecord.js';
import { readEntityTable } from './EntityTable.js';
import { orderColumn, type FoldPlan } from './foldEvents.js';
import { ImportError } from './ImportError.js';
import type { FileSpec, Mapping, TargetSpec } from './mapping.js';
import { orderFiles } from './orderFiles.js';
import type { RecordDraft, SourceRecord } from './RecordDraft.js';
import { recordId } from '../../subgraphs/kit/flow/recordId.js';
import { RowProblem } from './RowProblem.js';
import type { SourceRow } from './SourceRow.js';
import { joinOf } from './usedColumns.js';
import type { ImportTarget } from './targets/ImportTarget.js';
import { whyUnstorable } from './whyUnstorable.js';

/** One file of a mapping, ready to run. */
export interface FilePlan {
  /** As the mapping calls it: `accounts`. */
  readonly name: string;
  readonly spec: FileSpec;
  readonly targets: readonly TargetPlan[];
  /** How its rows are folded into records; null when each is one. */
  readonly fold: FoldPlan | null;
  /** Its fields that take a customer out of identity. */
  readonly links: readonly CustomerLink[];
  /**
   * What a record is going to write; with `problems` when it cannot go in.
   * @param row the record's only row, or its last event
   * @param record all its events; that row when left out
   * @param found the customers that were looked up for its rows
   */
  readonly draft: (row: SourceRow, record?: SourceRecord, found?: FoundCustomers) => RecordDraft;
}

/**
 * Checks a mapping against the entities that it names and makes it ready to run.
 * @param targets what can be written, by the name that mappings use
 * @param path the mapping's file, for the errors
 * @returns the files, each after those that it refers to
 * @throws ImportError with a line for every problem, each with its place
 */
export async function compileMapping(
  mapping: Mapping,
  targets: Readonly<Record<string, ImportTarget>>,
  path: string,
): Promise<FilePlan[]> {
  const problems: string[] = [];
  const problem = (place: string, message: string) => problems.push(`${path}: ${place} ${message}`);
  const { files } = mapping;
  const sourceOf = (file: FileSpec) => file.source ?? mapping.source;
  checkRecords(files, sourceOf, problem);
  const order = orderFiles(files, problem);

  const plans: FilePlan[] = [];
  for (const name of order) {
    const spec = files[name];
    if (spec === undefined) continue;
    const source = sourceOf(spec);
    const plansOfFile: TargetPlan[] = [];
    const key = keyReader(spec);
    const links: CustomerLink[] = [];
    const own = customerRecord(source, spec.targets[0]?.entity ?? '', (row) =>
      spec.key.map((column) => row.key(column)),
    );
    if (own !== null) links.push(own);
    for (const [index, targetSpec] of spec.targets.entries()) {
      const place = `files.${name}.targets[${index}]`;
      const target = Object.hasOwn(targets, targetSpec.entity) ? targets[targetSpec.entity] : undefined;
      if (target === undefined) {
        const known = Object.keys(targets).sort().join(', ');
        problem(`${place}.entity`, `${targetSpec.entity} cannot be imported; these can: ${known}`);
        continue;
      }
      const reference = (file: string) => {
        const other = Object.hasOwn(files, file) ? files[file] : undefined;
        const entity = other?.targets[0]?.entity;
        return other === undefined || entity === undefined
          ? undefined
          : { source: sourceOf(other), entity, key: other.key };
      };
      const sibling = (as: string) => {
        const at = spec.targets.findIndex((one) => one.as === as);
        const entity = spec.targets[at]?.entity;
        if (entity === undefined || at === index) return undefined;
        return (draft: RecordDraft) => (at === 0 ? draft.id : recordId(source, entity, draft.key, as));
      };
      const specs = [targetSpec, ...(target.companions?.(source) ?? [])];
      for (const [part, one] of specs.entries()) {
        const oneTarget = targets[one.entity];
        if (oneTarget === undefined) throw new Error(`no import target ${one.entity}`);
        const table = await readEntityTable(oneTarget);
        const fields = { place, problem, zone: mapping.zone, reference, sibling, links };
        const scope = { ...fields, source, index: index + part, key };
        plansOfFile.push(compileTarget(one, oneTarget, table, scope));
      }
    }
    checkTwins(name, spec.targets, plansOfFile, problem);
    checkEvents(name, spec, problem);
    checkJoins(name, spec, problem);
    plans.push({
      name,
      spec,
      targets: plansOfFile,
      fold: compileFold(name, spec, key, mapping.zone, problem),
      links,
      draft: draftFunction(spec, source, key, own, plansOfFile),
    });
  }
  checkDecided(files, targets, problem);
  if (problems.length > 0) throw new ImportError([...new Set(problems)].join('\n'));
  return plans;
}

/** Two files whose records are of one entity need keys of different sources, or key 7 of one would be key 7 of the other. */
function checkRecords(
  files: Readonly<Record<string, FileSpec>>,
  sourceOf: (file: FileSpec) => string,
  problem: (place: string, message: string) => void,
): void {
  const seen = new Map<string, string>();
  for (const [name, file] of Object.entries(files)) {
    const entity = file.targets[0]?.entity ?? '';
    const identity = `${sourceOf(file)} ${entity}`;
    const other = seen.get(identity);
    if (other !== undefined) {
      problem(
        `files.${name}`,
        `makes records of ${entity} as files.${other} does: give one of them a source of its own`,
      );
    }
    seen.set(identity, name);
  }
}

/** A field that follows from rows of another entity is left to them, or each import would write it twice. */
function checkDecided(
  files: Readonly<Record<string, FileSpec>>,
  targets: Readonly<Record<string, ImportTarget>>,
  problem: (place: string, message: string) => void,
): void {
  const written = Object.entries(files).flatMap(([name, file]) =>
    file.targets.map((spec, index) => ({ spec, place: `files.${name}.targets[${index}]` })),
  );
  for (const { spec } of written) {
    const decides = Object.hasOwn(targets, spec.entity) ? targets[spec.entity]?.decides : undefined;
    if (decides === undefined) continue;
    for (const other of written) {
      if (other.spec.entity !== decides.entity || !Object.hasOwn(other.spec.fields, decides.field)) continue;
      problem(`${other.place}.fields.${decides.field}`, `follows from ${spec.entity}: leave it out`);
    }
  }
}

/** Two targets of one file that write the same entity must be told apart. */
function checkTwins(
  name: string,
  specs: readonly TargetSpec[],
  plans: readonly TargetPlan[],
  problem: (place: string, message: string) => void,
): void {
  const seen = new Set<string>();
  for (const [index, { entity, as }] of specs.entries()) {
    const derived = plans.some((plan) => plan.entity === entity && plan.derivedId);
    const identity = JSON.stringify([entity, as]);
    if (derived && seen.has(identity)) {
      problem(`files.${name}.targets[${index}]`, `writes ${entity} a second time: tell the two apart, as: NAME`);
    }
    seen.add(identity);
  }
}

/** `event` and `events` speak of the rows of a folded record, and `previous` of the row before the one that is written. */
function checkEvents(name: string, spec: FileSpec, problem: (place: string, message: string) => void): void {
  for (const [index, target] of spec.targets.entries()) {
    const place = `files.${name}.targets[${index}]`;
    if (target.events !== undefined && spec.fold === undefined)
      problem(`${place}.events`, 'goes with a file that has fold');
    if (target.events !== undefined && target.history !== undefined)
      problem(`${place}.history`, 'does not go with events');
    for (const [field, { event }] of Object.entries(target.fields)) {
      const at = `${place}.fields.${field}.event`;
      if (event === undefined) continue;
      if (spec.fold === undefined) problem(at, 'goes with a file that has fold');
      else if (event === 'previous' && target.events === undefined)
        problem(at, 'previous goes with a target that has events');
    }
  }
}

/** Rows are chosen, folded and mended before others are joined to them, and joined in the order of the joins. */
function checkJoins(name: string, spec: FileSpec, problem: (place: string, message: string) => void): void {
  const place = `files.${name}`;
  const early = [
    ...Object.keys(spec.columns).map((column) => ['columns', column] as const),
    ...[...(spec.onlyWith ?? []), ...Object.keys(spec.when ?? {})].map(
      (column) => ['onlyWith and when', column] as const,
    ),
    ...(spec.fold === undefined ? [] : spec.key.map((column) => ['key of a file with fold', column] as const)),
    ...(spec.fold?.order ?? []).map(({ column }) => ['fold', column] as const),
  ];
  for (const [what, column] of early) {
    if (joinOf(spec, column))
      problem(place, `has a joined column in its ${what}: ${column}; those are read before the join`);
  }
  for (const [index, { as, on }] of spec.join.entries()) {
    if (spec.join.findIndex((join) => join.as === as) < index)
      problem(`${place}.join[${index}].as`, `is another's: ${as}`);
    for (const column of Object.keys(on)) {
      const other = joinOf(spec, column);
      if (other && spec.join.indexOf(other) >= index) {
        problem(`${place}.join[${index}].on`, `names ${column}, which is joined no earlier`);
      }
    }
  }
}

function compileFold(
  name: string,
  { fold }: FileSpec,
  key: FoldPlan['key'],
  zone: string | undefined,
  problem: (place: string, message: string) => void,
): FoldPlan | null {
  if (fold === undefined) return null;
  const order = fold.order.flatMap((spec, index) => {
    try {
      return [orderColumn(spec, zone)];
    } catch (error) {
      problem(`files.${name}.fold.order[${index}]`, error instanceof Error ? error.message : String(error));
      return [];
    }
  });
  return { key, order };
}

/** Reads the key of a row. The reader throws a RowProblem when the row has none, or cells that are shifted. */
function keyReader(spec: FileSpec): FoldPlan['key'] {
  return (row) => {
    row.checkWidth();
    return spec.key.map((column) => {
      const value = row.key(column);
      if (value === null) throw row.problem(column, 'is missing, and it is the key of the record');
      const why = whyUnstorable(value);
      if (why !== null) throw row.problem(column, why);
      return value;
    });
  };
}

function draftFunction(
  spec: FileSpec,
  source: string,
  keyOf: FoldPlan['key'],
  own: CustomerLink | null,
  targets: readonly TargetPlan[],
): FilePlan['draft'] {
  const entity = targets[0]?.entity ?? '';
  return (row, record = { events: [{ row, place: '' }], problems: [] }, found = NOBODY) => {
    const problems = [...record.problems];
    let parts: readonly string[] = [];
    try {
      if (problems.length === 0) parts = keyOf(row);
    } catch (error) {
      if (!(error instanceof RowProblem)) throw error;
      problems.push(error);
    }
    const derived = recordId(source, entity, ...parts);
    const id = foundRecord(own, row, found) ?? derived;
    const draft: RecordDraft = {
      line: record.events.reduce((line, event) => Math.min(line, event.row.line), row.line),
      key: parts.join('/'),
      id,
      events: record.events,
      at: record.events.length - 1,
      found,
      rows: [],
      references: [],
      uniques: [
        {
          scope: 'key',
          value: derived,
          shown: parts.join(' / '),
          column: spec.key[0] ?? '',
          problem: 'has the same key as',
        },
        ...(own === undefined
          ? []
          : [
              {
                scope: 'customer',
                value: id,
                shown: parts.join(' / '),
                column: spec.key[0] ?? '',
                problem: 'is the same customer as',
              },
            ]),
      ],
      problems,
    };
    // Without a key, or with cells that are shifted, nothing else of the row can be trusted.
    if (problems.length === 0) for (const target of targets) target.draft(row, draft);
    return draft;
  };
}
