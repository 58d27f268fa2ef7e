import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Tables that are only appended to let their owner follow a merge or an unmerge, beside what an erasure blanks. */
export class LetServiceFollow1764300000001 implements MigrationInterface {
  readonly name = 'LetServiceFollow1764300000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
          free text[] := CASE WHEN current_setting('customer360.erasing', true) = 'on' THEN ARRAY['note', 'reason'] ELSE '{}' END;
        BEGIN
          IF TG_OP = 'UPDATE' THEN
            -- The owner, which its trigger alone writes, and only as what follows from whom the row was recorded for.
            IF to_jsonb(NEW) -> 'customer_id' <> to_jsonb(OLD) -> 'customer_id' THEN free := free || ARRAY['customer_id']; END IF;
            IF cardinality(free) > 0 AND to_jsonb(NEW) - free = to_jsonb(OLD) - free THEN RETURN NEW; END IF;
          END IF;
          RAISE EXCEPTION '% is append-only: its rows are never changed or deleted', TG_TABLE_NAME;
        END $$;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
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
}
