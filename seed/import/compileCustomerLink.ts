import type { Evaluate, FieldScope } from './compileField.js';
import { matchStep, type CustomerLink } from './customerLinks.js';
import type { EntityColumn } from './EntityTable.js';
import type { FieldSpec } from './mapping.js';
import { RowProblem } from './RowProblem.js';
import type { SourceRow } from './SourceRow.js';

/** What surrounds a field that links a row to a customer of identity. */
interface LinkScope extends FieldScope {
  readonly source: string;
  readonly key: (row: SourceRow) => readonly string[];
}

/** By what a row is given to a customer: rows with the same text go to the same. */
function demoSeed(by: true | string, { source, key }: LinkScope): (row: SourceRow) => string | RowProblem {
  return (row) => {
    try {
      const text = by === true ? null : row.value(by);
      return JSON.stringify(text === null ? [source, ...key(row)] : [source, by, text]);
    } catch (error) {
      if (error instanceof RowProblem) return error;
      throw error;
    }
  };
}

/**
 * Compiles a field with `match` or `demoLink`: the link goes to `scope.links`, and the field's value is what was found for its row.
 * What is wrong with the mapping goes to `scope.problem`.
 */
export function compileCustomerLink(field: FieldSpec, column: EntityColumn, scope: LinkScope): Evaluate {
  const mayBeNone = field.otherwise === 'none';
  if (column.type !== 'uuid') scope.problem(scope.place, 'is no id: it takes no customer');
  if (mayBeNone && !column.nullable)
    scope.problem(`${scope.place}.otherwise`, 'cannot be none: the field needs a value');
  const link: CustomerLink =
    field.match === undefined
      ? { type: 'demo', seed: demoSeed(field.demoLink ?? true, scope) }
      : { type: 'match', steps: field.match.map(matchStep), mayBeNone };
  scope.links.push(link);
  return (row, draft) => {
    const found = draft.found.get(link)?.get(row);
    if (typeof found === 'string' || found === null) return found;
    if (found !== undefined) throw found;
    // An event that the record does not have was not looked up.
    if (column.nullable) return null;
    throw row.problem('', `has no event that says the customer, and ${column.property} needs a value`);
  };
}
