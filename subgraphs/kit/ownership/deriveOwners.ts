import { escapeIdentifier, escapeLiteral } from 'pg';
import { ASKED_BY_CALLER, OF_ERASED } from './refuseErased.js';
import type { OwnedTable, OwnerColumn } from './ownedTables.js';

/** What runs SQL: a transaction's manager, or a migration's runner. */
export interface SqlRunner {
  query(statement: string, parameters?: unknown[]): Promise<unknown>;
}

interface Found {
  readonly isNotNull: boolean;
  readonly hasRecorded: boolean;
  readonly hasTrigger: boolean;
  readonly hasIndex: boolean;
  readonly refusesErased: boolean;
}

interface UniqueIndex {
  readonly name: string;
  readonly columns: readonly string[];
  readonly predicate: string | null;
  readonly isPrimary: boolean;
  readonly isConstraint: boolean;
}

/**
 * Sees to it that a row's owners follow from those for whom it was recorded. Beside each owner's column there is one that says for whom the row was
 * recorded, which nothing ever changes; a trigger, and nothing else, writes the owner: who that customer is by now. What is unique for a customer is
 * unique for a recorded one. So a merge moves nothing that an unmerge would have to put back. And no mutation writes a row of who was erased.
 *
 * It looks for what is missing and makes that, so it runs after every migration, and a table of a new subgraph takes part from its first day. Tables and columns that
 * are not there yet are left out.
 */
export async function deriveOwners(runner: SqlRunner, tables: readonly OwnedTable[]): Promise<void> {
  const [row] = (await runner.query('SELECT quote_ident(current_schema()) AS schema')) as { schema: string }[];
  const schema = row?.schema ?? '';
  await runner.query(REFUSE_ERASED);
  for (const table of tables) {
    for (const owner of table.owners) {
      const found = await find(runner, table.name, owner);
      if (found === undefined) continue;
      if (!found.hasRecorded) await addRecorded(runner, table.name, owner, found);
      if (!found.hasTrigger) await addTrigger(runner, schema, table.name, owner);
      if (!found.refusesErased) await keepFromErased(runner, table.name, owner);
      if (!found.hasIndex) await addIndexes(runner, table.name, owner);
    }
    await moveUniqueness(runner, table);
    await moveChecks(runner, table);
  }
}

async function find(runner: SqlRunner, table: string, owner: OwnerColumn): Promise<Found | undefined> {
  const rows = (await runner.query(
    `SELECT a.attnotnull AS "isNotNull",
       EXISTS (SELECT FROM pg_attribute r WHERE r.attrelid = c.oid AND r.attname = $3 AND NOT r.attisdropped) AS "hasRecorded",
       EXISTS (SELECT FROM pg_trigger g WHERE g.tgrelid = c.oid AND g.tgname = $4) AS "hasTrigger",
       EXISTS (SELECT FROM pg_trigger g WHERE g.tgrelid = c.oid AND g.tgname = $6) AS "refusesErased",
       to_regclass(quote_ident($5)) IS NOT NULL AS "hasIndex"
     FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
     WHERE c.relnamespace = current_schema()::regnamespace AND c.relname = $1 AND a.attname = $2 AND NOT a.attisdropped`,
    [table, owner.name, owner.recorded, triggerName(owner), indexName(table, owner), refusalName(owner)],
  )) as Found[];
  return rows[0];
}

/** Before other triggers, which go by the alphabet: they may look at whose the row is. */
function triggerName({ name }: OwnerColumn): string {
  return `a_derive_${name}`;
}

/** Behind other triggers. */
function refusalName({ name }: OwnerColumn): string {
  return `z_refuse_erased_${name}`;
}

function indexName(table: string, { recorded }: OwnerColumn): string {
  return `${table}_moved_by_${recorded}`;
}

async function addRecorded(runner: SqlRunner, name: string, owner: OwnerColumn, { isNotNull }: Found): Promise<void> {
  const [table, column, recorded] = [name, owner.name, owner.recorded].map(escapeIdentifier);
  await runner.query(`ALTER TABLE ${table} ADD COLUMN ${recorded} uuid`);
  // Tables that are only appended to refuse changes; this one says what was so all along.
  await runner.query(`ALTER TABLE ${table} DISABLE TRIGGER USER`);
  await runner.query(`UPDATE ${table} SET ${recorded} = ${column} WHERE ${column} IS NOT NULL`);
  await runner.query(`ALTER TABLE ${table} ENABLE TRIGGER USER`);
  if (isNotNull) await runner.query(`ALTER TABLE ${table} ALTER COLUMN ${recorded} SET NOT NULL`);
}

async function addTrigger(runner: SqlRunner, schema: string, table: string, owner: OwnerColumn): Promise<void> {
  const [column, recorded] = [owner.name, owner.recorded].map(escapeIdentifier);
  const called = escapeIdentifier(`derive_${table}_${owner.name}`);
  await runner.query(`
    CREATE OR REPLACE FUNCTION ${called}() RETURNS trigger LANGUAGE plpgsql AS $derive$
      DECLARE
        found uuid;
      BEGIN
        IF TG_OP = 'INSERT' OR OLD.${recorded} IS NULL THEN
          NEW.${recorded} := coalesce(NEW.${recorded}, ${schema}.named_customer(NEW.${column}));
        ELSIF NEW.${recorded} IS DISTINCT FROM OLD.${recorded} THEN
          RAISE EXCEPTION '%.% never changes', TG_TABLE_NAME, ${escapeLiteral(owner.recorded)} USING ERRCODE = 'restrict_violation';
        END IF;
        IF NEW.${recorded} IS NULL THEN
          NEW.${column} := NULL;
          RETURN NEW;
        END IF;
        -- An expression, not a statement: it costs a tenth. The alias is read in a statement of its own, after the lock: so no merge can come between.
        IF pg_advisory_xact_lock_shared(hashtext(${escapeLiteral(`customer360.customers.${schema}`)}), ${schema}.customer_lock(NEW.${recorded})) IS NULL THEN
          RETURN NULL;
        END IF;
        SELECT canonical_id INTO found FROM ${schema}.customer_alias WHERE customer_id = NEW.${recorded};
        NEW.${column} := coalesce(found, NEW.${recorded});
        RETURN NEW;
      END $derive$`);
  await runner.query(`
    CREATE TRIGGER ${escapeIdentifier(triggerName(owner))} BEFORE INSERT OR UPDATE OF ${column}, ${recorded}
      ON ${escapeIdentifier(table)} FOR EACH ROW EXECUTE FUNCTION ${called}()`);
}

/** What a mutation refuses: it reads the owner by its name, so that one function does for all tables. */
const REFUSE_ERASED = `
  CREATE OR REPLACE FUNCTION refuse_erased() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $refuse$
  BEGIN
    IF EXISTS (SELECT FROM erased_customer WHERE customer_id = (to_jsonb(NEW) ->> TG_ARGV[0])::uuid) THEN
      RAISE EXCEPTION 'the customer was erased' USING ERRCODE = '${OF_ERASED}';
    END IF;
    RETURN NEW;
  END $refuse$`;

/** Lets no mutation write a row of a customer who was erased, by whatever it names the row. What is not asked for by a caller (chores, events, erasure itself) sees to it itself. */
async function keepFromErased(runner: SqlRunner, table: string, owner: OwnerColumn): Promise<void> {
  await runner.query(
    `CREATE TRIGGER ${escapeIdentifier(refusalName(owner))} BEFORE INSERT OR UPDATE ON ${escapeIdentifier(table)}
     FOR EACH ROW WHEN (current_setting('${ASKED_BY_CALLER}', true) = 'on' AND coalesce(current_setting('customer360.erasing', true), '') <> 'on')
     EXECUTE FUNCTION refuse_erased(${escapeLiteral(owner.recorded)})`,
  );
}

/** What a merge, an unmerge and the check of what they did look for. */
async function addIndexes(runner: SqlRunner, table: string, owner: OwnerColumn): Promise<void> {
  const [column, recorded] = [owner.name, owner.recorded].map(escapeIdentifier);
  await runner.query(
    `CREATE INDEX ${escapeIdentifier(indexName(table, owner))} ON ${escapeIdentifier(table)} (${recorded}) WHERE ${recorded} <> ${column}`,
  );
  const rows = (await runner.query(
    `SELECT FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
     WHERE i.indrelid = quote_ident($1)::regclass AND a.attname = $2 AND i.indpred IS NULL AND NOT i.indisunique`,
    [table, owner.name],
  )) as unknown[];
  if (rows.length > 0) return;
  const byOwner = escapeIdentifier(`${table}_by_${owner.name}`);
  await runner.query(`CREATE INDEX IF NOT EXISTS ${byOwner} ON ${escapeIdentifier(table)} (${column})`);
}

/** Two who are merged may have the same; the same recorded one may not. */
async function moveUniqueness(runner: SqlRunner, { name, owners }: OwnedTable): Promise<void> {
  const recorded = new Map(owners.map((owner) => [owner.name, owner.recorded]));
  const table = escapeIdentifier(name);
  for (const index of await uniqueIndexes(runner, name)) {
    if (!index.columns.some((column) => recorded.has(column))) continue;
    const own = escapeIdentifier(index.name);
    const columns = index.columns.map((column) => escapeIdentifier(recorded.get(column) ?? column)).join(', ');
    await runner.query(index.isConstraint ? `ALTER TABLE ${table} DROP CONSTRAINT ${own}` : `DROP INDEX ${own}`);
    await runner.query(
      index.isConstraint
        ? `ALTER TABLE ${table} ADD CONSTRAINT ${own} ${index.isPrimary ? 'PRIMARY KEY' : 'UNIQUE'} (${columns})`
        : `CREATE UNIQUE INDEX ${own} ON ${table} (${columns})${index.predicate === null ? '' : ` WHERE ${index.predicate}`}`,
    );
    const read = index.columns.map((column) => escapeIdentifier(column)).join(', ');
    await runner.query(
      `CREATE INDEX IF NOT EXISTS ${escapeIdentifier(`${index.name}_by_owner`)} ON ${table} (${read})`,
    );
  }
}

/** Two who are merged may have had to do with each other; a recorded one with itself may not. */
async function moveChecks(runner: SqlRunner, { name, owners }: OwnedTable): Promise<void> {
  const checks = (await runner.query(
    `SELECT c.conname AS name, pg_get_constraintdef(c.oid) AS definition FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid
     WHERE t.relnamespace = current_schema()::regnamespace AND t.relname = $1 AND c.contype = 'c'
       AND 1 < (SELECT count(*) FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attnum = ANY (c.conkey) AND a.attname = ANY ($2::text[]))`,
    [name, owners.map((owner) => owner.name)],
  )) as { name: string; definition: string }[];
  for (const check of checks) {
    const compared = owners.reduce(
      (text, owner) => text.replaceAll(new RegExp(`\\b${owner.name}\\b`, 'g'), owner.recorded),
      check.definition,
    );
    const [table, constraint] = [name, check.name].map(escapeIdentifier);
    await runner.query(`ALTER TABLE ${table} DROP CONSTRAINT ${constraint}`);
    await runner.query(`ALTER TABLE ${table} ADD CONSTRAINT ${constraint} ${compared}`);
  }
}

async function uniqueIndexes(runner: SqlRunner, table: string): Promise<readonly UniqueIndex[]> {
  return (await runner.query(
    `SELECT x.relname AS name, i.indisprimary AS "isPrimary", k.oid IS NOT NULL AS "isConstraint",
       pg_get_expr(i.indpred, i.indrelid) AS predicate,
       ARRAY(SELECT a.attname::text FROM unnest(i.indkey::int[]) WITH ORDINALITY AS c (num, place)
         JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = c.num ORDER BY c.place) AS columns
     FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid JOIN pg_class x ON x.oid = i.indexrelid
     LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.contype IN ('p', 'u')
     WHERE t.relnamespace = current_schema()::regnamespace AND t.relname = $1 AND i.indisunique AND i.indexprs IS NULL`,
    [table],
  )) as UniqueIndex[];
}
