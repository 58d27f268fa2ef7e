import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Leads, category spend, documents, hand-overs, numbers for orders, and who is to take a next step. It only adds: rows that
 * are there stay as they are, and the version of the code before it goes on working.
 */
export class CompleteSales1763900000000 implements MigrationInterface {
  readonly name = 'CompleteSales1763900000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE account ADD COLUMN version integer NOT NULL DEFAULT 1;
      CREATE INDEX account_by_owner ON account (owner_id, since, customer_id);

      CREATE SEQUENCE order_number;

      -- Whoever did the activity takes its next step, unless it was given to somebody else.
      ALTER TABLE activity ADD COLUMN next_step_owner_id uuid;
      ALTER TABLE activity ADD COLUMN next_step_employee_id uuid
        GENERATED ALWAYS AS (coalesce(next_step_owner_id, employee_id)) STORED;
      CREATE INDEX activity_by_next_step ON activity (next_step_due_at, id)
        WHERE next_step_due_at IS NOT NULL AND next_step_done_at IS NULL;
      CREATE INDEX activity_by_next_step_employee ON activity (next_step_employee_id, next_step_due_at, id)
        WHERE next_step_due_at IS NOT NULL AND next_step_done_at IS NULL;

      CREATE TABLE activity_document (
        activity_id uuid NOT NULL REFERENCES activity (id),
        position integer NOT NULL CHECK (position BETWEEN 0 AND 19),
        name text NOT NULL,
        url text NOT NULL,
        mime_type text,
        PRIMARY KEY (activity_id, position)
      );

      CREATE INDEX opportunity_open_by_opened ON opportunity ((coalesce(opened_at, '-infinity')), id)
        WHERE stage NOT IN ('WON', 'LOST');
      CREATE INDEX opportunity_open_by_owner_opened ON opportunity (owner_id, (coalesce(opened_at, '-infinity')), id)
        WHERE stage NOT IN ('WON', 'LOST');
      CREATE INDEX opportunity_open_by_owner_close ON opportunity (owner_id, (coalesce(expected_close_on, 'infinity')), id)
        WHERE stage NOT IN ('WON', 'LOST');
      -- The day on which it was decided or, while it is open, should be.
      CREATE INDEX opportunity_by_day ON opportunity
        ((coalesce((closed_at AT TIME ZONE 'UTC')::date, expected_close_on)));
      CREATE INDEX opportunity_by_owner_day ON opportunity
        (owner_id, (coalesce((closed_at AT TIME ZONE 'UTC')::date, expected_close_on)));
      CREATE INDEX opportunity_by_product_day ON opportunity
        (product_id, (coalesce((closed_at AT TIME ZONE 'UTC')::date, expected_close_on)));

      CREATE TABLE lead (
        id uuid PRIMARY KEY,
        customer_id uuid,
        name text NOT NULL,
        company text,
        email text,
        phone text,
        source text NOT NULL CHECK (source IN
          ('WEB', 'REFERRAL', 'EVENT', 'CAMPAIGN', 'OUTREACH', 'PARTNER', 'SOCIAL', 'WALK_IN', 'OTHER')),
        interest text,
        status text NOT NULL CHECK (status IN ('NEW', 'WORKING', 'QUALIFIED', 'CONVERTED', 'DISQUALIFIED')),
        owner_id uuid,
        budget_amount numeric(19,4) CHECK (budget_amount >= 0),
        budget_currency char(3),
        authority text CHECK (authority IN ('DECIDES', 'INFLUENCES', 'NONE')),
        need text,
        timing date,
        disqualified_reason text,
        opportunity_id uuid UNIQUE REFERENCES opportunity (id),
        captured_at timestamptz NOT NULL,
        converted_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version integer NOT NULL DEFAULT 1,
        CHECK ((budget_amount IS NULL) = (budget_currency IS NULL)),
        CHECK ((status = 'CONVERTED') = (converted_at IS NOT NULL)),
        CHECK (status <> 'CONVERTED' OR customer_id IS NOT NULL)
      );
      CREATE INDEX lead_by_captured ON lead (captured_at, id);
      CREATE INDEX lead_by_status_captured ON lead (status, captured_at, id);
      CREATE INDEX lead_by_source_captured ON lead (source, captured_at, id);
      CREATE INDEX lead_by_owner_captured ON lead (owner_id, captured_at, id);
      CREATE INDEX lead_by_customer_captured ON lead (customer_id, captured_at, id);
      CREATE INDEX lead_open_by_owner_captured ON lead (owner_id, captured_at, id)
        WHERE status IN ('NEW', 'WORKING', 'QUALIFIED');

      CREATE TABLE category_spend (
        customer_id uuid NOT NULL,
        year integer NOT NULL CHECK (year BETWEEN 1900 AND 2199),
        currency char(3) NOT NULL,
        amount numeric(19,4) NOT NULL CHECK (amount >= 0),
        source text,
        employee_id uuid,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version integer NOT NULL DEFAULT 1,
        PRIMARY KEY (customer_id, year, currency)
      );

      CREATE TABLE handover (
        id uuid PRIMARY KEY,
        from_id uuid NOT NULL,
        to_id uuid NOT NULL,
        at timestamptz NOT NULL,
        note text
      );
      CREATE INDEX handover_by_at ON handover (at, id);
      CREATE INDEX handover_by_from_at ON handover (from_id, at, id);
      CREATE INDEX handover_by_to_at ON handover (to_id, at, id);

      CREATE TABLE handover_item (
        handover_id uuid NOT NULL REFERENCES handover (id),
        item_id uuid NOT NULL,
        kind text NOT NULL CHECK (kind IN ('ACCOUNT', 'OPPORTUNITY', 'NEXT_STEP', 'LEAD')),
        amount numeric(19,4),
        currency char(3),
        due_at timestamptz,
        PRIMARY KEY (handover_id, item_id, kind)
      );
      CREATE INDEX handover_item_by_kind ON handover_item (handover_id, kind, item_id);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE handover_item, handover, category_spend, lead, activity_document;
      DROP INDEX opportunity_open_by_opened, opportunity_open_by_owner_opened, opportunity_open_by_owner_close,
        opportunity_by_day, opportunity_by_owner_day, opportunity_by_product_day, account_by_owner;
      ALTER TABLE activity DROP COLUMN next_step_employee_id, DROP COLUMN next_step_owner_id;
      DROP SEQUENCE order_number;
      ALTER TABLE account DROP COLUMN version;
    `);
  }
}
