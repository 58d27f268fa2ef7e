import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * An idempotency key belongs to who sends it: two applications that count alike do not hear each other's answers. Of keys from before nobody knows whose they
 * are; as long as they are kept, they hold for all.
 */
export class KeysOfCallers1764300000000 implements MigrationInterface {
  readonly name = 'KeysOfCallers1764300000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE idempotency_key ADD COLUMN caller text NOT NULL DEFAULT '';
      ALTER TABLE idempotency_key ALTER COLUMN caller DROP DEFAULT;
      ALTER TABLE idempotency_key DROP CONSTRAINT idempotency_key_pkey, ADD PRIMARY KEY (key, caller);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DELETE FROM idempotency_key a WHERE EXISTS (SELECT FROM idempotency_key b WHERE b.key = a.key AND b.caller < a.caller);
      ALTER TABLE idempotency_key DROP CONSTRAINT idempotency_key_pkey, ADD PRIMARY KEY (key);
      ALTER TABLE idempotency_key DROP COLUMN caller;
    `);
  }
}
