import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Clocks that stop, escalation, the history of a case, warranties, authority over goodwill, and the queue. Only additions: rows
 * of before keep their due times and count around the clock (ELAPSED), and the version of the code before can go on
 * writing. It does not know `waiting_since`, so the trigger `service_case_stop_waiting` ends a wait that it ends.
 */
export class CompleteService1763900000000 implements MigrationInterface {
  readonly name = 'CompleteService1763900000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE service_case
        ADD COLUMN sla_clock text NOT NULL DEFAULT 'ELAPSED' CHECK (sla_clock IN ('BUSINESS_HOURS', 'ELAPSED')),
        ADD COLUMN waiting_since timestamptz CHECK (waiting_since IS NULL OR status = 'AWAITING_CUSTOMER'),
        ADD COLUMN waited_seconds numeric(19,3) NOT NULL DEFAULT 0 CHECK (waited_seconds >= 0),
        ADD COLUMN escalation_level smallint NOT NULL DEFAULT 0 CHECK (escalation_level BETWEEN 0 AND 3),
        ADD COLUMN escalated_at timestamptz,
        ADD COLUMN escalation_reason text,
        ADD CHECK ((escalation_level = 0) = (escalated_at IS NULL));
      -- When the agreement breaks or broke, as slaOf says it; never, while the clock stands still before that.
      ALTER TABLE service_case ADD COLUMN breaches_at timestamptz GENERATED ALWAYS AS (
        CASE
          WHEN waiting_since <= CASE WHEN first_responded_at <= first_response_due_at THEN resolution_due_at
            ELSE least(first_response_due_at, resolution_due_at) END THEN 'infinity'
          WHEN first_responded_at <= first_response_due_at THEN resolution_due_at
          ELSE least(first_response_due_at, resolution_due_at)
        END) STORED;
      CREATE INDEX service_case_queue ON service_case (breaches_at, id) WHERE resolved_at IS NULL;
      CREATE INDEX service_case_queue_unanswered ON service_case (breaches_at, id)
        WHERE resolved_at IS NULL AND first_responded_at IS NULL;
      CREATE INDEX service_case_queue_unassigned ON service_case (breaches_at, id)
        WHERE resolved_at IS NULL AND assignee_id IS NULL;
      CREATE INDEX service_case_queue_escalated ON service_case (breaches_at, id)
        WHERE resolved_at IS NULL AND escalation_level > 0;
      CREATE INDEX service_case_queue_by_assignee ON service_case (assignee_id, breaches_at, id)
        WHERE resolved_at IS NULL;

      CREATE FUNCTION stop_waiting() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN NEW.waiting_since := NULL; RETURN NEW; END';
      CREATE TRIGGER service_case_stop_waiting BEFORE UPDATE OF status ON service_case FOR EACH ROW
        WHEN (NEW.status <> 'AWAITING_CUSTOMER') EXECUTE FUNCTION stop_waiting();

      CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN RAISE EXCEPTION ''% is append-only: its rows are never changed or deleted'', TG_TABLE_NAME; END';

      CREATE TABLE case_status_change (
        id uuid PRIMARY KEY,
        case_id uuid NOT NULL REFERENCES service_case (id),
        from_status text CHECK (from_status IN ('OPEN', 'AWAITING_CUSTOMER', 'RESOLVED', 'CLOSED')),
        to_status text NOT NULL CHECK (to_status IN ('OPEN', 'AWAITING_CUSTOMER', 'RESOLVED', 'CLOSED')),
        note text,
        changed_at timestamptz NOT NULL
      );
      CREATE INDEX case_status_change_by_case ON case_status_change (case_id, changed_at, id);
      CREATE TRIGGER case_status_change_append_only BEFORE UPDATE OR DELETE ON case_status_change
        FOR EACH ROW EXECUTE FUNCTION refuse_change();

      ALTER TABLE promise
        ADD COLUMN kind text NOT NULL DEFAULT 'COMMITMENT' CHECK (kind IN ('COMMITMENT', 'WARRANTY')),
        ADD COLUMN valid_until timestamptz,
        ADD COLUMN employee_id uuid,
        ADD CHECK ((kind = 'WARRANTY') = (valid_until IS NOT NULL));
      CREATE INDEX promise_by_kind_due ON promise (kind, due_at, id);

      CREATE TABLE goodwill_authority (
        id uuid PRIMARY KEY,
        employee_id uuid NOT NULL,
        amount numeric(19,4) NOT NULL CHECK (amount >= 0),
        currency char(3) NOT NULL,
        version integer NOT NULL,
        set_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (employee_id, currency, version)
      );
      CREATE INDEX goodwill_authority_by_currency ON goodwill_authority (currency, employee_id, version);
      CREATE TRIGGER goodwill_authority_append_only BEFORE UPDATE OR DELETE ON goodwill_authority
        FOR EACH ROW EXECUTE FUNCTION refuse_change();

      ALTER TABLE goodwill ADD COLUMN authority_limit numeric(19,4);
      CREATE TRIGGER goodwill_append_only BEFORE UPDATE OR DELETE ON goodwill
        FOR EACH ROW EXECUTE FUNCTION refuse_change();
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TRIGGER goodwill_append_only ON goodwill;
      ALTER TABLE goodwill DROP COLUMN authority_limit;
      DROP TABLE goodwill_authority, case_status_change;
      DROP TRIGGER service_case_stop_waiting ON service_case;
      DROP FUNCTION refuse_change, stop_waiting;
      ALTER TABLE promise DROP COLUMN kind, DROP COLUMN valid_until, DROP COLUMN employee_id;
      ALTER TABLE service_case DROP COLUMN breaches_at, DROP COLUMN sla_clock, DROP COLUMN waiting_since,
        DROP COLUMN waited_seconds, DROP COLUMN escalation_level, DROP COLUMN escalated_at, DROP COLUMN escalation_reason;
    `);
  }
}
