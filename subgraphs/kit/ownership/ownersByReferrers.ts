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
  return async (database, rowIds) => {
    const { properties, isRecorded } = propertiesOf(entity());
    const { table } = database.selection(entity());
    const metadata = database.dataSource.getMetadata(entity());
    const column = (name: string): string => `t."${metadata.findColumnWithPropertyName(name)?.databaseName ?? name}"`;
    const ids = `ARRAY[${properties.map(column).join(', ')}]`;
    const owners = isRecorded
      ? `ARRAY(SELECT coalesce(a.canonical_id, o.id) FROM unnest(${ids}) AS o (id) LEFT JOIN customer_alias a ON a.customer_id = o.id)`
      : ids;
    const rows = await database.query<{ row: string; owners: (string | null)[] }>(
      sql`SELECT ${raw(column(property))}::text AS row, ${raw(owners)}::text[] AS owners
        FROM ${raw(table)} t WHERE ${raw(column(property))} = ANY(${rowIds}::uuid[])`,
    );
    return groupByKey(rowIds, rows, ({ row }) => row).map((of) =>
      of.flatMap((row) => row.owners.filter((id) => id !== null)),
    );
  };
}

/** The properties with the ids of customers, and whether those are the ids under which they were recorded. */
function propertiesOf(entity: Class): { readonly properties: readonly string[]; readonly isRecorded: boolean } {
  const owner = ownerOf(entity);
  if (owner?.kind === 'columns') return { properties: owner.properties, isRecorded: false };
  if (owner?.kind === 'itself') return { properties: ['id'], isRecorded: true };
  throw new Error(`${entity.name} does not say by columns whose its rows are`);
}
