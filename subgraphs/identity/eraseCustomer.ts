import { customerErased } from '../../schema/contract.js';
import { membersOf } from '../kit/ownership/membersOf.js';
import { eraseCustomers } from '../kit/ownership/eraseCustomers.js';
import { conflict } from '../kit/graph/errors.js';
import type { Idempotency } from '../kit/flow/oncePerKey.js';
import type { RequestContext } from '../kit/serve/RequestContext.js';
import { Customer, type ErasureReason } from './entities/Customer.js';
import { type Change, lockRow } from './lockRow.js';

/**
 * Erases a customer here, and tells all other subgraphs to. Who is erased already stays as they are.
 * @throws BAD_USER_INPUT for an unknown customer; CONFLICT when the version is stale
 */
export function eraseCustomer(
  context: RequestContext,
  change: Change,
  reason: ErasureReason,
  once: Idempotency,
): Promise<Customer> {
  return context.write(async (manager, outbox) => {
    let customer = await lockRow(manager, Customer, { ...change, expectedVersion: null });
    // Merged while one waited.
    while (customer.mergedInto !== null) {
      customer = await lockRow(manager, Customer, { ...change, id: customer.mergedInto, expectedVersion: null });
    }
    if (customer.erasedAt !== null) return customer;
    if (change.expectedVersion !== null && change.expectedVersion !== customer.version) {
      throw conflict('The customer', customer.version);
    }
    const customerIds = [...(await membersOf(manager, [customer.id]))];
    await eraseCustomers(manager, customerIds);
    await manager.query(
      `UPDATE customer SET erased_at = now(), updated_at = now(), version = version + 1
       WHERE id = ANY($1::uuid[]) AND erased_at IS NULL`,
      [customerIds],
    );
    await manager.update(Customer, { id: customer.id }, { erasureReason: reason });
    const erased = await manager.findOneByOrFail(Customer, { id: customer.id });
    const erasedAt = (erased.erasedAt ?? new Date()).toISOString();
    outbox.add(customerErased, customer.id, { customerId: customer.id, customerIds, erasedAt });
    return erased;
  }, once);
}
