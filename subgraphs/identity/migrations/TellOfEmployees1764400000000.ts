import type { MigrationInterface, QueryRunner } from 'typeorm';
import { employeeChanged, MOST_EMPLOYEES_IN_EVENT } from '../../../schema/contract.js';

/**
 * Binds employees to those who sign in, and tells the other subgraphs of each change of an employee, whoever makes it: a mutation, an import, the seed. It
 * tells of all who are there already. An employee is told of again where their version has risen.
 */
export class TellOfEmployees1764400000000 implements MigrationInterface {
  readonly name = 'TellOfEmployees1764400000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE employee
        ADD COLUMN subject text,
        ADD COLUMN told_at timestamptz NOT NULL DEFAULT now(),
        ADD CONSTRAINT employee_subject UNIQUE (subject);
      CREATE INDEX employee_by_told_at ON employee (told_at);

      CREATE FUNCTION tell_of_employees(ids uuid[]) RETURNS void LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
        BEGIN
          INSERT INTO outbox (event) SELECT jsonb_build_object(
            'specversion', '1.0', 'id', gen_random_uuid(), 'source', '/customer360/identity',
            'type', '${employeeChanged.type}', 'subject', 'employees',
            'time', to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'datacontenttype', 'application/json',
            'data', jsonb_build_object('employees', jsonb_agg(employee ORDER BY number)))
          FROM (
            SELECT jsonb_build_object('id', id, 'name', name, 'team', team, 'active', active, 'subject', subject, 'version', version)
              AS employee, row_number() OVER (ORDER BY id) AS number
            FROM employee WHERE id = ANY (ids)
          ) AS e GROUP BY (number - 1) / ${MOST_EMPLOYEES_IN_EVENT};
        END $$;

      CREATE FUNCTION tell_of_new_employees() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
        BEGIN
          PERFORM tell_of_employees(ARRAY(SELECT id FROM employees_after));
          RETURN NULL;
        END $$;
      CREATE TRIGGER employee_told AFTER INSERT ON employee
        REFERENCING NEW TABLE AS employees_after FOR EACH STATEMENT EXECUTE FUNCTION tell_of_new_employees();

      CREATE FUNCTION tell_of_changed_employees() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
        BEGIN
          PERFORM tell_of_employees(ARRAY(
            SELECT a.id FROM employees_after a JOIN employees_before b USING (id) WHERE a.version > b.version));
          RETURN NULL;
        END $$;
      CREATE TRIGGER employee_change_told AFTER UPDATE ON employee
        REFERENCING OLD TABLE AS employees_before NEW TABLE AS employees_after
        FOR EACH STATEMENT EXECUTE FUNCTION tell_of_changed_employees();

      SELECT tell_of_employees(ARRAY(SELECT id FROM employee));
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TRIGGER employee_change_told ON employee;
      DROP TRIGGER employee_told ON employee;
      DROP FUNCTION tell_of_changed_employees(), tell_of_new_employees(), tell_of_employees(uuid[]);
      ALTER TABLE employee DROP COLUMN told_at, DROP COLUMN subject;
    `);
  }
}
