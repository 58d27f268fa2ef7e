import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Lets what an employee had to look after be nobody's when they leave. The version of the code before this can go on writing. */
export class ReleaseInSales1764400000001 implements MigrationInterface {
  readonly name = 'ReleaseInSales1764400000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE handover ALTER COLUMN to_id DROP NOT NULL;
      -- Whoever did the activity takes its next step, unless it was given to somebody else, or who had it left.
      ALTER TABLE activity DROP COLUMN next_step_employee_id, ADD COLUMN next_step_released boolean NOT NULL DEFAULT false;
      ALTER TABLE activity ADD COLUMN next_step_employee_id uuid
        GENERATED ALWAYS AS (CASE WHEN NOT next_step_released THEN coalesce(next_step_owner_id, employee_id) END) STORED;
      CREATE INDEX activity_by_next_step_employee ON activity (next_step_employee_id, next_step_due_at, id)
        WHERE next_step_due_at IS NOT NULL AND next_step_done_at IS NULL;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE activity DROP COLUMN next_step_employee_id, DROP COLUMN next_step_released;
      ALTER TABLE activity ADD COLUMN next_step_employee_id uuid
        GENERATED ALWAYS AS (coalesce(next_step_owner_id, employee_id)) STORED;
      CREATE INDEX activity_by_next_step_employee ON activity (next_step_employee_id, next_step_due_at, id)
        WHERE next_step_due_at IS NOT NULL AND next_step_done_at IS NULL;
      DELETE FROM handover_item WHERE handover_id IN (SELECT id FROM handover WHERE to_id IS NULL);
      DELETE FROM handover WHERE to_id IS NULL;
      ALTER TABLE handover ALTER COLUMN to_id SET NOT NULL;
    `);
  }
}
