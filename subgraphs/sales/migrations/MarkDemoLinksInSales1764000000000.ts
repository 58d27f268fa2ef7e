import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Tells rows that an import gave to a customer for demonstration from those that are really theirs. It only adds. */
export class MarkDemoLinksInSales1764000000000 implements MigrationInterface {
  readonly name = 'MarkDemoLinksInSales1764000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE customer_order ADD COLUMN demo_linked boolean NOT NULL DEFAULT false');
    await runner.query('ALTER TABLE opportunity ADD COLUMN demo_linked boolean NOT NULL DEFAULT false');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE customer_order DROP COLUMN demo_linked');
    await runner.query('ALTER TABLE opportunity DROP COLUMN demo_linked');
  }
}
