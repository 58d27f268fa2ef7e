import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Whoever writes touchpoints takes their turn in the sequence (`takeTurn`), an import and the seed included: else one that is committed late has an
 * earlier number than what live readers have seen, and they never see it.
 */
export class TakeTurns1764600000000 implements MigrationInterface {
  readonly name = 'TakeTurns1764600000000';

  async up(runner: QueryRunner): Promise<void> {
    // Before the statement, and so before its first row is given a number.
    await runner.query(`
      CREATE FUNCTION take_turn() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          PERFORM pg_advisory_xact_lock(hashtextextended('customer360.touchpoints.sequence', 0));
          RETURN NULL;
        END $$;
      CREATE TRIGGER touchpoint_takes_turn BEFORE INSERT ON touchpoint FOR EACH STATEMENT EXECUTE FUNCTION take_turn();
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TRIGGER touchpoint_takes_turn ON touchpoint;
      DROP FUNCTION take_turn();
    `);
  }
}
