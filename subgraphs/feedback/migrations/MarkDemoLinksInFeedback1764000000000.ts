import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Tells rows that an import gave to a customer for demonstration from those that are really theirs. It only adds. */
export class MarkDemoLinksInFeedback1764000000000 implements MigrationInterface {
  readonly name = 'MarkDemoLinksInFeedback1764000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE survey_response ADD COLUMN demo_linked boolean NOT NULL DEFAULT false');
    await runner.query('ALTER TABLE review ADD COLUMN demo_linked boolean NOT NULL DEFAULT false');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE survey_response DROP COLUMN demo_linked');
    await runner.query('ALTER TABLE review DROP COLUMN demo_linked');
  }
}
