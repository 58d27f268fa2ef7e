import sql from 'sql-template-tag';
import { groupByKey, pickByKey } from '../kit/groupByKey.js';
import type { BatchRead } from '../kit/RequestContext.js';
import type { Channel } from '../kit/Channel.js';

/** Every batched read of touchpoints. Each reads for many customers at once. */

/** How often a customer and we met through one channel. */
export interface ChannelTally {
  readonly customerId: string;
  readonly channel: Channel;
  readonly count: number;
}

/** How often a customer and we met, by channel: the most used first; empty when never. */
export const channelTalliesOf: BatchRead<readonly ChannelTally[]> = async (database, customerIds) => {
  const rows = await database.query<ChannelTally>(sql`
    SELECT customer_id AS "customerId", channel, count(*)::int AS count FROM touchpoint
    WHERE customer_id = ANY(${customerIds}::uuid[])
    GROUP BY customer_id, channel ORDER BY count DESC, channel`);
  return groupByKey(customerIds, rows, (row) => row.customerId);
};

/** When a customer and we last met; null when never. */
export const lastContactAtOf: BatchRead<Date | null> = async (database, customerIds) => {
  const rows = await database.query<{ customerId: string; at: Date | null }>(sql`
    SELECT customer.id AS "customerId", (SELECT max(occurred_at) FROM touchpoint WHERE customer_id = customer.id) AS at
    FROM unnest(${customerIds}::uuid[]) AS customer(id)`);
  return pickByKey(customerIds, rows, (row) => row.customerId).map((row) => row?.at ?? null);
};
