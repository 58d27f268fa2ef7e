import sql, { raw, type Sql } from 'sql-template-tag';
import { validate as isUuid } from 'uuid';

/** The condition that a column, over the alias `t`, is this id. An id that is not a UUID belongs to nothing. */
export function idFilter(column: string, id: string): Sql {
  return isUuid(id) ? sql`t.${raw(column)} = ${id}::uuid` : sql`FALSE`;
}
