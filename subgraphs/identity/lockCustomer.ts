import type { EntityManager } from 'typeorm';
import { nameMerged } from '../kit/flow/nameCustomers.js';
import { badUserInput } from '../kit/graph/errors.js';
import { Customer } from './entities/Customer.js';
import { type Change, lockRow } from './lockRow.js';

/**
 * The customer, locked until the transaction ends, to be changed: the one into whom they were merged, where that happened while the caller waited.
 * What is written of them is recorded for whom the caller named.
 * @throws as `lockCustomer`
 */
export async function lockCurrentCustomer(manager: EntityManager, change: Change): Promise<Customer> {
  const customer = await lockCustomer(manager, change);
  if (customer.mergedInto === null) return customer;
  await nameMerged(manager, customer.id, customer.mergedInto);
  return lockCurrentCustomer(manager, { ...change, id: customer.mergedInto, expectedVersion: null });
}

/**
 * The customer with this very id, locked until the transaction ends, to be changed.
 * @throws BAD_USER_INPUT when there is none, or they were erased; CONFLICT when its version is another than the expected one
 */
export async function lockCustomer(manager: EntityManager, change: Change): Promise<Customer> {
  const customer = await lockRow(manager, Customer, change);
  if (customer.erasedAt === null) return customer;
  throw badUserInput(`${change.argument}: the customer was erased; nothing can be written of them`, change.argument);
}
