import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Tells rows that an import gave to a customer for demonstration from those that are really theirs. It only adds. */
export class MarkDemoLinksInService1764000000000 implements MigrationInterface {
  readonly name = 'MarkDemoLinksInService1764000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE service_case ADD COLUMN demo_linked boolean NOT NULL DEFAULT false');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE service_case DROP COLUMN demo_linked');
  }
}
