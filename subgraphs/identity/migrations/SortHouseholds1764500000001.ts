import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Households in the order in which they were recorded, which tells nothing of their names. */
export class SortHouseholds1764500000001 implements MigrationInterface {
  readonly name = 'SortHouseholds1764500000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE INDEX household_by_created ON household (created_at, id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX household_by_created');
  }
}
