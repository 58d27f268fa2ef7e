import type { MigrationInterface, QueryRunner } from 'typeorm';

/** An event about customers that cannot be taken in is held, and later ones about the same customers wait behind it. */
export class HoldEvents1764500000000 implements MigrationInterface {
  readonly name = 'HoldEvents1764500000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE dead_letter
        -- In which order they were parked or held.
        ADD COLUMN position bigint GENERATED ALWAYS AS IDENTITY,
        -- Whom a held event is about; of one that was parked, nothing waits for it.
        ADD COLUMN held_for uuid[],
        -- The event that it waits for; of one that failed itself, none.
        ADD COLUMN waits_behind text;
      CREATE INDEX dead_letter_held ON dead_letter (consumer, position) WHERE held_for IS NOT NULL;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE dead_letter DROP COLUMN waits_behind, DROP COLUMN held_for, DROP COLUMN position');
  }
}
