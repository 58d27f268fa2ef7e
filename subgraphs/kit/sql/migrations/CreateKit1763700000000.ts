import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The tables that the kit keeps in every subgraph's schema. */
export class CreateKit1763700000000 implements MigrationInterface {
  readonly name = 'CreateKit1763700000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE idempotency_key (
        key text PRIMARY KEY,
        mutation text NOT NULL,
        hash text NOT NULL,
        answer jsonb,
        created_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX idempotency_key_by_created ON idempotency_key (created_at);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE idempotency_key');
  }
}
