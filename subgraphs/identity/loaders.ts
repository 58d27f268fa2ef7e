import sql from 'sql-template-tag';
import type { Database } from '../kit/sql/Database.js';
import { groupByKey } from '../kit/sql/groupByKey.js';
import type { BatchRead } from '../kit/serve/RequestContext.js';
import { Address } from './entities/Address.js';
import { ExternalId } from './entities/ExternalId.js';
import { Preference } from './entities/Preference.js';

/** Every batched read of identity. Each reads for many customers at once. */

export interface Identifiers {
  readonly emails: readonly string[];
  readonly phones: readonly string[];
}

/** A customer's email addresses and phone numbers, the first to use first. */
export const identifiersOf: BatchRead<Identifiers> = async (database, customerIds) => {
  const rows = await database.query<{ customerId: string; type: string; value: string }>(sql`
    SELECT customer_id AS "customerId", type, value FROM customer_identifier
    WHERE customer_id = ANY(${customerIds}::uuid[]) ORDER BY position, value`);
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
  const rows = await database.query<Address>(sql`
    SELECT customer_id AS "customerId", label, lines, city, postal_code AS "postalCode", country FROM address
    WHERE customer_id = ANY(${customerIds}::uuid[]) ORDER BY label`);
  return groupByKey(customerIds, database.hydrate(Address, rows), (row) => row.customerId);
};

/** How a customer likes things, by label. */
export const preferencesOf: BatchRead<readonly Preference[]> = async (database, customerIds) => {
  const rows = await database.query<Preference>(sql`
    SELECT customer_id AS "customerId", label, note, updated_at AS "updatedAt" FROM preference
    WHERE customer_id = ANY(${customerIds}::uuid[]) ORDER BY label`);
  return groupByKey(customerIds, database.hydrate(Preference, rows), (row) => row.customerId);
};

/** The ids of those who were merged into each customer, the first first. */
export async function mergedIdsOf(
  database: Database,
  customerIds: readonly string[],
): Promise<readonly (readonly string[])[]> {
  const rows = await database.query<{ customerId: string; ids: string[] }>(
    sql`SELECT canonical_id AS "customerId", array_agg(customer_id::text ORDER BY merged_at, customer_id) AS ids FROM customer_alias
        WHERE canonical_id = ANY(${customerIds}::uuid[]) GROUP BY canonical_id`,
  );
  const ids = new Map(rows.map((row) => [row.customerId, row.ids]));
  return customerIds.map((id) => ids.get(id) ?? []);
}
