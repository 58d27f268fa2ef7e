import { escapeIdentifier } from 'pg';
import type { DataSource } from 'typeorm';
import type { Class } from '../graph/Class.js';
import { ownerOf } from './OwnedBy.js';
import { keyedTable } from './ownedTables.js';

/**
 * Whether a row is of a customer who was erased, as SQL.
 * @param alias of the row
 * @param has whether the row has the column of a property; one that it has not tells nothing
 */
export type ErasedCondition = (alias: string, has: (property: string) => boolean) => string;

/**
 * How a row of an entity tells that it is of a customer who was erased, as its class says whose its rows are.
 *
 * @param source of the entity's subgraph, with its schema; its metadata are enough
 * @returns null for rows that are nobody's, or of all who refer to them
 */
export function erasedCondition(source: DataSource, entity: Class): ErasedCondition | null {
  const owner = ownerOf(entity);
  const metadata = source.getMetadata(entity);
  const schema = escapeIdentifier(metadata.schema ?? '');
  const recorded = new Map(keyedTable(entity).owners.map((one) => [one.name, one.recorded]));
  const columnOf = (property: string) => {
    const name = metadata.findColumnWithPropertyName(property)?.databaseName ?? property;
    return escapeIdentifier(recorded.get(name) ?? name);
  };
  const isErased = (id: string) => `${id} IN (SELECT customer_id FROM ${schema}.erased_customer)`;
  const any =
    (properties: readonly string[], of: (id: string) => string): ErasedCondition =>
    (alias, has) => {
      const conditions = properties.filter(has).map((property) => of(`${alias}.${columnOf(property)}`));
      return conditions.length === 0 ? 'false' : conditions.join(' OR ');
    };
  if (owner?.kind === 'itself') return any(['id'], isErased);
  if (owner?.kind === 'columns') return any(owner.properties, isErased);
  if (owner?.kind === 'recorded') return any([owner.property], isErased);
  if (owner?.kind !== 'through') return null;
  const other = erasedCondition(source, owner.entity());
  const { tableName } = source.getMetadata(owner.entity());
  // A subquery of one row each: the other table is large, and is found by its key.
  return (
    other &&
    any([owner.property], (id) => {
      const alias = `of_${tableName}`;
      return `(SELECT ${other(alias, () => true)} FROM ${schema}.${escapeIdentifier(tableName)} AS ${alias} WHERE ${alias}.id = ${id})`;
    })
  );
}
