import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Tables that are only appended to let a merge say of whom a row is, beside what an erasure blanks. */
export class MoveServiceRows1764200000003 implements MigrationInterface {
  readonly name = 'MoveServiceRows1764200000003';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
          free text[] := CASE WHEN current_setting('customer360.erasing', true) = 'on' THEN ARRAY['note', 'reason']
            WHEN current_setting('customer360.merging', true) = 'on' THEN ARRAY['customer_id'] ELSE '{}' END;
        BEGIN
          IF TG_OP = 'UPDATE' AND cardinality(free) > 0 THEN
            IF to_jsonb(NEW) - free = to_jsonb(OLD) - free THEN RETURN NEW; END IF;
          END IF;
          RAISE EXCEPTION '% is append-only: its rows are never changed or deleted', TG_TABLE_NAME;
        END $$;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
          texts text[] := ARRAY['note', 'reason'];
        BEGIN
          IF TG_OP = 'UPDATE' AND current_setting('customer360.erasing', true) = 'on' THEN
            IF to_jsonb(NEW) - texts = to_jsonb(OLD) - texts THEN RETURN NEW; END IF;
          END IF;
          RAISE EXCEPTION '% is append-only: its rows are never changed or deleted', TG_TABLE_NAME;
        END $$;
    `);
  }
}
