import { escapeIdentifier } from 'pg';
import type { Class } from '../graph/Class.js';
import { type KeyColumn, keyedTable } from './ownedTables.js';

/**
 * What to read an entity from, as SQL: its table, or, where it has a `KeyOfCustomer`, only those of its rows that stand for a customer. Of several
 * with the same key, because their customers were merged, that is the survivor's own, else the newest; what is between two who are one by
 * now does not stand at all. Where nobody was merged, it costs a comparison a row.
 *
 * Lists, counts, cursors, segments and metrics read through it alike: `FROM ${raw(standing(Trait))} t`. What changes or removes something
 * names the table itself, so that it reaches every row that the reader's stood for.
 */
export function standing(entity: Class): string {
  const { name, owners, customerKey } = keyedTable(entity);
  const table = escapeIdentifier(name);
  if (customerKey === undefined) return table;
  const isOwn = (alias: string): string =>
    owners
      .map((owner) => `${alias}.${escapeIdentifier(owner.recorded)} = ${alias}.${escapeIdentifier(owner.name)}`)
      .join(' AND ');
  const rank = (alias: string): string => {
    const columns = [
      ...(customerKey.newest === undefined ? [] : [customerKey.newest]),
      ...owners.map((o) => o.recorded),
    ];
    return `(${isOwn(alias)}, ${columns.map((column) => `${alias}.${escapeIdentifier(column)}`).join(', ')})`;
  };
  const same = [
    ...owners.map((owner) => `b.${escapeIdentifier(owner.name)} = k.${escapeIdentifier(owner.name)}`),
    ...customerKey.columns.map(sameIn),
  ].join(' AND ');
  const isFirst = `(${isOwn('k')} OR NOT EXISTS (SELECT FROM ${table} b WHERE ${same} AND ${rank('b')} > ${rank('k')}))`;
  const [one, ...others] = owners.map((owner) => `k.${escapeIdentifier(owner.name)}`);
  const areTwo = others.map((other) => `${one} <> ${other}`);
  return `(SELECT k.* FROM ${table} k WHERE ${[isFirst, ...areTwo].join(' AND ')})`;
}

function sameIn({ name, isNullable }: KeyColumn): string {
  const column = escapeIdentifier(name);
  return `b.${column} ${isNullable ? 'IS NOT DISTINCT FROM' : '='} k.${column}`;
}
