import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Why a touchpoint is on its journey, what finds the journey of the next one, and what somebody took off a journey. */
export class LinkJourneys1764000000001 implements MigrationInterface {
  readonly name = 'LinkJourneys1764000000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE touchpoint
        ADD COLUMN references_named text[] NOT NULL DEFAULT '{}',
        ADD COLUMN link_reason text CHECK (link_reason IN ('FIRST', 'THREAD', 'REFERENCE', 'SUBJECT', 'MANUAL')),
        ADD COLUMN link_confidence numeric(4,3) CHECK (link_confidence BETWEEN 0 AND 1),
        ADD CHECK ((link_reason IS NULL) = (link_confidence IS NULL));
      CREATE INDEX touchpoint_by_reference ON touchpoint (customer_id) WHERE references_named <> '{}';
      CREATE TABLE journey_exclusion (
        touchpoint_id uuid NOT NULL REFERENCES touchpoint (id) ON DELETE CASCADE,
        journey_id uuid NOT NULL REFERENCES journey (id) ON DELETE CASCADE,
        at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (journey_id, touchpoint_id)
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE journey_exclusion;
      DROP INDEX touchpoint_by_reference;
      ALTER TABLE touchpoint DROP COLUMN link_confidence, DROP COLUMN link_reason, DROP COLUMN references_named;
    `);
  }
}
