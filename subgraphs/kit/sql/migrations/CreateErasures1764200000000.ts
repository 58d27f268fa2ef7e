import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Whom a subgraph has erased, so that what comes late is not written down again. It holds ids only. */
export class CreateErasures1764200000000 implements MigrationInterface {
  readonly name = 'CreateErasures1764200000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE erased_customer (
        customer_id uuid PRIMARY KEY,
        erased_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX erased_customer_by_time ON erased_customer (erased_at);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE erased_customer');
  }
}
