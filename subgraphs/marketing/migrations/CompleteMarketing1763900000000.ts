import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Rows that can change now have a version; segments may have a typed rule; propositions and offers. All of it is additive:
 * the version of the code before this one goes on writing its rows.
 */
export class CompleteMarketing1763900000000 implements MigrationInterface {
  readonly name = 'CompleteMarketing1763900000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const table of ['segment', 'campaign', 'trait', 'exposure']) {
      await runner.query(`
        ALTER TABLE ${table} ADD COLUMN version integer NOT NULL DEFAULT 1;
        ALTER TABLE ${table} ADD COLUMN updated_at timestamptz;
      `);
    }
    await runner.query(`
      ALTER TABLE segment ADD COLUMN rule_tree jsonb;
      CREATE INDEX segment_with_rule ON segment (id) WHERE rule_tree IS NOT NULL;

      CREATE INDEX trait_by_source_observed ON trait (source, observed_at, id);
      CREATE INDEX trait_by_source_name ON trait (source, name, id);
      CREATE INDEX trait_by_customer_name_observed ON trait (customer_id, name, observed_at, id);
    `);
    const outcome = `(CASE WHEN control THEN 'CONTROL' WHEN responded_at IS NOT NULL THEN 'RESPONDED'
      WHEN clicked_at IS NOT NULL THEN 'CLICKED' WHEN opened_at IS NOT NULL THEN 'OPENED' ELSE 'SENT' END)`;
    await runner.query(`
      CREATE INDEX exposure_by_outcome_sent ON exposure (${outcome}, sent_at, id);
      CREATE INDEX exposure_by_customer_outcome_sent ON exposure (customer_id, ${outcome}, sent_at, id);
      CREATE INDEX exposure_by_campaign_outcome_sent ON exposure (campaign_id, ${outcome}, sent_at, id);

      CREATE TABLE proposition (
        id uuid PRIMARY KEY,
        segment_id uuid NOT NULL REFERENCES segment (id),
        name text NOT NULL,
        price text,
        brand text,
        service text,
        product text,
        standard text,
        source text,
        source_key text,
        version integer NOT NULL DEFAULT 1,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz,
        UNIQUE (source, source_key)
      );
      CREATE INDEX proposition_by_name ON proposition (lower(name), id);
      CREATE INDEX proposition_by_created ON proposition (created_at, id);
      CREATE INDEX proposition_by_segment_name ON proposition (segment_id, lower(name), id);
      CREATE INDEX proposition_by_segment_created ON proposition (segment_id, created_at, id);

      CREATE TABLE offer (
        id uuid PRIMARY KEY,
        name text NOT NULL,
        proposition_id uuid REFERENCES proposition (id),
        campaign_id uuid REFERENCES campaign (id),
        valid_from timestamptz NOT NULL,
        valid_until timestamptz CHECK (valid_until > valid_from),
        price_amount numeric(19,4) NOT NULL CHECK (price_amount >= 0),
        price_currency char(3) NOT NULL,
        terms text,
        source text,
        source_key text,
        version integer NOT NULL DEFAULT 1,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz,
        UNIQUE (source, source_key),
        CHECK (proposition_id IS NOT NULL OR campaign_id IS NOT NULL)
      );
      CREATE INDEX offer_by_valid ON offer (valid_from, id);
      CREATE INDEX offer_by_name ON offer (lower(name), id);
      CREATE INDEX offer_by_proposition_valid ON offer (proposition_id, valid_from, id);
      CREATE INDEX offer_by_proposition_name ON offer (proposition_id, lower(name), id);
      CREATE INDEX offer_by_campaign_valid ON offer (campaign_id, valid_from, id);
      CREATE INDEX offer_by_campaign_name ON offer (campaign_id, lower(name), id);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE offer, proposition;
      DROP INDEX exposure_by_outcome_sent, exposure_by_customer_outcome_sent, exposure_by_campaign_outcome_sent,
        trait_by_source_observed, trait_by_source_name, trait_by_customer_name_observed;
      ALTER TABLE segment DROP COLUMN rule_tree;
    `);
    for (const table of ['segment', 'campaign', 'trait', 'exposure']) {
      await runner.query(`ALTER TABLE ${table} DROP COLUMN version, DROP COLUMN updated_at`);
    }
  }
}
