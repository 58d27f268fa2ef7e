import { escapeIdentifier } from 'pg';
import type { EntityManager } from 'typeorm';
import { countsOf, type ErasedRows } from '../flow/erasedRows.js';
import type { ErasedColumn, OwnedTable } from './ownedTables.js';

/**
 * Takes from a subgraph's tables what is personal of customers, as the entities declare it. Again, it changes nothing.
 *
 * @param tables as their entities are listed: those that others refer to come first
 * @returns how many rows it changed or deleted, by their table
 */
export async function eraseRows(
  manager: EntityManager,
  tables: readonly OwnedTable[],
  customerIds: readonly string[],
): Promise<ErasedRows> {
  const counts: [string, number][] = [];
  // Before their members lose it.
  const left = tables.filter(({ referredBy }) => referredBy);
  const leaving = new Map<OwnedTable, readonly string[]>();
  for (const table of left) leaving.set(table, await idsOf(manager, table, customerIds));
  // Tables that are only appended to let just this pass.
  await manager.query(`SELECT set_config('customer360.erasing', 'on', true)`);
  for (const table of tables.toReversed()) {
    if (!table.referredBy) counts.push([table.name, await eraseTable(manager, table, customerIds)]);
  }
  await manager.query(`SELECT set_config('customer360.erasing', '', true)`);
  for (const [{ name, referredBy }, rowIds] of leaving) {
    if (!referredBy) continue;
    const isReferredTo = `SELECT FROM ${escapeIdentifier(referredBy.table)} AS r WHERE r.${escapeIdentifier(referredBy.column)} = t.id`;
    const [, deleted] = await manager.query<[unknown, number]>(
      `DELETE FROM ${escapeIdentifier(name)} AS t WHERE t.id = ANY($1::uuid[]) AND NOT EXISTS (${isReferredTo})`,
      [rowIds],
    );
    counts.push([name, deleted]);
  }
  return countsOf(counts);
}

async function idsOf(
  manager: EntityManager,
  { name, isTheirs }: OwnedTable,
  customerIds: readonly string[],
): Promise<readonly string[]> {
  const rows = await manager.query<{ id: string }[]>(
    `SELECT t.id FROM ${escapeIdentifier(name)} AS t WHERE ${isTheirs}`,
    [customerIds],
  );
  return rows.map(({ id }) => id);
}

async function eraseTable(
  manager: EntityManager,
  { name, isTheirs, erasure }: OwnedTable,
  customerIds: readonly string[],
): Promise<number> {
  const table = escapeIdentifier(name);
  if (erasure === 'row') {
    const [, deleted] = await manager.query<[unknown, number]>(`DELETE FROM ${table} AS t WHERE ${isTheirs}`, [
      customerIds,
    ]);
    return deleted;
  }
  if (erasure.length === 0) return 0;
  const { sets, changes } = written(erasure);
  const values = erasure.map(({ value }) => value).filter((value) => value !== null);
  const [, changed] = await manager.query<[unknown, number]>(
    `UPDATE ${table} AS t SET ${sets} WHERE ${isTheirs} AND (${changes})`,
    [customerIds, ...values],
  );
  return changed;
}

/** What was erased before is not written again: it would be told as a change. */
function written(columns: readonly ErasedColumn[]): { sets: string; changes: string } {
  let parameters = 1;
  const values = columns.map(({ name, value }) => ({
    name: escapeIdentifier(name),
    to: value === null ? 'NULL' : `$${(parameters += 1)}`,
  }));
  return {
    sets: values.map(({ name, to }) => `${name} = ${to}`).join(', '),
    changes: values.map(({ name, to }) => `t.${name} IS DISTINCT FROM ${to}`).join(' OR '),
  };
}
