import { customerErased } from '../../schema/contract.js';
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
    const customer = await lockRow(manager, Customer, { ...change, expectedVersion: null });
    if (customer.erasedAt !== null) return customer;
    if (change.expectedVersion !== null && change.expectedVersion !== customer.version) {
      throw conflict('The customer', customer.version);
    }
    const erasedIds = await eraseCustomers(manager, [customer.id]);
    await manager.query(
      `UPDATE customer SET erased_at = now(), updated_at = now(), version = version + 1
       WHERE id = ANY($1::uuid[]) AND erased_at IS NULL`,
      [erasedIds],
    );
    await manager.update(Customer, { id: customer.id }, { erasureReason: reason });
    const erased = await manager.findOneByOrFail(Customer, { id: customer.id });
    const erasedAt = (erased.erasedAt ?? new Date()).toISOString();
    outbox.add(customerErased, customer.id, { customerId: customer.id, erasedAt });
    return erased;
  }, once);
}
