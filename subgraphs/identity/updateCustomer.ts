import { escapeIdentifier } from 'pg';
import type { EntityManager } from 'typeorm';
import type { z } from 'zod';
import { badUserInput } from '../kit/graph/errors.js';
import type { Idempotency } from '../kit/flow/oncePerKey.js';
import type { RequestContext } from '../kit/serve/RequestContext.js';
import { changeCustomer } from './changeCustomer.js';
import type { updateCustomerInput } from './customerInput.js';
import type { Customer } from './entities/Customer.js';
import { CustomerIdentifier } from './entities/CustomerIdentifier.js';
import { CustomerRecord } from './entities/CustomerRecord.js';
import { Household } from './entities/Household.js';
import type { Change } from './lockRow.js';

/**
 * Makes these the addresses of a customer, in this order. One that stays keeps for whom it was recorded and since when; one that has ended stays so where it comes
 * after all that are in use, as it is read, and is in use again where it is put before one, or is left when those that were in use go.
 */
async function replaceIdentifiers(
  manager: EntityManager,
  customerId: string,
  type: 'EMAIL' | 'PHONE',
  values: readonly string[] | undefined,
): Promise<void> {
  if (values === undefined) return;
  const given = [...values];
  const [gone] = await manager.query<{ wereInUse: boolean | null }[]>(
    `WITH gone AS (
       DELETE FROM customer_identifier WHERE customer_id = $1 AND type = $2 AND value <> ALL ($3::text[]) RETURNING until
     ) SELECT bool_or(until IS NULL) AS "wereInUse" FROM gone`,
    [customerId, type, given],
  );
  const kept = await manager.findBy(CustomerIdentifier, { customerId, type });
  const ended = new Set(kept.filter(({ until }) => until !== null).map(({ value }) => value));
  const lastKept = given.findLastIndex((value) => !ended.has(value));
  const lastInUse = lastKept === -1 && gone?.wereInUse === true ? given.length - 1 : lastKept;
  await manager.query(
    `UPDATE customer_identifier i SET position = g.place - 1,
       since = CASE WHEN g.place <= $4 AND until IS NOT NULL THEN now() ELSE since END,
       said_by = CASE WHEN g.place <= $4 AND until IS NOT NULL THEN NULL ELSE said_by END,
       until = CASE WHEN g.place > $4 THEN until END
     FROM unnest($3::text[]) WITH ORDINALITY AS g (value, place)
     WHERE i.customer_id = $1 AND i.type = $2 AND i.value = g.value`,
    [customerId, type, given, lastInUse + 1],
  );
  const known = new Set(kept.map(({ value }) => value));
  await manager.insert(
    CustomerIdentifier,
    given.flatMap((value, position) => (known.has(value) ? [] : [{ customerId, type, value, position }])),
  );
}

type Columns = Omit<z.output<typeof updateCustomerInput>, 'emails' | 'phones'>;

/**
 * Writes what is said of a customer into their own record, which counts before all others, and into the record under whose id they were named. A role that they have no more
 * goes from every record.
 */
async function writeRecords(manager: EntityManager, customerId: string, columns: Columns): Promise<void> {
  const said = Object.entries(columns).filter(([, value]) => value !== undefined);
  if (said.length === 0) return;
  // A process of the version before this may have made the customer without one.
  await manager.query(
    `INSERT INTO customer_record (id, kind, display_name, roles, locale, time_zone, preferred_channel, household_id, created_at, updated_at)
     SELECT id, kind, display_name, roles, locale, time_zone, preferred_channel, household_id, created_at, updated_at FROM customer c
     WHERE id = $1 AND NOT EXISTS (SELECT FROM customer_record r WHERE r.id = c.id) ON CONFLICT DO NOTHING`,
    [customerId],
  );
  const { columns: known } = manager.dataSource.getMetadata(CustomerRecord);
  const nameOf = (property: string): string =>
    known.find(({ propertyName }) => propertyName === property)?.databaseName ?? property;
  const names = said.map(([property]) => nameOf(property));
  const cleared = said.flatMap(([, value], index) => (value === null ? [names[index]] : []));
  await manager.query(
    `UPDATE customer_record SET ${names.map((name, index) => `${escapeIdentifier(name)} = $${index + 2}`).join(', ')}, updated_at = now(),
       cleared = ARRAY(SELECT name FROM unnest(cleared) AS name WHERE name <> ALL ($${names.length + 2})) || $${names.length + 3}::text[]
     WHERE id IN ($1, named_customer($1))`,
    [customerId, ...said.map(([, value]) => value), names, cleared],
  );
  if (columns.roles === undefined) return;
  await manager.query(
    `UPDATE customer_record r SET roles = ARRAY(SELECT role FROM unnest(r.roles) AS role WHERE role = ANY ($2)), updated_at = now()
     FROM customer_alias a
     WHERE a.canonical_id = $1 AND r.id = a.customer_id AND NOT r.roles <@ $2::text[]`,
    [customerId, columns.roles],
  );
}

/**
 * Changes a customer's own data.
 * @throws BAD_USER_INPUT for an unknown customer or household; CONFLICT when the version is stale
 */
export async function updateCustomer(
  context: RequestContext,
  change: Change,
  input: z.output<typeof updateCustomerInput>,
  once: Idempotency,
): Promise<Customer> {
  return changeCustomer(context, change, once, async (manager, customer) => {
    const { emails, phones, ...columns } = input;
    if (columns.householdId && !(await manager.existsBy(Household, { id: columns.householdId }))) {
      throw badUserInput(`input.householdId: there is no Household ${columns.householdId}`, 'input.householdId');
    }
    await replaceIdentifiers(manager, customer.id, 'EMAIL', emails);
    await replaceIdentifiers(manager, customer.id, 'PHONE', phones);
    await writeRecords(manager, customer.id, columns);
    return true;
  });
}
