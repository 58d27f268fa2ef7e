import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Erasures as jobs with receipts, and legal holds. Whoever was erased before has an erasure too: nobody owes a receipt for it, since none were given, and who asked for it is
 * in the audit log.
 */
export class AccountForErasures1764800000001 implements MigrationInterface {
  readonly name = 'AccountForErasures1764800000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE erasure (
        id uuid PRIMARY KEY,
        customer_id uuid NOT NULL REFERENCES customer (id),
        customer_ids uuid[] NOT NULL DEFAULT '{}',
        erased_as uuid,
        reason text NOT NULL CHECK (reason IN ('REQUESTED', 'NO_LONGER_NEEDED', 'UNLAWFUL', 'MISTAKE')),
        requested_by text NOT NULL,
        requested_at timestamptz NOT NULL,
        started_at timestamptz,
        done_at timestamptz,
        subgraphs text[] NOT NULL,
        CHECK ((erased_as IS NULL) = (started_at IS NULL))
      );
      CREATE UNIQUE INDEX erasure_by_customer ON erasure (customer_id);
      CREATE INDEX erasure_by_requested ON erasure (requested_at, id);
      CREATE INDEX erasure_by_erased_as ON erasure (erased_as);
      CREATE INDEX erasure_held ON erasure (requested_at) WHERE started_at IS NULL;
      CREATE TABLE erasure_receipt (
        customer_id uuid NOT NULL,
        subgraph text NOT NULL,
        erased_at timestamptz NOT NULL,
        rows jsonb NOT NULL,
        signature text,
        received_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (customer_id, subgraph)
      );
      CREATE TABLE legal_hold (
        id uuid PRIMARY KEY,
        customer_id uuid NOT NULL REFERENCES customer (id),
        reason text,
        placed_by text NOT NULL,
        placed_at timestamptz NOT NULL,
        until timestamptz,
        released_by text,
        released_at timestamptz
      );
      CREATE INDEX legal_hold_by_customer ON legal_hold (customer_id, id);
      CREATE INDEX legal_hold_by_placed ON legal_hold (placed_at, id);
      INSERT INTO erasure (id, customer_id, customer_ids, erased_as, reason, requested_by, requested_at, started_at, done_at, subgraphs)
        SELECT gen_random_uuid(), c.id, ARRAY(SELECT c.id UNION SELECT a.customer_id FROM customer_alias a WHERE a.canonical_id = c.id), c.id, coalesce(c.erasure_reason, 'REQUESTED'), 'unknown', c.erased_at, c.erased_at, c.erased_at, '{}'
        FROM customer c WHERE c.erased_at IS NOT NULL AND c.merged_into IS NULL;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE legal_hold, erasure_receipt, erasure');
  }
}
