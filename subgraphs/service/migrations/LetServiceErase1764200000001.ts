import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Tables that are only appended to let an erasure blank their texts, and nothing else. */
export class LetServiceErase1764200000001 implements MigrationInterface {
  readonly name = 'LetServiceErase1764200000001';

  async up(runner: QueryRunner): Promise<void> {
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

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN RAISE EXCEPTION ''% is append-only: its rows are never changed or deleted'', TG_TABLE_NAME; END';
    `);
  }
}
