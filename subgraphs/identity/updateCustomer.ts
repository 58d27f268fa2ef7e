import type { EntityManager } from 'typeorm';
import type { z } from 'zod';
import { badUserInput } from '../kit/graph/errors.js';
import type { Idempotency } from '../kit/flow/oncePerKey.js';
import type { RequestContext } from '../kit/serve/RequestContext.js';
import { changeCustomer } from './changeCustomer.js';
import type { updateCustomerInput } from './customerInput.js';
import type { Customer } from './entities/Customer.js';
import { CustomerIdentifier } from './entities/CustomerIdentifier.js';
import { Household } from './entities/Household.js';
import type { Change } from './lockRow.js';

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
 * @throws BAD_USER_INPUT for an unknown customer or household; CONFLICT when the version is stale
 */
export async function updateCustomer(
  context: RequestContext,
  change: Change,
  input: z.output<typeof updateCustomerInput>,
  once: Idempotency,
): Promise<Customer> {
  return changeCustomer(context, change, once, async (manager, customer) => {
    const { emails, phones, ...columns } = input;
    if (columns.householdId && !(await manager.existsBy(Household, { id: columns.householdId }))) {
      throw badUserInput(`input.householdId: there is no Household ${columns.householdId}`, 'input.householdId');
    }
    await replaceIdentifiers(manager, customer.id, 'EMAIL', emails);
    await replaceIdentifiers(manager, customer.id, 'PHONE', phones);
    const changed = Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined));
    Object.assign(customer, changed);
    return true;
  });
}
