import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import type { ClientBase } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { DataSource } from 'typeorm';
import { copyText, type Cell } from './copyText.js';
import type { Class } from '../subgraphs/kit/defineSubgraph.js';

/** Rows by property name, as an entity has them. All rows of one call have the same properties. */
export type Row = Readonly<Record<string, unknown>>;

type Value = string | number | boolean | Date | object | null | undefined | readonly string[];

function cell(value: Value): Cell {
  if (value === null || value === undefined) return null;
  if (value instanceof Date) return value.toISOString();
  if (typeof value !== 'object') return String(value);
  return Array.isArray(value) ? (value as readonly string[]) : JSON.stringify(value);
}

/** Quotes an identifier that comes from entity metadata. */
function quote(name: string): string {
  return `"${name}"`;
}

/** How much text goes to the database at once, in characters: a packet for each row would cost more than the row. */
const CHUNK = 1 << 16;

function* copyChunks(properties: readonly string[], rows: readonly Row[]): Generator<string> {
  let chunk = '';
  for (const row of rows) {
    chunk += copyText(properties.map((property) => cell(row[property] as Value)));
    if (chunk.length < CHUNK) continue;
    yield chunk;
    chunk = '';
  }
  if (chunk !== '') yield chunk;
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
  rows: readonly Row[],
  conflict: 'refuse' | 'skip',
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
  const table = quote(tableName);
  const copy = (to: string) =>
    pipeline(Readable.from(copyChunks(properties, rows)), client.query(copyFrom(`COPY ${to} (${list}) FROM STDIN`)));
  if (conflict === 'refuse') {
    await copy(table);
    return rows.length;
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
