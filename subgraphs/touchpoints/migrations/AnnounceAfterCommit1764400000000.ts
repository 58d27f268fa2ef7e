import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Touchpoints are announced by who records them, once they are committed (`notifyAfterCommit`): transactions that notify commit one at a time. */
export class AnnounceAfterCommit1764400000000 implements MigrationInterface {
  readonly name = 'AnnounceAfterCommit1764400000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TRIGGER announce_touchpoints ON touchpoint;
      DROP FUNCTION announce_touchpoints;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE FUNCTION announce_touchpoints() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_notify('customer360.touchpoints.recorded', ''); RETURN NULL; END $$;
      CREATE TRIGGER announce_touchpoints AFTER INSERT ON touchpoint
        FOR EACH STATEMENT EXECUTE FUNCTION announce_touchpoints();
    `);
  }
}
