import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Of each erasure, what the subgraph did: whom it erased together, how many rows of which table, and whether it has told identity. Of those from before
 * it is told where somebody may await it still: a process of the version before may have taken it in while identity was of this one.
 */
export class KeepErasures1764800000000 implements MigrationInterface {
  readonly name = 'KeepErasures1764800000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE erasure_account (
        customer_id uuid PRIMARY KEY,
        customer_ids uuid[] NOT NULL,
        erased_at timestamptz NOT NULL DEFAULT now(),
        rows jsonb NOT NULL DEFAULT '{}',
        told_at timestamptz
      );
      CREATE INDEX erasure_account_by_time ON erasure_account (erased_at);
      CREATE INDEX erasure_account_untold ON erasure_account (customer_id) WHERE told_at IS NULL;
      INSERT INTO erasure_account (customer_id, customer_ids, erased_at, told_at)
        SELECT customer_id, ARRAY[customer_id], erased_at, CASE WHEN erased_at < now() - interval '14 days' THEN erased_at END FROM erased_customer;
      DROP INDEX erased_customer_by_time;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE erasure_account;
      CREATE INDEX erased_customer_by_time ON erased_customer (erased_at);
    `);
  }
}
