import { compileTarget, type TargetPlan } from './compileTarget.js';
import { readEntityTable } from './EntityTable.js';
import { ImportError } from './ImportError.js';
import type { FileSpec, Mapping, TargetSpec } from './mapping.js';
import { orderFiles } from './orderFiles.js';
import type { RecordDraft } from './RecordDraft.js';
import { recordId } from './recordId.js';
import { RowProblem } from './RowProblem.js';
import type { SourceRow } from './SourceRow.js';
import type { ImportTarget } from './targets/ImportTarget.js';

/** One file of a mapping, ready to run. */
export interface FilePlan {
  /** As the mapping calls it: `accounts`. */
  readonly name: string;
  readonly spec: FileSpec;
  readonly targets: readonly TargetPlan[];
  /** What a row is going to write; with `problems` when it cannot go in. */
  readonly draft: (row: SourceRow) => RecordDraft;
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
        if (other === undefined || entity === undefined || file === name) return undefined;
        if (other.key.length > 1) problem(place, `refers to ${file}, whose key has several columns`);
        return { source: sourceOf(other), entity };
      };
      const specs = [targetSpec, ...(target.companions?.(source) ?? [])];
      for (const [part, one] of specs.entries()) {
        const oneTarget = targets[one.entity];
        if (oneTarget === undefined) throw new Error(`no import target ${one.entity}`);
        const table = await readEntityTable(oneTarget);
        const scope = { place, problem, zone: mapping.zone, reference, source, index: index + part };
        plansOfFile.push(compileTarget(one, oneTarget, table, scope));
      }
    }
    checkTwins(name, spec.targets, plansOfFile, problem);
    plans.push({ name, spec, targets: plansOfFile, draft: draftFunction(spec, source, plansOfFile) });
  }
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

function draftFunction(spec: FileSpec, source: string, targets: readonly TargetPlan[]): FilePlan['draft'] {
  const record = targets[0]?.entity ?? '';
  return (row) => {
    const problems: RowProblem[] = [];
    const parts: string[] = [];
    try {
      row.checkWidth();
      for (const column of spec.key) {
        const value = row.value(column);
        if (value === null) throw row.problem(column, 'is missing, and it is the key of the record');
        if (value.includes('\0')) throw row.problem(column, 'has a NUL character in it, which no text may have');
        parts.push(value);
      }
    } catch (error) {
      if (!(error instanceof RowProblem)) throw error;
      problems.push(error);
    }
    const key = parts.join('/');
    const draft: RecordDraft = {
      line: row.line,
      sources: [row],
      key,
      id: recordId(source, record, ...parts),
      rows: [],
      references: [],
      uniques: [{ scope: 'key', value: JSON.stringify(parts), column: spec.key[0] ?? '' }],
      problems,
    };
    // Without a key, or with cells that are shifted, nothing else of the row can be trusted.
    if (problems.length === 0) for (const target of targets) target.draft(row, draft);
    return draft;
  };
}
