import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What every subgraph keeps of events: those that it has yet to publish, those that it has taken in, and those that it could not. */
export class CreateEvents1764000000000 implements MigrationInterface {
  readonly name = 'CreateEvents1764000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE outbox (
        position bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
        event jsonb NOT NULL
      );
      CREATE TABLE inbox (
        consumer text NOT NULL,
        event_id uuid NOT NULL,
        received_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (consumer, event_id)
      );
      CREATE INDEX inbox_by_received ON inbox (received_at);
      CREATE TABLE dead_letter (
        consumer text NOT NULL,
        event_id text NOT NULL,
        event jsonb NOT NULL,
        reason text NOT NULL,
        parked_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (consumer, event_id)
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE dead_letter, inbox, outbox');
  }
}
