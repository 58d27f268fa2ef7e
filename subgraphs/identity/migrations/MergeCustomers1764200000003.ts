import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Into whom a customer was merged. It only adds, so the version of the code before this can go on writing. */
export class MergeCustomers1764200000003 implements MigrationInterface {
  readonly name = 'MergeCustomers1764200000003';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE customer ADD COLUMN merged_into uuid REFERENCES customer (id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE customer DROP COLUMN merged_into');
  }
}
