import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Touchpoints that other subgraphs report: an order has several, so a source is unique only among those that are recorded from outside.
 * And what holds a conversation together.
 */
export class ReportTouchpoints1764000000000 implements MigrationInterface {
  readonly name = 'ReportTouchpoints1764000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE touchpoint
        ADD COLUMN reported boolean NOT NULL DEFAULT false,
        ADD COLUMN thread_key text;
      CREATE UNIQUE INDEX touchpoint_by_recorded_source ON touchpoint (source_type, source_id)
        WHERE source_type IS NOT NULL AND NOT reported;
      DROP INDEX touchpoint_by_source;
      CREATE INDEX touchpoint_by_source ON touchpoint (source_type, source_id) WHERE source_type IS NOT NULL;
      CREATE INDEX touchpoint_by_thread ON touchpoint (customer_id, thread_key) WHERE thread_key IS NOT NULL;
      CREATE UNIQUE INDEX touchpoint_by_sequence ON touchpoint (sequence);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX touchpoint_by_sequence, touchpoint_by_thread, touchpoint_by_source;
      DELETE FROM touchpoint WHERE reported;
      DROP INDEX touchpoint_by_recorded_source;
      CREATE UNIQUE INDEX touchpoint_by_source ON touchpoint (source_type, source_id) WHERE source_type IS NOT NULL;
      ALTER TABLE touchpoint DROP COLUMN reported, DROP COLUMN thread_key;
    `);
  }
}
