import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Merges of customers: who is whom, and how rows move. A merge gives the rows of one to the other and remembers for whom each was written;
 * what the other has already (the same e-mail address, the same trait) is set aside. So every read finds all by one id, and an unmerge gives back exactly what was there.
 *
 * The rows of a customer are found by the names of columns that all subgraphs share. (`DeriveCustomers1764300000000` ended that.)
 */
export class CreateAliases1764200000002 implements MigrationInterface {
  readonly name = 'CreateAliases1764200000002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE customer_alias (
        customer_id uuid PRIMARY KEY,
        -- Into whom they were merged, and who that is by now.
        parent_id uuid NOT NULL,
        canonical_id uuid NOT NULL,
        merged_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX customer_alias_by_canonical ON customer_alias (canonical_id, merged_at, customer_id);

      CREATE TABLE moved_row (
        place text NOT NULL,
        -- Its primary key, but for the column that holds the customer.
        key jsonb NOT NULL,
        held_by uuid NOT NULL,
        written_for uuid NOT NULL,
        PRIMARY KEY (held_by, place, key)
      );
      CREATE INDEX moved_row_by_written_for ON moved_row (written_for);

      -- Rows as they were written, with the customers for whom they were.
      CREATE TABLE set_aside_row (
        position bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
        tab text NOT NULL,
        written_for uuid[] NOT NULL,
        content jsonb NOT NULL
      );
      CREATE INDEX set_aside_row_by_written_for ON set_aside_row USING gin (written_for);

      CREATE VIEW customer_place AS
        SELECT format('%s.%s', c.relname, a.attname) AS place, c.relname::text AS tab, a.attname::text AS col,
          ARRAY(SELECT k.attname::text FROM pg_index i JOIN pg_attribute k ON k.attrelid = c.oid AND k.attnum = ANY (i.indkey)
            WHERE i.indrelid = c.oid AND i.indisprimary AND k.attnum <> a.attnum) AS key_columns,
          (SELECT string_agg(quote_ident(k.attname), ', ') FROM pg_attribute k
            WHERE k.attrelid = c.oid AND k.attnum > 0 AND NOT k.attisdropped AND k.attgenerated = '') AS columns
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND NOT a.attisdropped
          AND a.attname IN ('customer_id', 'person_id', 'organization_id', 'referred_customer_id')
          AND c.relname NOT IN ('customer_alias', 'erased_customer', 'audit_entry');

      CREATE FUNCTION key_of_row(content jsonb, key_columns text[]) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN
        (SELECT coalesce(jsonb_object_agg(k, content -> k), '{}') FROM unnest(key_columns) AS k);

      CREATE FUNCTION set_row_aside(of_table text, at tid, content jsonb) RETURNS void LANGUAGE plpgsql AS $$
        DECLARE
          p record;
          held uuid;
          writer uuid;
          writers uuid[] := '{}';
          original jsonb := content;
        BEGIN
          FOR p IN SELECT * FROM customer_place WHERE tab = of_table LOOP
            held := content ->> p.col;
            CONTINUE WHEN held IS NULL;
            DELETE FROM moved_row m WHERE m.held_by = held AND m.place = p.place AND m.key = key_of_row(content, p.key_columns)
              RETURNING m.written_for INTO writer;
            writer := coalesce(writer, held);
            writers := writers || writer;
            original := jsonb_set(original, ARRAY[p.col], to_jsonb(writer));
          END LOOP;
          EXECUTE format('DELETE FROM %I WHERE ctid = $1', of_table) USING at;
          INSERT INTO set_aside_row (tab, written_for, content) VALUES (of_table, writers, original);
        END $$;

      CREATE FUNCTION merge_customer_rows(source uuid, target uuid) RETURNS void LANGUAGE plpgsql AS $$
        DECLARE
          p record;
          r record;
        BEGIN
          PERFORM set_config('customer360.merging', 'on', true);
          FOR p IN SELECT * FROM customer_place LOOP
            FOR r IN EXECUTE format('SELECT t.ctid AS at, to_jsonb(t) AS content FROM %I t WHERE t.%I = $1', p.tab, p.col)
              USING source
            LOOP
              BEGIN
                EXECUTE format('UPDATE %I SET %I = $1 WHERE ctid = $2', p.tab, p.col) USING target, r.at;
                UPDATE moved_row m SET held_by = target
                  WHERE m.held_by = source AND m.place = p.place AND m.key = key_of_row(r.content, p.key_columns);
                IF NOT FOUND THEN
                  INSERT INTO moved_row (place, key, held_by, written_for)
                    VALUES (p.place, key_of_row(r.content, p.key_columns), target, source);
                END IF;
              EXCEPTION WHEN unique_violation OR check_violation THEN
                PERFORM set_row_aside(p.tab, r.at, r.content);
              END;
            END LOOP;
          END LOOP;
          PERFORM set_config('customer360.merging', '', true);
        END $$;

      -- Puts back what was set aside for these, where it can be now; what was set aside last comes first.
      CREATE FUNCTION place_set_aside_rows(members uuid[]) RETURNS void LANGUAGE plpgsql AS $$
        DECLARE
          p record;
          r record;
          current jsonb;
        BEGIN
          FOR r IN SELECT * FROM set_aside_row s WHERE s.written_for && members ORDER BY s.position DESC LOOP
            current := r.content;
            FOR p IN SELECT q.col, a.canonical_id FROM customer_place q
              JOIN customer_alias a ON a.customer_id = (r.content ->> q.col)::uuid WHERE q.tab = r.tab
            LOOP
              current := jsonb_set(current, ARRAY[p.col], to_jsonb(p.canonical_id));
            END LOOP;
            BEGIN
              FOR p IN SELECT * FROM customer_place q WHERE q.tab = r.tab LIMIT 1 LOOP
                EXECUTE format('INSERT INTO %I (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM jsonb_populate_record(NULL::%I, $1)',
                  r.tab, p.columns, p.columns, r.tab) USING current;
              END LOOP;
              DELETE FROM set_aside_row s WHERE s.position = r.position;
              INSERT INTO moved_row (place, key, held_by, written_for)
                SELECT q.place, key_of_row(current, q.key_columns), (current ->> q.col)::uuid, (r.content ->> q.col)::uuid
                FROM customer_place q WHERE q.tab = r.tab AND current ->> q.col <> r.content ->> q.col;
            EXCEPTION WHEN unique_violation OR check_violation THEN NULL;
            END;
          END LOOP;
        END $$;

      CREATE FUNCTION unmerge_customer_rows(members uuid[], target uuid) RETURNS void LANGUAGE plpgsql AS $$
        DECLARE
          p record;
          r record;
        BEGIN
          PERFORM set_config('customer360.merging', 'on', true);
          FOR p IN SELECT * FROM customer_place LOOP
            FOR r IN EXECUTE format('SELECT t.ctid AS at, to_jsonb(t) AS content, m.key, m.held_by, m.written_for
              FROM moved_row m JOIN %I t ON t.%I = m.held_by AND key_of_row(to_jsonb(t), $4) = m.key
              WHERE m.place = $1 AND m.written_for = ANY ($2) AND m.held_by <> $3', p.tab, p.col)
              USING p.place, members, target, p.key_columns
            LOOP
              BEGIN
                EXECUTE format('UPDATE %I SET %I = $1 WHERE ctid = $2', p.tab, p.col) USING target, r.at;
                DELETE FROM moved_row m WHERE m.held_by = r.held_by AND m.place = p.place AND m.key = r.key;
                IF r.written_for <> target THEN
                  INSERT INTO moved_row (place, key, held_by, written_for) VALUES (p.place, r.key, target, r.written_for);
                END IF;
              EXCEPTION WHEN unique_violation OR check_violation THEN
                PERFORM set_row_aside(p.tab, r.at, r.content);
              END;
            END LOOP;
          END LOOP;
          -- Of rows that are gone.
          DELETE FROM moved_row m WHERE m.written_for = ANY (members) AND m.held_by <> target;
          PERFORM set_config('customer360.merging', '', true);
        END $$;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP FUNCTION unmerge_customer_rows, place_set_aside_rows, merge_customer_rows, set_row_aside, key_of_row;
      DROP VIEW customer_place;
      DROP TABLE set_aside_row, moved_row, customer_alias;
    `);
  }
}
