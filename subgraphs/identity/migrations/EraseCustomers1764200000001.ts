import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When and why a customer was erased. It only adds, so the version of the code before this can go on writing. */
export class EraseCustomers1764200000001 implements MigrationInterface {
  readonly name = 'EraseCustomers1764200000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE customer
        ADD COLUMN erased_at timestamptz,
        ADD COLUMN erasure_reason text
          CHECK (erasure_reason IN ('REQUESTED', 'NO_LONGER_NEEDED', 'UNLAWFUL', 'MISTAKE'));
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE customer DROP COLUMN erased_at, DROP COLUMN erasure_reason');
  }
}
