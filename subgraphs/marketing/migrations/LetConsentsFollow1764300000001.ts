import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The ledger of consents lets the owner of an entry follow a merge or an unmerge, and nothing else. */
export class LetConsentsFollow1764300000001 implements MigrationInterface {
  readonly name = 'LetConsentsFollow1764300000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE OR REPLACE FUNCTION consent_event_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        -- The owner, which its trigger alone writes, and only as what follows from whom the entry was recorded for.
        IF TG_OP = 'UPDATE' AND NEW.customer_id <> OLD.customer_id THEN
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
        IF TG_OP = 'UPDATE' AND current_setting('customer360.merging', true) = 'on' THEN
          IF to_jsonb(NEW) - 'customer_id' = to_jsonb(OLD) - 'customer_id' THEN RETURN NEW; END IF;
        END IF;
        RAISE EXCEPTION 'consent_event is append-only: % is refused', TG_OP USING ERRCODE = 'restrict_violation';
      END $$;
    `);
  }
}
