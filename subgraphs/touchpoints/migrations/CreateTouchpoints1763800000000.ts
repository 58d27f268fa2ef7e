import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The first version of touchpoints' tables. Ids of customers and employees are identity's, so they have no foreign key.
 * Each filter of a list has its index in each order of the list. The timeline is read off touchpoint_by_customer.
 */
export class CreateTouchpoints1763800000000 implements MigrationInterface {
  readonly name = 'CreateTouchpoints1763800000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE journey (
        id uuid PRIMARY KEY,
        customer_id uuid NOT NULL,
        subject text NOT NULL,
        status text NOT NULL CHECK (status IN ('OPEN', 'CLOSED')),
        opened_at timestamptz NOT NULL,
        last_touch_at timestamptz NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version integer NOT NULL DEFAULT 1,
        CHECK (last_touch_at >= opened_at)
      );
      CREATE INDEX journey_by_last_touch ON journey (last_touch_at, id);
      CREATE INDEX journey_by_opened ON journey (opened_at, id);
      CREATE INDEX journey_by_status_last_touch ON journey (status, last_touch_at, id);
      CREATE INDEX journey_by_status_opened ON journey (status, opened_at, id);
      CREATE INDEX journey_by_customer_last_touch ON journey (customer_id, last_touch_at, id);
      CREATE INDEX journey_by_customer_opened ON journey (customer_id, opened_at, id);

      CREATE TABLE touchpoint (
        id uuid PRIMARY KEY,
        customer_id uuid NOT NULL,
        occurred_at timestamptz NOT NULL,
        recorded_at timestamptz NOT NULL DEFAULT now(),
        sequence bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
        channel text NOT NULL CHECK (channel IN ('PHONE', 'EMAIL', 'CHAT', 'SMS', 'SOCIAL', 'WEB', 'APP',
          'FACE_TO_FACE', 'LETTER', 'EVENT', 'REVIEW_SITE')),
        direction text NOT NULL CHECK (direction IN ('INBOUND', 'OUTBOUND')),
        kind text NOT NULL CHECK (kind IN ('CONTACT', 'VISIT', 'ACTIVITY', 'OPPORTUNITY', 'ORDER', 'PAYMENT', 'CASE',
          'COMPLAINT', 'PROMISE', 'CAMPAIGN', 'CONSENT', 'SURVEY', 'REVIEW', 'NOTE')),
        department text NOT NULL CHECK (department IN ('SALES', 'SERVICE', 'MARKETING', 'FEEDBACK', 'OTHER')),
        summary text NOT NULL,
        employee_id uuid,
        sentiment text CHECK (sentiment IN ('POSITIVE', 'NEUTRAL', 'NEGATIVE')),
        emotion text,
        source_type text,
        source_id text,
        journey_id uuid REFERENCES journey (id),
        CHECK ((source_type IS NULL) = (source_id IS NULL))
      );
      CREATE UNIQUE INDEX touchpoint_by_source ON touchpoint (source_type, source_id) WHERE source_type IS NOT NULL;
      CREATE INDEX touchpoint_by_customer ON touchpoint (customer_id, occurred_at, id);
      CREATE INDEX touchpoint_by_journey ON touchpoint (journey_id, occurred_at, id) WHERE journey_id IS NOT NULL;
      CREATE INDEX touchpoint_by_occurred ON touchpoint (occurred_at, id);
      CREATE INDEX touchpoint_by_channel ON touchpoint (channel, occurred_at, id);
      CREATE INDEX touchpoint_by_department ON touchpoint (department, occurred_at, id);
      CREATE INDEX touchpoint_by_kind ON touchpoint (kind, occurred_at, id);
      CREATE INDEX touchpoint_by_employee ON touchpoint (employee_id, occurred_at, id) WHERE employee_id IS NOT NULL;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE touchpoint, journey');
  }
}
