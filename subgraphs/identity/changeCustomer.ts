import type { EntityManager } from 'typeorm';
import type { Idempotency } from '../kit/flow/oncePerKey.js';
import type { RequestContext } from '../kit/serve/RequestContext.js';
import type { Customer } from './entities/Customer.js';
import { lockCurrentCustomer } from './lockCustomer.js';
import type { Change } from './lockRow.js';

/**
 * Changes something of a customer, alone: whoever changes the same customer at the same time waits.
 * @param work changes rows, or columns of the customer given to it; returns whether anything changed, so that saying again
 *   what is known already leaves the version alone
 * @throws BAD_USER_INPUT for a customer who is unknown or was erased; CONFLICT when the version is stale
 */
export function changeCustomer(
  context: RequestContext,
  change: Change,
  once: Idempotency,
  work: (manager: EntityManager, customer: Customer) => Promise<boolean>,
): Promise<Customer> {
  return context.write(async (manager) => {
    const customer = await lockCurrentCustomer(manager, change);
    if (!(await work(manager, customer))) return customer;
    Object.assign(customer, { updatedAt: new Date(), version: customer.version + 1 });
    return manager.save(customer);
  }, once);
}
