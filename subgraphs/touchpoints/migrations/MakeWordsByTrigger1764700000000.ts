import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The words of a touchpoint are made when its summary is written. As a generated column they were made anew with every update of the row, because of its
 * triggers: with each of a hundred thousand rows that follow a merge.
 */
export class MakeWordsByTrigger1764700000000 implements MigrationInterface {
  readonly name = 'MakeWordsByTrigger1764700000000';

  async up(runner: QueryRunner): Promise<void> {
    const [row] = (await runner.query('SELECT quote_ident(current_schema()) AS schema')) as { schema: string }[];
    await runner.query(`
      ALTER TABLE touchpoint ALTER COLUMN words DROP EXPRESSION;
      CREATE FUNCTION make_words() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          NEW.words := ${row?.schema ?? ''}.words_of(NEW.summary);
          RETURN NEW;
        END $$;
      CREATE TRIGGER touchpoint_makes_words BEFORE INSERT OR UPDATE OF summary, words ON touchpoint FOR EACH ROW EXECUTE FUNCTION make_words();
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TRIGGER touchpoint_makes_words ON touchpoint;
      DROP FUNCTION make_words();
      DROP INDEX touchpoint_by_words;
      ALTER TABLE touchpoint DROP COLUMN words;
      ALTER TABLE touchpoint ADD COLUMN words tsvector GENERATED ALWAYS AS (words_of(summary)) STORED;
      CREATE INDEX touchpoint_by_words ON touchpoint USING gin (words);
    `);
  }
}
