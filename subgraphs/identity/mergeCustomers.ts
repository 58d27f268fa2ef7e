import { setTimeout as pause } from 'node:timers/promises';
import type { EntityManager } from 'typeorm';
import { validate as isUuid } from 'uuid';
import { customerMerged, customerUnmerged } from '../../schema/contract.js';
import { badUserInput } from '../kit/graph/errors.js';
import { againAfterCollision } from '../kit/sql/againAfterCollision.js';
import { applyAliases } from '../kit/ownership/applyAliases.js';
import { membersOf } from '../kit/ownership/membersOf.js';
import { tablesOf } from '../kit/ownership/ownedTables.js';
import { holdAlone, takeInAliases, type WhoIsWhom } from '../kit/ownership/takeInAliases.js';
import type { Idempotency } from '../kit/flow/oncePerKey.js';
import type { Database } from '../kit/sql/Database.js';
import type { RequestContext } from '../kit/serve/RequestContext.js';
import { touch } from './changeCustomer.js';
import { Customer } from './entities/Customer.js';
import { lockCustomer } from './lockCustomer.js';
import type { Change } from './lockRow.js';

/** Who was merged into whom, or would be. */
export interface Merge {
  readonly mergedId: string;
  /** The survivor. */
  readonly customer: Customer;
  readonly isDryRun: boolean;
}

/** How long the answer waits for the rows to follow. */
const FOLLOW_MS = 2_000;

/**
 * Makes one customer of two: here, and by an event everywhere else. Who is merged into the other already stays so.
 * @param intoId also of one who was merged: then into whom they were
 * @throws BAD_USER_INPUT for customers who are unknown, erased, the same, of different kinds, or merged into somebody else; CONFLICT when the version is stale
 */
export function mergeCustomers(
  context: RequestContext,
  change: Change,
  intoId: string,
  once: Idempotency,
): Promise<Merge> {
  return changeAliases(context, () =>
    context.write(async (manager, outbox) => {
      const { customer, into } = await pairToMerge(manager, change, intoId);
      const merge = { mergedId: customer.id, isDryRun: false };
      if (customer.mergedInto !== null) return { ...merge, customer: into };
      const state = await whoIsWhom(manager, [customer.id, into.id], new Map([[customer.id, into.id]]));
      await takeInAliases(manager, state);
      await stand(manager, customer, into.id);
      const ids = { customerId: customer.id, intoId: into.id };
      outbox.add(customerMerged, into.id, { ...ids, mergedAt: new Date().toISOString(), ...state });
      return { ...merge, customer: await stand(manager, into, null) };
    }, once),
  );
}

/**
 * The merge as `mergeCustomers` would do it, which nothing is written for.
 * @throws as `mergeCustomers`
 */
export function tryMerge(context: RequestContext, change: Change, intoId: string): Promise<Merge> {
  return againAfterCollision(() =>
    context.database.dataSource.transaction(async (manager) => {
      const { customer, into } = await pairToMerge(manager, change, intoId);
      return { mergedId: customer.id, isDryRun: true, customer: into };
    }),
  );
}

/** The two, locked; the first may be merged into the other, directly or not. */
async function pairToMerge(
  manager: EntityManager,
  change: Change,
  intoId: string,
): Promise<{ customer: Customer; into: Customer }> {
  await holdThose(manager, [change.id, intoId]);
  const targetId = await rootOf(manager, intoId);
  if (change.id.toLowerCase() === targetId.toLowerCase()) {
    throw badUserInput('intoId: it is the same customer', 'intoId');
  }
  const pair = await lockPair(manager, change, { id: targetId, argument: 'intoId' });
  const { customer, into } = pair;
  if (customer.mergedInto !== null) {
    if ((await rootOf(manager, customer.id)) === into.id) return pair;
    throw badUserInput(
      `customerId: the customer was merged into ${customer.mergedInto} before; take that back, or merge that one`,
      'customerId',
      { customerId: customer.mergedInto },
    );
  }
  if (customer.kind === into.kind) return pair;
  throw badUserInput('intoId: a person and an organization are not the same', 'intoId');
}

/**
 * Takes a merge back: the customer has again what was recorded for them. Who is not merged stays as they are.
 * @throws BAD_USER_INPUT for a customer who is unknown or erased; CONFLICT when the version is stale
 */
export function unmergeCustomer(context: RequestContext, change: Change, once: Idempotency): Promise<Customer> {
  return changeAliases(context, () =>
    context.write(async (manager, outbox) => {
      await holdThose(manager, [change.id]);
      const fromId = await rootOf(manager, change.id);
      const { customer, into: from } = await lockPair(manager, change, { id: fromId, argument: change.argument });
      if (customer.mergedInto === null) return customer;
      const state = await whoIsWhom(manager, [from.id], new Map([[customer.id, null]]));
      await takeInAliases(manager, state);
      await stand(manager, from, null);
      const ids = { customerId: customer.id, fromId };
      outbox.add(customerUnmerged, fromId, { ...ids, unmergedAt: new Date().toISOString(), ...state });
      return stand(manager, customer, null);
    }, once),
  );
}

async function changeAliases<R>(context: RequestContext, work: () => Promise<R>): Promise<R> {
  const done = await work();
  await followSoon(context.database);
  return done;
}

/** The rows of most customers follow in some milliseconds; the answer does not wait for those of one who has very many. */
async function followSoon({ dataSource, log }: Database): Promise<void> {
  const following = applyAliases(dataSource, tablesOf(dataSource)).catch((error: unknown) =>
    // What identity does of itself, every few seconds, goes on with it.
    log.warn({ err: error }, 'the rows of customers who were merged or unmerged have not all followed yet'),
  );
  await Promise.race([following, pause(FOLLOW_MS, undefined, { ref: false })]);
}

/** Before any row of theirs, as whoever writes of them does. */
async function holdThose(manager: EntityManager, ids: readonly string[]): Promise<void> {
  await holdAlone(
    manager,
    ids.filter((id) => isUuid(id)),
  );
}

/** Everybody who is merged with these customers, directly or not, as it is from now on. */
async function whoIsWhom(
  manager: EntityManager,
  rootIds: readonly string[],
  parents: ReadonlyMap<string, string | null>,
): Promise<WhoIsWhom> {
  const members = await membersOf(manager, rootIds);
  const [next] = await manager.query<{ position: string }[]>(`SELECT nextval('merge_position') AS position`);
  const known = await manager.query<{ customerId: string; parentId: string | null }[]>(
    `SELECT m.id AS "customerId", a.parent_id AS "parentId" FROM unnest($1::uuid[]) AS m (id)
     LEFT JOIN customer_alias a ON a.customer_id = m.id ORDER BY m.id`,
    [members],
  );
  const customers = known.map(({ customerId, parentId }) => ({
    customerId,
    parentId: parents.has(customerId) ? (parents.get(customerId) ?? null) : parentId,
  }));
  return { position: Number(next?.position), customers };
}

/** Writes who a customer is from now on; who stands for themselves is worked out anew, of the records that are theirs by now. */
async function stand(manager: EntityManager, customer: Customer, mergedInto: string | null): Promise<Customer> {
  await manager.update(Customer, { id: customer.id }, { mergedInto });
  if (mergedInto === null) await manager.query('SELECT work_out_customers(ARRAY[$1::uuid])', [customer.id]);
  return touch(manager, customer);
}

/** Both, locked, the lower id first, so that two callers never wait for each other. */
async function lockPair(
  manager: EntityManager,
  change: Change,
  into: Pick<Change, 'id' | 'argument'>,
): Promise<{ customer: Customer; into: Customer }> {
  const other = { ...into, expectedVersion: null };
  if (change.id.toLowerCase() < into.id.toLowerCase()) {
    const customer = await lockCustomer(manager, change);
    return { customer, into: await lockCustomer(manager, other) };
  }
  const second = await lockCustomer(manager, other);
  return { customer: await lockCustomer(manager, change), into: second };
}

/** Who a customer is by now. */
export async function rootOf(manager: EntityManager, id: string): Promise<string> {
  if (!isUuid(id)) return id;
  const [alias] = await manager.query<{ id: string }[]>(
    'SELECT canonical_id AS id FROM customer_alias WHERE customer_id = $1',
    [id],
  );
  return alias?.id ?? id;
}
