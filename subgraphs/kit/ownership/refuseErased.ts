import type { EntityManager } from 'typeorm';
import { badUserInput } from '../graph/errors.js';
import type { Change } from './changedCustomers.js';

/** The setting of a transaction in which a mutation writes, as a caller asked for it. */
export const ASKED_BY_CALLER = 'customer360.asked_by_caller';

/** The code with which the database refuses a row of a customer who was erased: see `deriveOwners`. */
export const OF_ERASED = 'C3601';

/** Lets the database refuse, until the transaction ends, what is written of customers who were erased. */
export async function askByCaller(manager: EntityManager): Promise<void> {
  await manager.query(`SET LOCAL ${ASKED_BY_CALLER} = 'on'`);
}

/**
 * What the caller reads where the database refused a row of an erased customer; any other error as it is.
 * @param change the mutation
 */
export function refusalOfErased(error: unknown, { args }: Pick<Change, 'args'>): unknown {
  const isRefusal = typeof error === 'object' && error !== null && 'code' in error && error.code === OF_ERASED;
  if (!isRefusal) return error;
  const [argument = ''] = Object.keys(args);
  return badUserInput(`${argument}: the customer was erased; nothing can be written of them`, argument);
}
