import sql from 'sql-template-tag';
import type { EntityManager } from 'typeorm';
import { v7 as uuid } from 'uuid';
import type { z } from 'zod';
import { badUserInput } from '../kit/graph/errors.js';
import type { Idempotency } from '../kit/flow/oncePerKey.js';
import type { RequestContext } from '../kit/serve/RequestContext.js';
import type { identifyCustomerInput } from './customerInput.js';
import { touch } from './changeCustomer.js';
import { Customer } from './entities/Customer.js';
import { CustomerIdentifier } from './entities/CustomerIdentifier.js';
import { CustomerRecord } from './entities/CustomerRecord.js';
import { ExternalId } from './entities/ExternalId.js';
import { MAX_IDENTIFIERS } from './identifierInput.js';
import { nameCustomers } from '../kit/flow/nameCustomers.js';
import { holdCustomers } from '../kit/ownership/holdCustomer.js';
import { CustomersChanged } from '../kit/ownership/requireCurrent.js';
import { lockCustomer } from './lockCustomer.js';

type Input = z.output<typeof identifyCustomerInput>;

/** Two callers who bring the same new person at once take turns, so that the second finds what the first made. */
async function lockIdentifiers(context: RequestContext, manager: EntityManager, input: Input): Promise<void> {
  const names = [
    ...input.emails,
    ...input.phones,
    ...input.externalIds.map(({ source, id }) => `${source} ${id}`),
  ].sort();
  await context.database.query(
    sql`SELECT pg_advisory_xact_lock(hashtextextended(name, 0)) FROM unnest(${names}::text[]) AS name`,
    manager,
  );
}

/** Who has any of the identifiers by now, and for whom that was recorded. Rows of who was merged follow moments later, so it is asked who they are. */
interface Found {
  readonly id: string;
  readonly recordedFor: string;
}

async function owners(context: RequestContext, manager: EntityManager, input: Input): Promise<Found[]> {
  const sources = input.externalIds.map(({ source }) => source);
  const ids = input.externalIds.map(({ id }) => id);
  return context.database.query<Found>(
    sql`
      SELECT coalesce(a.canonical_id, i.recorded_for) AS id, i.recorded_for AS "recordedFor" FROM (
        SELECT recorded_for FROM customer_identifier WHERE type = 'EMAIL' AND value = ANY(${input.emails}::text[])
        UNION SELECT recorded_for FROM customer_identifier WHERE type = 'PHONE' AND value = ANY(${input.phones}::text[])
        UNION SELECT recorded_for FROM external_id
          WHERE (source, id) IN (SELECT * FROM unnest(${sources}::text[], ${ids}::text[]))
      ) AS i LEFT JOIN customer_alias a ON a.customer_id = i.recorded_for ORDER BY i.recorded_for`,
    manager,
  );
}

/** Adds what the customer does not have yet; returns how many rows that were. */
async function addIdentifiers(manager: EntityManager, customerId: string, input: Input): Promise<number> {
  const present = await manager.findBy(CustomerIdentifier, { customerId });
  const presentExternal = await manager.findBy(ExternalId, { customerId });
  let added = 0;
  for (const [argument, type, values] of [
    ['emails', 'EMAIL', input.emails],
    ['phones', 'PHONE', input.phones],
  ] as const) {
    const own = new Set(present.filter((row) => row.type === type && row.until === null).map(({ value }) => value));
    const fresh = values.filter((value) => !present.some((row) => row.type === type && row.value === value));
    if (fresh.length > 0 && own.size + fresh.length > MAX_IDENTIFIERS) {
      throw badUserInput(`the customer would have more than ${MAX_IDENTIFIERS} ${argument}`, `input.${argument}`);
    }
    await manager.insert(
      CustomerIdentifier,
      fresh.map((value, index) => ({ customerId, type, value, position: own.size + index })),
    );
    added += fresh.length;
  }
  const fresh = input.externalIds.filter(
    ({ source, id }) => !presentExternal.some((row) => row.source === source && row.id === id),
  );
  if (fresh.length > 0 && presentExternal.length + fresh.length > MAX_IDENTIFIERS) {
    throw badUserInput(`the customer would have more than ${MAX_IDENTIFIERS} externalIds`, 'input.externalIds');
  }
  await manager.insert(
    ExternalId,
    fresh.map((externalId) => ({ ...externalId, customerId })),
  );
  return added + fresh.length;
}

/**
 * Finds the customer who has any of the identifiers, else creates one. What was not known of them yet is added, so the
 * same call again changes nothing.
 * @throws BAD_USER_INPUT when the identifiers belong to different customers, or to none and no name is given
 */
export async function identifyCustomer(
  context: RequestContext,
  input: Input,
  once: Idempotency,
): Promise<{ customer: Customer; created: boolean }> {
  return context.write(async (manager) => {
    await lockIdentifiers(context, manager, input);
    const found = await owners(context, manager, input);
    const customerIds = [...new Set(found.map(({ id }) => id))];
    // Whoever they are found to be, they stay; were they others before that, it is begun anew.
    const held = await holdCustomers(
      manager,
      found.map(({ recordedFor }) => recordedFor),
    );
    if (held.some((id, index) => id !== found[index]?.id)) throw new CustomersChanged();
    if (customerIds.length > 1) {
      throw badUserInput(`the identifiers belong to ${customerIds.length} customers`, 'input', { customerIds });
    }
    const [existing] = customerIds;
    if (existing !== undefined) {
      const customer = await lockCustomer(manager, { id: existing, argument: 'input', expectedVersion: null });
      // What is new is recorded for whom the identifier was that told who it is.
      const by = found.some(({ recordedFor }) => recordedFor === customer.id) ? undefined : found[0]?.recordedFor;
      await nameCustomers(manager, new Map([[customer.id, by ?? customer.id]]));
      const added = await addIdentifiers(manager, customer.id, input);
      return { customer: added === 0 ? customer : await touch(manager, customer), created: false };
    }
    if (!input.displayName) {
      throw badUserInput(
        'nobody has these identifiers yet: input.displayName is needed to create',
        'input.displayName',
      );
    }
    const now = new Date();
    const id = uuid();
    await manager.insert(CustomerRecord, {
      id,
      kind: input.kind,
      displayName: input.displayName,
      roles: ['PROSPECT'],
      locale: null,
      timeZone: null,
      preferredChannel: null,
      householdId: null,
      createdAt: now,
      updatedAt: now,
    });
    await addIdentifiers(manager, id, input);
    return { customer: await manager.findOneByOrFail(Customer, { id }), created: true };
  }, once);
}
