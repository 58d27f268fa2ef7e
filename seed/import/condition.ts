import type { ConditionSpec } from './mapping.js';
import type { SourceRow } from './SourceRow.js';

/** Whether a row meets the `onlyWith` and `when` of a target or a step; it does when there are none. */
export function condition({ onlyWith = [], when = {} }: ConditionSpec): (row: SourceRow) => boolean {
  const values = Object.entries(when).map(([column, allowed]) => [column, new Set(allowed)] as const);
  return (row) =>
    onlyWith.every((column) => row.value(column) !== null) &&
    values.every(([column, allowed]) => allowed.has(row.value(column) ?? ''));
}
