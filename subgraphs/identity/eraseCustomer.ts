import { validate as isUuid } from 'uuid';
import { customerErased } from '../../schema/contract.js';
import { holdAlone } from '../kit/ownership/takeInAliases.js';
import { eraseCustomers } from '../kit/ownership/eraseCustomers.js';
import { conflict } from '../kit/graph/errors.js';
import type { Idempotency } from '../kit/flow/oncePerKey.js';
import type { RequestContext } from '../kit/serve/RequestContext.js';
import { Customer, type ErasureReason } from './entities/Customer.js';
import { type Change, lockRow } from './lockRow.js';
import { rootOf } from './mergeCustomers.js';

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
    // Who they are when it is their turn: an unmerge may have gone first.
    const customerIds = isUuid(change.id) ? [...(await holdAlone(manager, [change.id]))] : [];
    const id = await rootOf(manager, change.id);
    const customer = await lockRow(manager, Customer, { ...change, id, expectedVersion: null });
    if (customer.erasedAt !== null) return customer;
    if (change.expectedVersion !== null && change.expectedVersion !== customer.version) {
      throw conflict('The customer', customer.version);
    }
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
