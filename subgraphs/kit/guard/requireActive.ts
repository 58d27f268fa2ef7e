import type { EntityManager } from 'typeorm';
import { badUserInput } from '../graph/errors.js';
import { lockEmployees } from './lockEmployees.js';

/**
 * Makes sure that something can be given to employees: that they exist and work with us. Call it before rows are locked that an employee may hold: so do
 * those who hear that an employee left, and neither waits for the other.
 * @param manager of the transaction that gives it
 * @param employees ids by the arguments that give them: `{ 'input.ownerId': '0190…' }`; null and undefined are passed over
 * @throws BAD_USER_INPUT that names the first argument whose employee is unknown or left
 */
export async function requireActive(
  manager: EntityManager,
  employees: Readonly<Record<string, string | null | undefined>>,
): Promise<void> {
  const given = Object.entries(employees).flatMap(([argument, id]) =>
    typeof id === 'string' ? [{ argument, id: id.toLowerCase() }] : [],
  );
  if (given.length === 0) return;
  const active = await lockEmployees(
    manager,
    given.map(({ id }) => id),
  );
  for (const { argument, id } of given) {
    const isActive = active.get(id);
    if (isActive === undefined) throw badUserInput(`${argument}: there is no Employee ${id}`, argument);
    if (!isActive) throw badUserInput(`${argument}: Employee ${id} does not work with us any more`, argument);
  }
}
