import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The ledger of consents lets a merge say of whom an entry is, and nothing else. */
export class MoveConsents1764200000003 implements MigrationInterface {
  readonly name = 'MoveConsents1764200000003';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE OR REPLACE FUNCTION consent_event_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF TG_OP = 'UPDATE' AND current_setting('customer360.merging', true) = 'on' THEN
          IF to_jsonb(NEW) - 'customer_id' = to_jsonb(OLD) - 'customer_id' THEN RETURN NEW; END IF;
        END IF;
        RAISE EXCEPTION 'consent_event is append-only: % is refused', TG_OP USING ERRCODE = 'restrict_violation';
      END $$;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE OR REPLACE FUNCTION consent_event_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        RAISE EXCEPTION 'consent_event is append-only: % is refused', TG_OP USING ERRCODE = 'restrict_violation';
      END $$;
    `);
  }
}
