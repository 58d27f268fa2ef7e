import sql, { raw } from 'sql-template-tag';
import type { Database } from '../kit/sql/Database.js';
import { groupByKey } from '../kit/sql/groupByKey.js';
import type { BatchRead } from '../kit/serve/RequestContext.js';
import { standing } from '../kit/ownership/standing.js';
import { Address } from './entities/Address.js';
import { CustomerIdentifier } from './entities/CustomerIdentifier.js';
import { ExternalId } from './entities/ExternalId.js';
import { Preference } from './entities/Preference.js';

/** Every batched read of identity. Each reads for many customers at once. */

export interface Identifiers {
  readonly emails: readonly string[];
  readonly phones: readonly string[];
}

/**
 * A customer's email addresses and phone numbers, the first to use first; of two in one place the customer's own before that of who was merged into them. Last come those that are
 * theirs no more.
 */
export const identifiersOf: BatchRead<Identifiers> = async (database, customerIds) => {
  const rows = await database.query<{ customerId: string; type: string; value: string }>(sql`
    SELECT t.customer_id AS "customerId", t.type, t.value FROM ${raw(standing(CustomerIdentifier))} t
    WHERE t.customer_id = ANY(${customerIds}::uuid[])
    ORDER BY t.until IS NOT NULL, t.until DESC, t.position, t.recorded_for <> t.customer_id, t.value`);
  return groupByKey(customerIds, rows, (row) => row.customerId).map((own) => ({
    emails: own.filter((row) => row.type === 'EMAIL').map((row) => row.value),
    phones: own.filter((row) => row.type === 'PHONE').map((row) => row.value),
  }));
};

/** A customer's ids in other systems, by system. */
export const externalIdsOf: BatchRead<readonly ExternalId[]> = async (database, customerIds) => {
  const rows = await database.query<ExternalId>(sql`
    SELECT customer_id AS "customerId", source, id FROM external_id
    WHERE customer_id = ANY(${customerIds}::uuid[]) ORDER BY source, id`);
  return groupByKey(customerIds, database.hydrate(ExternalId, rows), (row) => row.customerId);
};

/** A customer's addresses, by label. */
export const addressesOf: BatchRead<readonly Address[]> = async (database, customerIds) => {
  const rows = await database.find(Address, sql`t.customer_id = ANY(${customerIds}::uuid[]) ORDER BY t.label`);
  return groupByKey(customerIds, rows, (row) => row.customerId);
};

/** How a customer likes things, by label. */
export const preferencesOf: BatchRead<readonly Preference[]> = async (database, customerIds) => {
  const rows = await database.find(Preference, sql`t.customer_id = ANY(${customerIds}::uuid[]) ORDER BY t.label`);
  return groupByKey(customerIds, rows, (row) => row.customerId);
};

/** The ids of those who were merged into each customer, the first first. */
export async function mergedIdsOf(
  database: Database,
  customerIds: readonly string[],
): Promise<readonly (readonly string[])[]> {
  const rows = await database.query<{ customerId: string; ids: string[] }>(
    sql`SELECT canonical_id AS "customerId", array_agg(customer_id::text ORDER BY merged_at, customer_id) AS ids FROM customer_alias
        WHERE canonical_id = ANY(${customerIds}::uuid[]) AND customer_id <> canonical_id GROUP BY canonical_id`,
  );
  const ids = new Map(rows.map((row) => [row.customerId, row.ids]));
  return customerIds.map((id) => ids.get(id) ?? []);
}
