import type { EntityManager } from 'typeorm';
import { type EmployeeChanged, employeeChanged } from '../../../schema/contract.js';
import { type EventConsumer, eventConsumer } from './EventConsumer.js';

/**
 * Takes from employees who left what they still had to look after, so that it shows as nobody's; what they did stays theirs.
 * @param employeeIds those who left; perhaps long ago, so that they hold nothing any more
 * @param manager of a transaction in which nothing can be given to them any more
 */
export type Release = (manager: EntityManager, employeeIds: readonly string[]) => Promise<void>;

/** Takes in who our employees are, into `employee_copy`. Every subgraph has this consumer, but for their owner. */
export function employeeChanges(release: Release | undefined): EventConsumer {
  return eventConsumer({
    name: 'employees',
    event: employeeChanged,
    async handle(events, manager) {
      for (const { data } of events) {
        const left = await takeInEmployees(manager, data.employees);
        // In a statement after the one that locked their rows: it sees what was given to them until then.
        if (left.length > 0) await release?.(manager, left);
      }
    },
  });
}

/**
 * Takes in what is known of employees; of each, the newest holds, in whatever order it comes.
 * @returns the ids of those who are not active
 */
async function takeInEmployees(manager: EntityManager, employees: EmployeeChanged['employees']): Promise<string[]> {
  const taken = await manager.query<{ id: string; active: boolean }[]>(
    `INSERT INTO employee_copy (id, name, team, active, subject, version)
     SELECT DISTINCT ON (id) id, name, team, active, subject, version
     FROM jsonb_to_recordset($1::jsonb) AS e (id uuid, name text, team text, active boolean, subject text, version integer)
     ORDER BY id, version DESC
     ON CONFLICT (id) DO UPDATE SET name = excluded.name, team = excluded.team, active = excluded.active,
       subject = excluded.subject, version = excluded.version
       WHERE employee_copy.version < excluded.version
     RETURNING id, active`,
    [JSON.stringify(employees)],
  );
  return taken.flatMap(({ id, active }) => (active ? [] : [id]));
}
