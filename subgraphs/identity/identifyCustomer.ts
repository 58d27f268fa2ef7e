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
import { lockCurrentCustomer } from './lockCustomer.js';

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

async function owners(context: RequestContext, manager: EntityManager, input: Input): Promise<string[]> {
  const sources = input.externalIds.map(({ source }) => source);
  const ids = input.externalIds.map(({ id }) => id);
  const rows = await context.database.query<{ id: string }>(
    sql`
      SELECT customer_id AS id FROM customer_identifier WHERE type = 'EMAIL' AND value = ANY(${input.emails}::text[])
      UNION SELECT customer_id FROM customer_identifier WHERE type = 'PHONE' AND value = ANY(${input.phones}::text[])
      UNION SELECT customer_id FROM external_id
        WHERE (source, id) IN (SELECT * FROM unnest(${sources}::text[], ${ids}::text[]))`,
    manager,
  );
  return rows.map((row) => row.id);
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
    const own = present.filter((row) => row.type === type);
    const fresh = values.filter((value) => !own.some((row) => row.value === value));
    if (own.length + fresh.length > MAX_IDENTIFIERS) {
      throw badUserInput(`the customer would have more than ${MAX_IDENTIFIERS} ${argument}`, `input.${argument}`);
    }
    await manager.insert(
      CustomerIdentifier,
      fresh.map((value, index) => ({ customerId, type, value, position: own.length + index })),
    );
    added += fresh.length;
  }
  const fresh = input.externalIds.filter(
    ({ source, id }) => !presentExternal.some((row) => row.source === source && row.id === id),
  );
  if (presentExternal.length + fresh.length > MAX_IDENTIFIERS) {
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
    if (found.length > 1) {
      throw badUserInput(`the identifiers belong to ${found.length} customers`, 'input', { customerIds: found });
    }
    const [existing] = found;
    if (existing !== undefined) {
      const customer = await lockCurrentCustomer(manager, { id: existing, argument: 'input', expectedVersion: null });
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
