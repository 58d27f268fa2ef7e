import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a subgraph knows of our employees, whom identity owns: the events of identity bring it (`employeeChanges`). */
export class CreateEmployeeCopy1764400000000 implements MigrationInterface {
  readonly name = 'CreateEmployeeCopy1764400000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE employee_copy (
        id uuid PRIMARY KEY,
        name text NOT NULL,
        team text,
        active boolean NOT NULL,
        subject text,
        version integer NOT NULL
      );
      -- Not unique: while a subject goes from one to another, both may have it here for a moment.
      CREATE INDEX employee_copy_by_subject ON employee_copy (subject) WHERE subject IS NOT NULL;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE employee_copy');
  }
}
