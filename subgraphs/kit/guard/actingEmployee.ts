import type { EntityManager } from 'typeorm';
import { type Caller, hasScope, SCOPES } from '../../../schema/contract.js';
import { forbidden, serviceUnavailable } from '../graph/errors.js';
import { requireActive } from './requireActive.js';

/**
 * Which employee does what a mutation writes down: the caller, where an employee signs in as them, else the one that is given. Call it as `requireActive`,
 * before rows are locked.
 * @param given whom the caller names; only who may act for others may name another than themselves, an application that is nobody included
 * @param argument the argument that names them: `input.employeeId`
 * @returns the id; null where nobody is given and no employee signs in as the caller
 * @throws FORBIDDEN for another employee without the scope; BAD_USER_INPUT for one who is unknown or left
 */
export async function actingEmployee(
  { caller }: { readonly caller: Caller },
  manager: EntityManager,
  given: string | null | undefined,
  argument: string,
): Promise<string | null> {
  const own = await employeeOf(caller, manager);
  const id = given?.toLowerCase() ?? own;
  if (id !== own && !hasScope(caller, SCOPES.actForStaff)) {
    const who = own === null ? 'no employee signs in as you' : `you are Employee ${own}`;
    throw forbidden(
      `${argument}: ${who}, and to act for another needs the scope "${SCOPES.actForStaff}"`,
      argument,
      SCOPES.actForStaff,
    );
  }
  await requireActive(manager, { [argument]: id });
  return id;
}

async function employeeOf({ subject }: Caller, manager: EntityManager): Promise<string | null> {
  const rows = await manager.query<{ id: string }[]>(
    '/* employees */ SELECT id FROM employee_copy WHERE subject = $1 LIMIT 2',
    [subject],
  );
  if (rows.length > 1) throw serviceUnavailable('Which employee you are changes at this moment; try again.');
  return rows[0]?.id ?? null;
}
