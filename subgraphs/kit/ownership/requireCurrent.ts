import type { EntityManager } from 'typeorm';
import { validate as isUuid } from 'uuid';
import { serviceUnavailable } from '../graph/errors.js';
import { Aliases } from './Aliases.js';
import type { Change } from './changedCustomers.js';
import { holdCustomers } from './holdCustomer.js';
import { idsAt } from './whose.js';

/** Between a call and its write a customer whom it names became another one: it is done anew, by who they are now. Nothing was written. */
export class CustomersChanged extends Error {}

/** How often a call is done anew. */
const MOST_TRIES = 10;

/**
 * Sees to it that the customers whom a mutation names are who they were when it began, and stay so until the transaction ends: what it reads of them, and what
 * it then writes, is of the same.
 *
 * @param manager of a transaction that has done nothing yet
 * @throws CustomersChanged when they are not
 */
export async function requireCurrent(manager: EntityManager, { args, names }: Change): Promise<void> {
  const ids = [...new Set(idsAt(args, names).filter((id) => isUuid(id)))].map((id) => id.toLowerCase());
  if (ids.length === 0) return;
  const current = await holdCustomers(manager, ids);
  if (current.every((id, index) => id === ids[index])) return;
  // What this process did not take in itself, it has not heard of yet.
  Aliases.note(manager.dataSource, ids);
  throw new CustomersChanged();
}

/**
 * Does something anew as long as customers become others meanwhile.
 * @throws SERVICE_UNAVAILABLE when that does not end
 */
export async function untilCurrent<R>(work: () => Promise<R>): Promise<R> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof CustomersChanged)) throw error;
      if (tries === MOST_TRIES) {
        throw serviceUnavailable('the customer was merged and unmerged again and again meanwhile; nothing was written');
      }
    }
  }
}
