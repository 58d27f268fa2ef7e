import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Closing the loop on a detractor, what was expected and delivered, referrals, ratings beside competitors, what employees say. It
 * only adds, so the code before it runs on; each index names the list that it serves.
 */
export class CompleteFeedback1763900000000 implements MigrationInterface {
  readonly name = 'CompleteFeedback1763900000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE survey ADD COLUMN closed_at timestamptz;

      ALTER TABLE survey_response
        ADD COLUMN language text,
        ADD COLUMN expected smallint CHECK (expected BETWEEN 1 AND 5),
        ADD COLUMN delivered smallint CHECK (delivered BETWEEN 1 AND 5),
        ADD COLUMN loop_closed_at timestamptz,
        ADD COLUMN loop_employee_id uuid,
        ADD COLUMN loop_outcome text CHECK (
          loop_outcome IN ('RECOVERED', 'EXPLAINED', 'COMPENSATED', 'NOT_REACHED', 'NOT_RECOVERED')
        ),
        ADD COLUMN loop_note text,
        ADD COLUMN version integer NOT NULL DEFAULT 1,
        ADD CHECK ((loop_closed_at IS NULL) = (loop_employee_id IS NULL)),
        ADD CHECK ((loop_closed_at IS NULL) = (loop_outcome IS NULL)),
        ADD CHECK (loop_closed_at IS NOT NULL OR loop_note IS NULL),
        ADD CHECK (loop_closed_at IS NULL OR (kind = 'NPS' AND score < 7));
      CREATE INDEX survey_response_open_loop_by_responded ON survey_response (responded_at, id)
        WHERE kind = 'NPS' AND score < 7 AND loop_closed_at IS NULL;

      CREATE TABLE competitor_rating (
        id uuid PRIMARY KEY,
        customer_id uuid NOT NULL,
        competitor text NOT NULL,
        experience text NOT NULL,
        rating smallint NOT NULL CHECK (rating BETWEEN 1 AND 5),
        ours smallint CHECK (ours BETWEEN 1 AND 5),
        verbatim text,
        rated_at timestamptz NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX competitor_rating_by_rated ON competitor_rating (rated_at, id);
      CREATE INDEX competitor_rating_by_competitor_rated ON competitor_rating (competitor, rated_at, id);
      CREATE INDEX competitor_rating_by_experience_rated ON competitor_rating (experience, rated_at, id);
      CREATE INDEX competitor_rating_by_customer_rated ON competitor_rating (customer_id, rated_at, id);

      CREATE TABLE employee_survey (
        id uuid PRIMARY KEY,
        employee_id uuid NOT NULL,
        kind text NOT NULL,
        score smallint NOT NULL,
        period text NOT NULL,
        verbatim text,
        answered_at timestamptz NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (employee_id, kind, period),
        CHECK (CASE kind WHEN 'ENGAGEMENT' THEN score BETWEEN 1 AND 5 WHEN 'ENPS' THEN score BETWEEN 0 AND 10 ELSE false END)
      );
      CREATE INDEX employee_survey_by_answered ON employee_survey (answered_at, id);
      CREATE INDEX employee_survey_by_employee_answered ON employee_survey (employee_id, answered_at, id);
      CREATE INDEX employee_survey_by_kind_answered ON employee_survey (kind, answered_at, id);
      CREATE INDEX employee_survey_by_period_answered ON employee_survey (period, answered_at, id);

      CREATE TABLE referral (
        id uuid PRIMARY KEY,
        customer_id uuid NOT NULL,
        referred_customer_id uuid NOT NULL,
        note text,
        referred_at timestamptz NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (customer_id, referred_customer_id),
        CHECK (customer_id <> referred_customer_id)
      );
      CREATE INDEX referral_by_referred ON referral (referred_at, id);
      CREATE INDEX referral_by_customer_referred ON referral (customer_id, referred_at, id);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE referral, employee_survey, competitor_rating;
      ALTER TABLE survey_response DROP COLUMN language, DROP COLUMN expected, DROP COLUMN delivered,
        DROP COLUMN loop_closed_at, DROP COLUMN loop_employee_id, DROP COLUMN loop_outcome, DROP COLUMN loop_note,
        DROP COLUMN version;
      ALTER TABLE survey DROP COLUMN closed_at;
    `);
  }
}
