import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The index by which each process finds, every second, who was merged lately. */
export class DateAliases1764450000003 implements MigrationInterface {
  readonly name = 'DateAliases1764450000003';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'CREATE INDEX customer_alias_by_time ON customer_alias (merged_at) WHERE canonical_id <> customer_id',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX customer_alias_by_time');
  }
}
