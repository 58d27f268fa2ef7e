import type { EntityManager } from 'typeorm';
import { v7 as uuid, validate as isUuid } from 'uuid';
import { customerErased } from '../../../schema/contract.js';
import type { Idempotency } from '../../kit/flow/oncePerKey.js';
import type { Outbox } from '../../kit/flow/Outbox.js';
import { conflict } from '../../kit/graph/errors.js';
import { eraseCustomer as eraseHere } from '../../kit/ownership/eraseCustomer.js';
import { holdAlone } from '../../kit/ownership/takeInAliases.js';
import type { RequestContext } from '../../kit/serve/RequestContext.js';
import { Customer, type ErasureReason } from '../entities/Customer.js';
import { Erasure } from '../entities/Erasure.js';
import { identitySettings } from '../identitySettings.js';
import { finishErasures } from './finishErasures.js';
import { STANDS } from './standingHold.js';
import { type Change, lockRow } from '../lockRow.js';
import { rootOf } from '../mergeCustomers.js';

/**
 * Erases a customer here, and tells all other subgraphs to; while a legal hold stands, it is written down that it is to be done, and nothing else. Of who is erased already,
 * or is to be, it gives the erasure that there is.
 * @throws BAD_USER_INPUT for an unknown customer; CONFLICT when the version is stale
 */
export function eraseCustomer(
  context: RequestContext,
  change: Change,
  reason: ErasureReason,
  once: Idempotency,
): Promise<Erasure> {
  return context.write(async (manager, outbox) => {
    // Who they are when it is their turn: an unmerge may have gone first.
    const members = isUuid(change.id) ? await holdAlone(manager, [change.id]) : [];
    const id = await rootOf(manager, change.id);
    const customer = await lockRow(manager, Customer, { ...change, id, expectedVersion: null });
    const before = await findErasure(manager, members, change.id);
    if (before) return before;
    if (change.expectedVersion !== null && change.expectedVersion !== customer.version) {
      throw conflict('The customer', customer.version);
    }
    const erasure = manager.create(Erasure, {
      id: uuid(),
      customerId: change.id.toLowerCase(),
      customerIds: [],
      erasedAs: null,
      reason,
      requestedBy: context.caller.subject,
      requestedAt: new Date(),
      startedAt: null,
      doneAt: null,
      subgraphs: [...context.settings(identitySettings).subgraphs],
    });
    await manager.insert(Erasure, erasure);
    return beginErasure(manager, outbox, erasure);
  }, once);
}

/** Of those who are one, the erasure that was begun; else the one that was asked for of the very one who is named: they may be taken apart before it begins. */
async function findErasure(manager: EntityManager, members: readonly string[], id: string): Promise<Erasure | null> {
  return manager
    .createQueryBuilder(Erasure, 'e')
    .where('e.erased_as = ANY(:members) OR e.customer_id = :id', { members, id })
    .orderBy('e.started_at', 'ASC', 'NULLS LAST')
    .limit(1)
    .getOne();
}

/**
 * Begins an erasure that was asked for, where no legal hold stands, of all who are one with the customer by now.
 * @param manager of a transaction in which nothing is locked yet but who they are (`holdAlone`)
 * @returns the erasure as it is then
 */
export async function beginErasure(manager: EntityManager, outbox: Outbox, erasure: Erasure): Promise<Erasure> {
  const customerIds = await holdAlone(manager, [erasure.customerId]);
  const customerId = await rootOf(manager, erasure.customerId);
  const [standing] = await manager.query<object[]>(
    `SELECT FROM legal_hold AS t WHERE t.recorded_for = ANY($1::uuid[]) AND ${STANDS} LIMIT 1`,
    [customerIds],
  );
  if (standing) return erasure;
  const customer = await lockRow(manager, Customer, { id: customerId, argument: 'customerId', expectedVersion: null });
  if (customer.erasedAt === null) await erase(manager, outbox, customerId, customerIds, erasure.reason);
  await manager.query(
    `UPDATE erasure SET erased_as = $2, customer_ids = $3, started_at = now() WHERE id = $1 AND started_at IS NULL`,
    [erasure.id, customerId, customerIds],
  );
  // Who was erased before owes no receipt any more.
  await finishErasures(manager, customerId);
  return manager.findOneByOrFail(Erasure, { id: erasure.id });
}

async function erase(
  manager: EntityManager,
  outbox: Outbox,
  customerId: string,
  customerIds: readonly string[],
  reason: ErasureReason,
): Promise<void> {
  await eraseHere(manager, { customerId, customerIds });
  await manager.query(
    `UPDATE customer SET erased_at = now(), updated_at = now(), version = version + 1
     WHERE id = ANY($1::uuid[]) AND erased_at IS NULL`,
    [customerIds],
  );
  await manager.update(Customer, { id: customerId }, { erasureReason: reason });
  const { erasedAt } = await manager.findOneByOrFail(Customer, { id: customerId });
  outbox.add(customerErased, customerId, {
    customerId,
    customerIds: [...customerIds],
    erasedAt: (erasedAt ?? new Date()).toISOString(),
  });
}
