import sql from 'sql-template-tag';
import { declaredColumns, keyedTable } from '../ownership/ownedTables.js';
import { ownerOf } from '../ownership/OwnedBy.js';
import type { ContractStorage, ContractSubject } from './ContractSubject.js';

/** The kit's own: their rooms see to them. */
const KIT_TABLES = new Set([
  'customer_alias',
  'dead_letter',
  'employee_copy',
  'erased_customer',
  'erasure_account',
  'idempotency_key',
  'inbox',
  'migration',
  'outbox',
]);

/**
 * Each table and each column of the database belongs to an entity, which says whose it is: what no entity knows, no erasure finds. A
 * generated column goes with those that it is made of.
 */
export async function declaresItsTables({ storage }: ContractSubject): Promise<string[] | null> {
  if (!storage) return null;
  const declared = new Map(
    storage.entities.map((entity) => {
      const { table, columns } = declaredColumns(entity);
      const recorded = keyedTable(entity).owners.map((owner) => owner.recorded);
      return [table, { entity, columns: [...columns, ...recorded] }];
    }),
  );
  const wrong: string[] = [];
  for (const [table, columns] of await tablesIn(storage)) {
    const known = declared.get(table);
    if (!known) wrong.push(`table ${table}: no entity declares it; make one, and name it in the definition`);
    for (const column of known ? columns : []) {
      if (!known?.columns.includes(column)) wrong.push(`${table}.${column}: ${known?.entity.name} does not declare it`);
    }
  }
  for (const { from, to } of await referencesIn(storage)) {
    const [one, other] = [declared.get(from), declared.get(to)];
    if (one && other && isNobodys(one.entity) && !isNobodys(other.entity)) {
      wrong.push(`table ${from}: it refers to ${to}, whose rows are customers', and says that its own are nobody's`);
    }
  }
  return wrong;
}

function isNobodys(entity: Parameters<typeof ownerOf>[0]): boolean {
  return ownerOf(entity)?.kind === 'nobody';
}

async function tablesIn(storage: ContractStorage): Promise<ReadonlyMap<string, readonly string[]>> {
  const rows = await storage.query(
    sql`SELECT c.relname AS table, a.attname AS column FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
     WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
       AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY 1, 2`,
  );
  const tables = new Map<string, string[]>();
  for (const row of rows) {
    const table = String(row['table']);
    if (!KIT_TABLES.has(table)) tables.set(table, [...(tables.get(table) ?? []), String(row['column'])]);
  }
  return tables;
}

async function referencesIn(storage: ContractStorage): Promise<readonly { from: string; to: string }[]> {
  const rows = await storage.query(
    sql`SELECT f.relname AS from, t.relname AS to FROM pg_constraint c
     JOIN pg_class f ON f.oid = c.conrelid JOIN pg_class t ON t.oid = c.confrelid
     WHERE c.contype = 'f' AND f.relnamespace = current_schema()::regnamespace`,
  );
  return rows.map((row) => ({ from: String(row['from']), to: String(row['to']) }));
}
