import sql, { raw, type Sql } from 'sql-template-tag';
import type { EntityManager } from 'typeorm';
import type { Database } from '../kit/sql/Database.js';
import { groupByKey } from '../kit/sql/groupByKey.js';
import { Consent } from './entities/Consent.js';

/** The key of `standingConsents`: whose, and as of when; null takes the whole ledger. */
export function standingKey(customerId: string, asOf: Date | null): string {
  return `${customerId}|${asOf?.toISOString() ?? 'infinity'}`;
}

/**
 * What holds for each customer: for each purpose and channel the latest entry of the ledger. A withdrawal for all
 * channels also ends the grants for single channels before it, so these are left out; a grant for all channels leaves a
 * withdrawal for a single channel standing. At most 60 for a customer: 5 purposes, 11 channels and "all" each.
 * @param keys made by `standingKey`
 * @param manager a transaction's, to read inside it
 * @param whose which entries, over the alias `e`, are of the customer `asked.customer_id`
 */
export async function standingConsents(
  database: Database,
  keys: readonly string[],
  manager: EntityManager = database.dataSource.manager,
  whose: Sql = sql`e.customer_id = asked.customer_id`,
): Promise<Consent[][]> {
  const { table, columns } = database.selection(Consent);
  const asked = keys.map((key) => key.split('|'));
  const customerIds = asked.map(([customerId]) => customerId);
  const moments = asked.map(([, asOf]) => asOf);
  const rows = await database.query<Consent & { __key: string }>(
    sql`
      SELECT asked.key AS "__key", ${raw(columns)}
      FROM unnest(${keys}::text[], ${customerIds}::uuid[], ${moments}::timestamptz[]) AS asked(key, customer_id, as_of)
      CROSS JOIN LATERAL (
        SELECT DISTINCT ON (purpose, channel) * FROM ${raw(table)} AS e
        WHERE ${whose} AND at <= asked.as_of
        ORDER BY purpose, channel, at DESC, sequence DESC
      ) AS t
      WHERE t.action = 'WITHDRAWN' OR t.channel IS NULL OR NOT EXISTS (
        SELECT FROM ${raw(table)} AS e
        WHERE ${whose} AND e.purpose = t.purpose AND e.channel IS NULL
          AND e.action = 'WITHDRAWN' AND (e.at, e.sequence) > (t.at, t.sequence)
          AND e.at <= asked.as_of
      )
      ORDER BY t.purpose, t.channel NULLS FIRST`,
    manager,
  );
  return groupByKey(keys, rows, (row) => row.__key).map((own) => database.hydrate(Consent, own));
}
