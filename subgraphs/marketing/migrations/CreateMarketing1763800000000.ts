import type { MigrationInterface, QueryRunner } from 'typeorm';

const CHANNELS = `'PHONE', 'EMAIL', 'CHAT', 'SMS', 'SOCIAL', 'WEB', 'APP', 'FACE_TO_FACE', 'LETTER', 'EVENT', 'REVIEW_SITE'`;

/** The first version of marketing's tables. Each index names the list or lookup that it serves. */
export class CreateMarketing1763800000000 implements MigrationInterface {
  readonly name = 'CreateMarketing1763800000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE segment (
        id uuid PRIMARY KEY,
        name text NOT NULL,
        description text,
        rule text,
        created_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE UNIQUE INDEX segment_name ON segment (lower(name));
      CREATE INDEX segment_by_name ON segment (lower(name), id);
      CREATE INDEX segment_by_created ON segment (created_at, id);

      CREATE TABLE segment_member (
        id uuid PRIMARY KEY,
        segment_id uuid NOT NULL REFERENCES segment (id),
        customer_id uuid NOT NULL,
        since timestamptz NOT NULL DEFAULT now(),
        UNIQUE (segment_id, customer_id)
      );
      CREATE INDEX segment_member_by_customer ON segment_member (customer_id, since, id);
      CREATE INDEX segment_member_by_segment ON segment_member (segment_id, since, id);

      CREATE TABLE trait (
        id uuid PRIMARY KEY,
        customer_id uuid NOT NULL,
        name text NOT NULL,
        kind text NOT NULL CHECK (kind IN ('DEMOGRAPHIC', 'CULTURAL', 'SOCIOLOGICAL', 'BEHAVIOURAL')),
        value text NOT NULL,
        source text NOT NULL,
        source_key text,
        observed_at timestamptz NOT NULL,
        UNIQUE (customer_id, name, source),
        UNIQUE (source, source_key)
      );
      CREATE INDEX trait_by_observed ON trait (observed_at, id);
      CREATE INDEX trait_by_name ON trait (name, id);
      CREATE INDEX trait_by_name_observed ON trait (name, observed_at, id);
      CREATE INDEX trait_by_customer_observed ON trait (customer_id, observed_at, id);
      CREATE INDEX trait_by_customer_name ON trait (customer_id, name, id);
      CREATE INDEX trait_by_customer_kind_observed ON trait (customer_id, kind, observed_at, id);
      CREATE INDEX trait_by_customer_kind_name ON trait (customer_id, kind, name, id);

      CREATE TABLE campaign (
        id uuid PRIMARY KEY,
        name text NOT NULL,
        channel text NOT NULL CHECK (channel IN (${CHANNELS})),
        objective text,
        budget_amount numeric(19,4) CHECK (budget_amount >= 0),
        budget_currency char(3),
        control_share numeric(5,4) NOT NULL DEFAULT 0 CHECK (control_share BETWEEN 0 AND 1),
        starts_at timestamptz NOT NULL,
        ends_at timestamptz CHECK (ends_at >= starts_at),
        source text,
        source_key text,
        created_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (source, source_key),
        CHECK ((budget_amount IS NULL) = (budget_currency IS NULL))
      );
      CREATE INDEX campaign_by_start ON campaign (starts_at, id);
      CREATE INDEX campaign_by_name ON campaign (lower(name), id);
      CREATE INDEX campaign_by_channel_start ON campaign (channel, starts_at, id);
      CREATE INDEX campaign_by_channel_name ON campaign (channel, lower(name), id);

      CREATE TABLE exposure (
        id uuid PRIMARY KEY,
        campaign_id uuid NOT NULL REFERENCES campaign (id),
        customer_id uuid NOT NULL,
        sent_at timestamptz NOT NULL,
        opened_at timestamptz,
        clicked_at timestamptz,
        responded_at timestamptz,
        control boolean NOT NULL DEFAULT false,
        source text,
        source_key text,
        UNIQUE (source, source_key),
        CONSTRAINT exposure_control_got_nothing CHECK (NOT control OR (opened_at IS NULL AND clicked_at IS NULL))
      );
      CREATE INDEX exposure_by_sent ON exposure (sent_at, id);
      CREATE INDEX exposure_by_customer_sent ON exposure (customer_id, sent_at, id);
      CREATE INDEX exposure_by_campaign_sent ON exposure (campaign_id, sent_at, id);

      CREATE TABLE consent_event (
        id uuid PRIMARY KEY,
        sequence bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
        customer_id uuid NOT NULL,
        purpose text NOT NULL
          CHECK (purpose IN ('MARKETING', 'PROFILING', 'RESEARCH', 'SERVICE_MESSAGES', 'THIRD_PARTY')),
        channel text CHECK (channel IN (${CHANNELS})),
        action text NOT NULL CHECK (action IN ('GRANTED', 'WITHDRAWN')),
        at timestamptz(3) NOT NULL,
        recorded_at timestamptz(3) NOT NULL,
        source text NOT NULL,
        source_key text,
        text text,
        UNIQUE (source, source_key),
        CONSTRAINT consent_event_grant_has_text CHECK (action = 'WITHDRAWN' OR text IS NOT NULL)
      );
      CREATE INDEX consent_event_by_at ON consent_event (at, sequence);
      CREATE INDEX consent_event_by_purpose_at ON consent_event (purpose, at, sequence);
      CREATE INDEX consent_event_by_customer_at ON consent_event (customer_id, at, sequence);
      CREATE INDEX consent_event_by_customer_purpose_at ON consent_event (customer_id, purpose, at, sequence);
    `);
    // The clock is the database's; times are cut to the milliseconds that the graph shows, so that asking `asOf` an
    // entry's own `at` finds it. A clock that was set back never puts an entry before one that it follows.
    await runner.query(`
      CREATE FUNCTION consent_event_stamp() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
      BEGIN
        NEW.recorded_at := date_trunc('milliseconds', clock_timestamp());
        IF NEW.at IS NULL THEN
          NEW.at := greatest(
            NEW.recorded_at, (SELECT max(at) FROM consent_event WHERE customer_id = NEW.customer_id));
        ELSIF NEW.at > NEW.recorded_at + interval '5 minutes' THEN
          RAISE EXCEPTION 'consent_event.at is in the future: %', NEW.at USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
      END $$;
      CREATE TRIGGER consent_event_stamp BEFORE INSERT ON consent_event
        FOR EACH ROW EXECUTE FUNCTION consent_event_stamp();

      CREATE FUNCTION consent_event_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        RAISE EXCEPTION 'consent_event is append-only: % is refused', TG_OP USING ERRCODE = 'restrict_violation';
      END $$;
      CREATE TRIGGER consent_event_is_append_only BEFORE UPDATE OR DELETE ON consent_event
        FOR EACH ROW EXECUTE FUNCTION consent_event_is_append_only();
      CREATE TRIGGER consent_event_is_not_emptied BEFORE TRUNCATE ON consent_event
        FOR EACH STATEMENT EXECUTE FUNCTION consent_event_is_append_only();
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE consent_event, exposure, campaign, trait, segment_member, segment');
    await runner.query('DROP FUNCTION consent_event_stamp, consent_event_is_append_only');
  }
}
