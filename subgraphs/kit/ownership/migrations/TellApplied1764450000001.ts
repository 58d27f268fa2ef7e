import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which merges and unmerges identity is still to be told of that they are applied: at first all there were. */
export class TellApplied1764450000001 implements MigrationInterface {
  readonly name = 'TellApplied1764450000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE customer_alias ADD COLUMN is_told boolean NOT NULL DEFAULT false;
      CREATE INDEX customer_alias_untold ON customer_alias (position) WHERE NOT is_told;
      CREATE INDEX customer_alias_due_by_position ON customer_alias (position) WHERE NOT is_applied;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE customer_alias DROP COLUMN is_told; DROP INDEX customer_alias_due_by_position');
  }
}
