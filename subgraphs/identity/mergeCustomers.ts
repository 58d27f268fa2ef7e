import type { EntityManager } from 'typeorm';
import { validate as isUuid } from 'uuid';
import { customerMerged, customerUnmerged } from '../../schema/contract.js';
import { badUserInput } from '../kit/graph/errors.js';
import { mergeRows } from '../kit/ownership/mergeRows.js';
import { unmergeRows } from '../kit/ownership/unmergeRows.js';
import type { Idempotency } from '../kit/flow/oncePerKey.js';
import type { RequestContext } from '../kit/serve/RequestContext.js';
import type { Customer } from './entities/Customer.js';
import { lockCustomer } from './lockCustomer.js';
import type { Change } from './lockRow.js';

/**
 * Makes one customer of two: here, and by an event everywhere else. Who is merged into the other already stays so.
 * @param intoId also of one who was merged: then into whom they were
 * @throws BAD_USER_INPUT for customers who are unknown, erased, the same, of different kinds, or merged into somebody else; CONFLICT when the version is stale
 */
export async function mergeCustomers(
  context: RequestContext,
  change: Change,
  intoId: string,
  once: Idempotency,
): Promise<Customer> {
  const merged = await context.write(async (manager, outbox) => {
    const targetId = await rootOf(manager, intoId);
    const { customer, into } = await lockPair(manager, change, targetId);
    if (customer.mergedInto !== null) {
      if ((await rootOf(manager, customer.id)) === into.id) return into;
      throw badUserInput(
        `customerId: the customer was merged into ${customer.mergedInto} before; take that back, or merge that one`,
        'customerId',
        { customerId: customer.mergedInto },
      );
    }
    if (customer.kind !== into.kind)
      throw badUserInput('intoId: a person and an organization are not the same', 'intoId');
    await mergeRows(manager, customer.id, into.id);
    await manager.save(changed(customer, into.id));
    const ids = { customerId: customer.id, intoId: into.id };
    outbox.add(customerMerged, into.id, { ...ids, mergedAt: new Date().toISOString() });
    return manager.save(changed(into, null));
  }, once);
  context.aliases.note();
  return merged;
}

/**
 * Takes a merge back: the customer has again what was theirs. Who is not merged stays as they are.
 * @throws BAD_USER_INPUT for a customer who is unknown or erased; CONFLICT when the version is stale
 */
export function unmergeCustomer(context: RequestContext, change: Change, once: Idempotency): Promise<Customer> {
  return context.write(async (manager, outbox) => {
    const customer = await lockCustomer(manager, change);
    if (customer.mergedInto === null) return customer;
    const fromId = await rootOf(manager, customer.id);
    const from = await lockCustomer(manager, { id: fromId, argument: 'customerId', expectedVersion: null });
    await unmergeRows(manager, customer.id);
    await manager.save(changed(from, null));
    const ids = { customerId: customer.id, fromId };
    outbox.add(customerUnmerged, fromId, { ...ids, unmergedAt: new Date().toISOString() });
    return manager.save(changed(customer, null));
  }, once);
}

function changed(customer: Customer, mergedInto: string | null): Customer {
  return Object.assign(customer, { mergedInto, updatedAt: new Date(), version: customer.version + 1 });
}

/** Both, locked, the lower id first, so that two callers never wait for each other. */
async function lockPair(
  manager: EntityManager,
  change: Change,
  intoId: string,
): Promise<{ customer: Customer; into: Customer }> {
  const other = { id: intoId, argument: 'intoId', expectedVersion: null };
  if (change.id.toLowerCase() === intoId.toLowerCase()) {
    throw badUserInput('intoId: it is the same customer', 'intoId');
  }
  if (change.id.toLowerCase() < intoId.toLowerCase()) {
    const customer = await lockCustomer(manager, change);
    return { customer, into: await lockCustomer(manager, other) };
  }
  const into = await lockCustomer(manager, other);
  return { customer: await lockCustomer(manager, change), into };
}

/** Who a customer is by now. */
async function rootOf(manager: EntityManager, id: string): Promise<string> {
  if (!isUuid(id)) return id;
  const [alias] = await manager.query<{ id: string }[]>(
    'SELECT canonical_id AS id FROM customer_alias WHERE customer_id = $1',
    [id],
  );
  return alias?.id ?? id;
}
