import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What a customer said when they withdrew stands apart from the wording to which one agrees: that proves what was agreed to and stays for ever, this is theirs and goes when they
 * are erased.
 */
export class NoteWithdrawals1764850000000 implements MigrationInterface {
  readonly name = 'NoteWithdrawals1764850000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE consent_event ADD COLUMN note text;
      ALTER TABLE consent_event DISABLE TRIGGER USER;
      UPDATE consent_event t SET text = NULL, note = CASE WHEN NOT EXISTS (SELECT FROM erased_customer e WHERE e.customer_id = t.recorded_for) THEN text END
        WHERE action = 'WITHDRAWN' AND text IS NOT NULL;
      ALTER TABLE consent_event ENABLE TRIGGER USER;
      ALTER TABLE consent_event ADD CONSTRAINT consent_event_grant_has_no_note CHECK (action = 'WITHDRAWN' OR note IS NULL);
      CREATE OR REPLACE FUNCTION consent_event_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF TG_OP = 'UPDATE' THEN
          -- The owner, which its trigger alone writes, and only as what follows from whom the entry was recorded for.
          IF NEW.customer_id <> OLD.customer_id AND to_jsonb(NEW) - 'customer_id' = to_jsonb(OLD) - 'customer_id' THEN RETURN NEW; END IF;
          IF current_setting('customer360.erasing', true) = 'on' AND NEW.note IS NULL AND to_jsonb(NEW) - 'note' = to_jsonb(OLD) - 'note' THEN
            RETURN NEW;
          END IF;
        END IF;
        RAISE EXCEPTION 'consent_event is append-only: % is refused', TG_OP USING ERRCODE = 'restrict_violation';
      END $$;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE OR REPLACE FUNCTION consent_event_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF TG_OP = 'UPDATE' AND NEW.customer_id <> OLD.customer_id THEN
          IF to_jsonb(NEW) - 'customer_id' = to_jsonb(OLD) - 'customer_id' THEN RETURN NEW; END IF;
        END IF;
        RAISE EXCEPTION 'consent_event is append-only: % is refused', TG_OP USING ERRCODE = 'restrict_violation';
      END $$;
      ALTER TABLE consent_event DISABLE TRIGGER USER;
      UPDATE consent_event SET text = note WHERE note IS NOT NULL;
      ALTER TABLE consent_event ENABLE TRIGGER USER;
      ALTER TABLE consent_event DROP COLUMN note;
    `);
  }
}
