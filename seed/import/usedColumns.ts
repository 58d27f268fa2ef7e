import { templateColumns } from './compileField.js';
import { matchColumns } from './customerLinks.js';
import type { ConditionSpec, FieldSpec, FileSpec } from './mapping.js';

function ofField(field: FieldSpec): string[] {
  const { column, template, currency, match = [], demoLink, event } = field;
  const chosen = typeof event === 'object' ? Object.values(event).flatMap((when) => Object.keys(when)) : [];
  return [
    ...(column === undefined ? [] : [column]),
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

/** Every column that a file's mapping names; the file must have them all. */
export function usedColumns(file: FileSpec): Set<string> {
  const used = new Set([
    ...ofCondition(file),
    ...file.key,
    ...Object.keys(file.columns),
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
  ]);
  used.delete(file.rowNumber ?? '');
  return used;
}
