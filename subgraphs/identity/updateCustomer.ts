import type { EntityManager } from 'typeorm';
import { validate as isUuid } from 'uuid';
import type { z } from 'zod';
import { badUserInput, conflict } from '../kit/errors.js';
import type { Idempotency } from '../kit/oncePerKey.js';
import type { RequestContext } from '../kit/RequestContext.js';
import type { updateCustomerInput } from './customerInput.js';
import { Customer } from './entities/Customer.js';
import { CustomerIdentifier } from './entities/CustomerIdentifier.js';
import { Household } from './entities/Household.js';

async function replaceIdentifiers(
  manager: EntityManager,
  customerId: string,
  type: 'EMAIL' | 'PHONE',
  values: readonly string[] | undefined,
): Promise<void> {
  if (values === undefined) return;
  await manager.delete(CustomerIdentifier, { customerId, type });
  await manager.insert(
    CustomerIdentifier,
    values.map((value, position) => ({ customerId, type, value, position })),
  );
}

/**
 * Changes a customer's own data.
 * @param expectedVersion the version that the caller has seen; null to change whatever is there
 * @throws BAD_USER_INPUT for an unknown customer or household; CONFLICT when the version is stale
 */
export async function updateCustomer(
  context: RequestContext,
  id: string,
  input: z.output<typeof updateCustomerInput>,
  expectedVersion: number | null,
  once: Idempotency,
): Promise<Customer> {
  return context.write(async (manager) => {
    const customer = isUuid(id)
      ? await manager.findOne(Customer, { where: { id }, lock: { mode: 'pessimistic_write' } })
      : null;
    if (customer === null) throw badUserInput(`id: there is no Customer ${id}`, 'id');
    if (expectedVersion !== null && customer.version !== expectedVersion)
      throw conflict('The customer', customer.version);

    const { emails, phones, ...columns } = input;
    if (columns.householdId && !(await manager.existsBy(Household, { id: columns.householdId }))) {
      throw badUserInput(`input.householdId: there is no Household ${columns.householdId}`, 'input.householdId');
    }
    await replaceIdentifiers(manager, id, 'EMAIL', emails);
    await replaceIdentifiers(manager, id, 'PHONE', phones);
    const changed = Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined));
    Object.assign(customer, changed, { updatedAt: new Date(), version: customer.version + 1 });
    return manager.save(customer);
  }, once);
}
