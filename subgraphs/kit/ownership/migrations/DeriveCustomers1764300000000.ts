import type { MigrationInterface, QueryRunner } from 'typeorm';
import type { Class } from '../../graph/Class.js';
import { deriveOwners } from '../deriveOwners.js';
import { type OwnedTable, ownedTables } from '../ownedTables.js';

/**
 * Whose a row is follows from whom it was recorded for. What was moved and set aside by merges until now goes back into the tables, with the
 * customer for whom each row was written; then the functions that moved rows go.
 */
export class DeriveCustomers1764300000000 implements MigrationInterface {
  readonly name = 'DeriveCustomers1764300000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- Also who is merged into nobody (any more) has a row, once they were: what was said later counts, whatever comes first.
      ALTER TABLE customer_alias ALTER COLUMN parent_id DROP NOT NULL,
        ADD COLUMN position bigint NOT NULL DEFAULT 0,
        ADD COLUMN is_applied boolean NOT NULL DEFAULT true,
        -- Who they were until then, as long as their rows have not followed.
        ADD COLUMN former_ids uuid[] NOT NULL DEFAULT '{}',
        -- How often who they are has changed.
        ADD COLUMN changes integer NOT NULL DEFAULT 0;
      CREATE INDEX customer_alias_by_parent ON customer_alias (parent_id);
      CREATE INDEX customer_alias_due ON customer_alias (customer_id) WHERE NOT is_applied;

      -- Merges and writes of a customer take turns by it: those alone, these together.
      CREATE FUNCTION customer_lock(id uuid) RETURNS integer LANGUAGE sql IMMUTABLE RETURN hashtext(id::text) & 255;

      -- The id by which the caller named somebody, where that was another one than the current.
      CREATE FUNCTION named_customer(id uuid) RETURNS uuid LANGUAGE sql STABLE RETURN
        coalesce((nullif(current_setting('customer360.named_customers', true), '')::jsonb ->> id::text)::uuid, id);
    `);
    // By which columns rows were remembered, before the primary keys change.
    await runner.query('CREATE TEMPORARY TABLE place_before ON COMMIT DROP AS SELECT * FROM customer_place');
    const tables = ownedTables(runner.connection.options.entities as Class[]);
    await deriveOwners(runner, tables);
    for (const table of tables) await restore(runner, table);
    await runner.query(`
      DROP FUNCTION unmerge_customer_rows, place_set_aside_rows, merge_customer_rows, set_row_aside, key_of_row;
      DROP VIEW customer_place;
      DROP TABLE set_aside_row, moved_row;
    `);
  }

  async down(): Promise<void> {
    throw new Error('what was recorded for whom cannot be put back into rows that were moved; restore a backup');
  }
}

/** Each row says for whom it was written; those that were set aside stand where they were. */
async function restore(runner: QueryRunner, { name, owners }: OwnedTable): Promise<void> {
  const [there] = (await runner.query('SELECT to_regclass(quote_ident($1)) AS table', [name])) as {
    table: string | null;
  }[];
  if (!there?.table) return;
  for (const owner of owners) {
    await runner.query(`ALTER TABLE "${name}" DISABLE TRIGGER USER`);
    await runner.query(
      `UPDATE "${name}" AS t SET "${owner.recorded}" = m.written_for
       FROM moved_row m, place_before p
       WHERE m.place = $1 AND p.place = $1 AND m.held_by = t."${owner.name}" AND m.key = key_of_row(to_jsonb(t), p.key_columns)`,
      [`${name}.${owner.name}`],
    );
    await runner.query(`ALTER TABLE "${name}" ENABLE TRIGGER USER`);
  }
  // The owners' triggers fill in the rest; a row that was set aside tells by its owners for whom it was written.
  const columns = (await runner.query(
    `SELECT string_agg(quote_ident(attname), ', ') AS list FROM pg_attribute
     WHERE attrelid = to_regclass(quote_ident($1)) AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
       AND attname <> ALL ($2::text[])`,
    [name, owners.map(({ recorded }) => recorded)],
  )) as { list: string | null }[];
  const list = columns[0]?.list;
  if (list === null || list === undefined) return;
  await runner.query(
    `INSERT INTO "${name}" (${list}) OVERRIDING SYSTEM VALUE
     SELECT ${list} FROM (SELECT (jsonb_populate_record(NULL::"${name}", content)).* FROM set_aside_row WHERE tab = $1) AS s`,
    [name],
  );
}
