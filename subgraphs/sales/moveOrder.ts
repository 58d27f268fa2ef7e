import { badUserInput } from '../kit/graph/errors.js';
import type { Idempotency } from '../kit/flow/oncePerKey.js';
import type { RequestContext } from '../kit/serve/RequestContext.js';
import { Order, type OrderStatus } from './entities/Order.js';
import { lockRow } from './lockRow.js';
import { reportOrderMove } from './reports.js';

/** What can follow: an order goes forwards, over steps that do not apply, and can be cancelled until it is delivered. */
const NEXT: Readonly<Record<OrderStatus, readonly OrderStatus[]>> = {
  PLACED: ['CONFIRMED', 'SHIPPED', 'DELIVERED', 'CANCELLED'],
  CONFIRMED: ['SHIPPED', 'DELIVERED', 'CANCELLED'],
  SHIPPED: ['DELIVERED', 'CANCELLED'],
  DELIVERED: [],
  CANCELLED: [],
};

/**
 * Moves an order on.
 * @param expectedVersion the version that the caller has seen; null to move whatever is there
 * @throws BAD_USER_INPUT for an unknown order or a status that cannot follow (`extensions.allowed` lists those that can);
 *   CONFLICT when the version is stale
 */
export async function moveOrder(
  context: RequestContext,
  id: string,
  status: OrderStatus,
  expectedVersion: number | null,
  once: Idempotency,
): Promise<Order> {
  return context.write(async (manager, outbox) => {
    const order = await lockRow(manager, Order, { argument: 'id', id, expectedVersion });
    const allowed = NEXT[order.status];
    if (!allowed.includes(status)) {
      throw badUserInput(`status: an order that is ${order.status} cannot become ${status}`, 'status', { allowed });
    }
    Object.assign(order, { status, updatedAt: new Date(), version: order.version + 1 });
    reportOrderMove(outbox, order);
    return manager.save(order);
  }, once);
}
