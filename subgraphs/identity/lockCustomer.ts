import type { EntityManager } from 'typeorm';
import { nameMerged } from '../kit/flow/nameCustomers.js';
import { badUserInput } from '../kit/graph/errors.js';
import { Customer } from './entities/Customer.js';
import { type Change, lockRow } from './lockRow.js';

/**
 * The customer, locked until the transaction ends, to be changed: who is by now whom the caller named, where they were merged or unmerged while the caller
 * waited. What is written of them is recorded for whom the caller named.
 * @throws as `lockCustomer`
 */
export async function lockCurrentCustomer(manager: EntityManager, change: Change): Promise<Customer> {
  const customer = await lockCustomer(manager, change);
  const [row] = await manager.query<{ named: string; current: string }[]>(
    `SELECT n.id AS named, coalesce(a.canonical_id, n.id) AS current
     FROM (SELECT named_customer($1) AS id) AS n LEFT JOIN customer_alias a ON a.customer_id = n.id`,
    [customer.id],
  );
  const { named, current } = row ?? { named: customer.id, current: customer.id };
  if (current === customer.id) return customer;
  if (current !== named) await nameMerged(manager, named, current);
  return lockCurrentCustomer(manager, { ...change, id: current, expectedVersion: null });
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
