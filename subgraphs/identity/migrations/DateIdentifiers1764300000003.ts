import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Since when and until when a customer has an address or a number; of what was known before, nobody knows since when. */
export class DateIdentifiers1764300000003 implements MigrationInterface {
  readonly name = 'DateIdentifiers1764300000003';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE customer_identifier ADD COLUMN since timestamptz, ADD COLUMN until timestamptz, ADD COLUMN said_by uuid;
      ALTER TABLE customer_identifier ALTER COLUMN since SET DEFAULT now();
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE customer_identifier DROP COLUMN since, DROP COLUMN until, DROP COLUMN said_by');
  }
}
