import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Wakes those who show touchpoints as they come: once a statement, at its commit. (`AnnounceAfterCommit1764400000000` ended that.) */
export class AnnounceTouchpoints1764000000002 implements MigrationInterface {
  readonly name = 'AnnounceTouchpoints1764000000002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE FUNCTION announce_touchpoints() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_notify('customer360.touchpoints.recorded', ''); RETURN NULL; END $$;
      CREATE TRIGGER announce_touchpoints AFTER INSERT ON touchpoint
        FOR EACH STATEMENT EXECUTE FUNCTION announce_touchpoints();
      CREATE INDEX touchpoint_by_customer_sequence ON touchpoint (customer_id, sequence);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX touchpoint_by_customer_sequence;
      DROP TRIGGER announce_touchpoints ON touchpoint;
      DROP FUNCTION announce_touchpoints;
    `);
  }
}
