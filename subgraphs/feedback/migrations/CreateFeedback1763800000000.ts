import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The first version of feedback's tables. Each index names the list or lookup that it serves. */
export class CreateFeedback1763800000000 implements MigrationInterface {
  readonly name = 'CreateFeedback1763800000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE survey (
        id uuid PRIMARY KEY,
        title text NOT NULL,
        kind text NOT NULL CHECK (kind IN ('NPS', 'CSAT', 'CES')),
        question text NOT NULL,
        active boolean NOT NULL DEFAULT true,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version integer NOT NULL DEFAULT 1,
        UNIQUE (id, kind)
      );
      CREATE INDEX survey_by_created ON survey (created_at, id);
      CREATE INDEX survey_by_kind_created ON survey (kind, created_at, id);
      CREATE INDEX survey_by_active_created ON survey (active, created_at, id);

      CREATE TABLE survey_response (
        id uuid PRIMARY KEY,
        survey_id uuid NOT NULL,
        customer_id uuid NOT NULL,
        kind text NOT NULL,
        score smallint NOT NULL,
        verbatim text,
        respondent_group text,
        experience text,
        importance smallint CHECK (importance BETWEEN 1 AND 5),
        channel text,
        responded_at timestamptz NOT NULL,
        source text,
        source_key text,
        created_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (source, source_key),
        CHECK ((source IS NULL) = (source_key IS NULL)),
        CHECK (CASE kind
          WHEN 'NPS' THEN score BETWEEN 0 AND 10
          WHEN 'CSAT' THEN score BETWEEN 1 AND 5
          WHEN 'CES' THEN score BETWEEN 1 AND 7
          ELSE false END),
        FOREIGN KEY (survey_id, kind) REFERENCES survey (id, kind)
      );
      CREATE INDEX survey_response_by_responded ON survey_response (responded_at, id);
      CREATE INDEX survey_response_by_kind_responded ON survey_response (kind, responded_at, id);
      CREATE INDEX survey_response_by_survey_responded ON survey_response (survey_id, responded_at, id);
      CREATE INDEX survey_response_by_customer_responded ON survey_response (customer_id, responded_at, id);

      CREATE TABLE review (
        id uuid PRIMARY KEY,
        customer_id uuid,
        site text NOT NULL,
        rating smallint NOT NULL CHECK (rating BETWEEN 1 AND 5),
        title text,
        text text,
        recommended boolean,
        estimated_reach integer NOT NULL DEFAULT 0 CHECK (estimated_reach >= 0),
        published_at timestamptz NOT NULL,
        source text,
        source_key text,
        created_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (source, source_key),
        CHECK ((source IS NULL) = (source_key IS NULL))
      );
      CREATE INDEX review_by_published ON review (published_at, id);
      CREATE INDEX review_by_site_published ON review (site, published_at, id);
      CREATE INDEX review_by_rating_published ON review (rating, published_at, id);
      CREATE INDEX review_by_customer_published ON review (customer_id, published_at, id);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE review, survey_response, survey');
  }
}
