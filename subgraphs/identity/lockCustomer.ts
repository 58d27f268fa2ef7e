import type { EntityManager } from 'typeorm';
import { badUserInput } from '../kit/graph/errors.js';
import { Customer } from './entities/Customer.js';
import { type Change, lockRow } from './lockRow.js';

/**
 * The customer with this very id, locked until the transaction ends, to be changed. Whoever may merge them meanwhile has to be held off first (`holdCustomer`).
 * @throws BAD_USER_INPUT when there is none, or they were erased; CONFLICT when its version is another than the expected one
 */
export async function lockCustomer(manager: EntityManager, change: Change): Promise<Customer> {
  const customer = await lockRow(manager, Customer, change);
  if (customer.erasedAt === null) return customer;
  throw badUserInput(`${change.argument}: the customer was erased; nothing can be written of them`, change.argument);
}
