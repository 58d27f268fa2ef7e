import type { EntityManager } from 'typeorm';
import type { Idempotency } from '../kit/flow/oncePerKey.js';
import type { RequestContext } from '../kit/serve/RequestContext.js';
import { Customer } from './entities/Customer.js';
import { lockCustomer } from './lockCustomer.js';
import type { Change } from './lockRow.js';

/**
 * Changes something of a customer, alone: whoever changes the same customer at the same time waits.
 * @param work changes rows; returns whether anything changed, so that saying again what is known already leaves the version alone
 * @throws BAD_USER_INPUT for a customer who is unknown or was erased; CONFLICT when the version is stale
 */
export function changeCustomer(
  context: RequestContext,
  change: Change,
  once: Idempotency,
  work: (manager: EntityManager, customer: Customer) => Promise<boolean>,
): Promise<Customer> {
  return context.write(async (manager) => {
    const customer = await lockCustomer(manager, change);
    return (await work(manager, customer)) ? touch(manager, customer) : customer;
  }, once);
}

/**
 * Notes that something of a customer changed, whose row the transaction has locked.
 * @returns the customer as they are now
 */
export async function touch(manager: EntityManager, { id, version }: Customer): Promise<Customer> {
  await manager.update(Customer, { id }, { updatedAt: new Date(), version: version + 1 });
  return manager.findOneByOrFail(Customer, { id });
}
