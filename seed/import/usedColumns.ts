import { templateColumns } from './compileField.js';
import { matchColumns } from './customerLinks.js';
import type { ConditionSpec, FieldSpec, FileSpec, JoinSpec } from './mapping.js';

function ofField(field: FieldSpec): string[] {
  const { columns = [], template, currency, match = [], demoLink, event } = field;
  const chosen = typeof event === 'object' ? Object.values(event).flatMap((when) => Object.keys(when)) : [];
  return [
    ...columns,
    ...(template ?? []).flatMap(templateColumns),
    ...(typeof currency === 'object' ? [currency.column] : []),
    ...match.flatMap(matchColumns),
    ...(typeof demoLink === 'string' ? [demoLink] : []),
    ...chosen,
  ];
}

function ofFields(fields: Readonly<Record<string, FieldSpec>>): string[] {
  return Object.values(fields).flatMap(ofField);
}

function ofCondition({ onlyWith = [], when = {} }: ConditionSpec): string[] {
  return [...onlyWith, ...Object.keys(when)];
}

/** Every column that a file's mapping names, those of joined files among them. */
function namedColumns(file: FileSpec): string[] {
  return [
    ...ofCondition(file),
    ...file.key,
    ...Object.keys(file.columns),
    ...file.join.flatMap(({ on }) => Object.keys(on)),
    ...(file.fold?.order ?? []).map(({ column }) => column),
    ...file.targets.flatMap((target) => [
      ...ofCondition(target),
      ...ofFields(target.fields),
      ...(target.events?.onChange ?? []),
      ...(target.history?.steps ?? []).flatMap((step) => [
        ...ofCondition(step),
        ...(step.at === undefined ? [] : ofField(step.at)),
        ...ofFields(step.fields),
      ]),
    ]),
  ];
}

/** The join that a column belongs to, of which it has the name and a dot before its own. */
export function joinOf(file: FileSpec, column: string): JoinSpec | undefined {
  return file.join.find(({ as }) => column.startsWith(`${as}.`));
}

/** Every column that a file's mapping names of the file itself, which must have them all. */
export function usedColumns(file: FileSpec): Set<string> {
  const used = new Set(namedColumns(file).filter((column) => joinOf(file, column) === undefined));
  used.delete(file.rowNumber ?? '');
  return used;
}

/** Every column that a file's mapping names of a file that it joins. */
export function joinedColumns(file: FileSpec, join: JoinSpec): Set<string> {
  const named = namedColumns(file).filter((column) => joinOf(file, column) === join);
  const used = named.map((column) => column.slice(join.as.length + 1));
  return new Set([...used, ...Object.values(join.on), ...Object.keys(join.columns)]);
}
