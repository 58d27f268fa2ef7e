import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import type { ClientBase } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { DataSource } from 'typeorm';
import { copyText, type Cell } from './copyText.js';
import type { Class } from '../subgraphs/kit/defineSubgraph.js';

/** Rows by property name, as an entity has them. All rows of one call have the same properties. */
export type Row = Readonly<Record<string, unknown>>;

type Value = string | number | boolean | Date | null | undefined | readonly string[];

function cell(value: Value): Cell {
  if (value === null || value === undefined) return null;
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'object' ? value : String(value);
}

/** Quotes an identifier that comes from entity metadata. */
function quote(name: string): string {
  return `"${name}"`;
}

/**
 * Writes rows of an entity by COPY. Rows whose key is there already are left as they are.
 * @param client of the subgraph's data source, inside a transaction
 * @param metadata the subgraph's data source, for the names of table and columns
 * @returns how many rows were not there yet
 */
export async function copyRows(
  client: ClientBase,
  metadata: DataSource,
  entity: Class,
  rows: readonly Row[],
): Promise<number> {
  const [first] = rows;
  if (first === undefined) return 0;
  const { tableName, columns } = metadata.getMetadata(entity);
  const properties = Object.keys(first);
  const names = properties.map((property) => {
    const column = columns.find(({ propertyName }) => propertyName === property);
    if (column === undefined) throw new Error(`${entity.name} has no column for its property ${property}`);
    return quote(column.databaseName);
  });
  const list = names.join(', ');
  const staging = quote(`copy_${tableName}`);
  const table = quote(tableName);
  // No constraints on the staging table: what is not given gets its default in the real one.
  await client.query(`CREATE TEMPORARY TABLE ${staging} ON COMMIT DROP AS SELECT ${list} FROM ${table} WITH NO DATA`);
  const lines = function* () {
    for (const row of rows) yield copyText(properties.map((property) => cell(row[property] as Value)));
  };
  await pipeline(Readable.from(lines()), client.query(copyFrom(`COPY ${staging} (${list}) FROM STDIN`)));
  const { rowCount } = await client.query(
    `INSERT INTO ${table} (${list}) SELECT ${list} FROM ${staging} ON CONFLICT DO NOTHING`,
  );
  await client.query(`DROP TABLE ${staging}`);
  return rowCount ?? 0;
}
