import sql, { raw } from 'sql-template-tag';
import type { Class } from '../graph/Class.js';
import type { Database } from '../sql/Database.js';
import { groupByKey } from '../sql/groupByKey.js';
import { ownerOf } from './OwnedBy.js';

/** Reads whose the rows with these ids are: the customers of each, in their order. */
export type ReadOwners = (database: Database, ids: readonly string[]) => Promise<readonly (readonly string[])[]>;

/**
 * Makes the read of the owners of rows that are of all who refer to them: of a household, its members.
 * @param entity which refers to them
 * @param property of it, with the id of the row to which it refers
 */
export function ownersByReferrers(entity: () => Class, property: string): ReadOwners {
  return async (database, ids) => {
    const properties = propertiesOf(entity());
    const { table } = database.selection(entity());
    const metadata = database.dataSource.getMetadata(entity());
    const column = (name: string): string => `t."${metadata.findColumnWithPropertyName(name)?.databaseName ?? name}"`;
    const owners = properties.map(column).join(', ');
    const rows = await database.query<{ row: string; owners: (string | null)[] }>(
      sql`SELECT ${raw(column(property))}::text AS row, ARRAY[${raw(owners)}]::text[] AS owners
        FROM ${raw(table)} t WHERE ${raw(column(property))} = ANY(${ids}::uuid[])`,
    );
    return groupByKey(ids, rows, ({ row }) => row).map((of) =>
      of.flatMap((row) => row.owners.filter((id) => id !== null)),
    );
  };
}

function propertiesOf(entity: Class): readonly string[] {
  const owner = ownerOf(entity);
  if (owner?.kind === 'columns') return owner.properties;
  if (owner?.kind === 'itself') return ['id'];
  throw new Error(`${entity.name} does not say by columns whose its rows are`);
}
