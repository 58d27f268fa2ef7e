import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import type { ClientBase } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { DataSource } from 'typeorm';
import type { CopyTable } from './CopyTable.js';
import type { Class } from '../subgraphs/kit/graph/Class.js';

/** Quotes an identifier that comes from entity metadata. */
function quote(name: string): string {
  return `"${name}"`;
}

/**
 * Writes rows of an entity by COPY.
 * @param client of the subgraph's data source, inside a transaction
 * @param metadata the subgraph's data source, for the names of table and columns
 * @param conflict where a row's key is there already: `refuse` throws Postgres' error 23505 (unique_violation); `skip` leaves
 *   it as it is, which takes twice as long
 * @returns how many rows were not there yet
 */
export async function copyRows(
  client: ClientBase,
  metadata: DataSource,
  entity: Class,
  rows: CopyTable,
  conflict: 'refuse' | 'skip',
): Promise<number> {
  const { tableName, columns } = metadata.getMetadata(entity);
  const names = rows.properties.map((property) => {
    const column = columns.find(({ propertyName }) => propertyName === property);
    if (column === undefined) throw new Error(`${entity.name} has no column for its property ${property}`);
    return quote(column.databaseName);
  });
  const list = names.join(', ');
  const table = quote(tableName);
  const copy = (to: string) =>
    pipeline(Readable.from(rows.text()), client.query(copyFrom(`COPY ${to} (${list}) FROM STDIN`)));
  if (conflict === 'refuse') {
    await copy(table);
    return rows.count;
  }
  const staging = quote(`copy_${tableName}`);
  // No constraints on the staging table: what is not given gets its default in the real one.
  await client.query(`CREATE TEMPORARY TABLE ${staging} ON COMMIT DROP AS SELECT ${list} FROM ${table} WITH NO DATA`);
  await copy(staging);
  const { rowCount } = await client.query(
    `INSERT INTO ${table} (${list}) SELECT ${list} FROM ${staging} ON CONFLICT DO NOTHING`,
  );
  await client.query(`DROP TABLE ${staging}`);
  return rowCount ?? 0;
}
