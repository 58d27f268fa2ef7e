import sql from 'sql-template-tag';
import { groupByKey, pickByKey } from '../kit/sql/groupByKey.js';
import type { BatchRead } from '../kit/serve/RequestContext.js';
import type { Channel } from '../kit/graph/Channel.js';
import type { Direction } from './entities/Touchpoint.js';
import type { Period } from './period.js';

/** Every batched read of touchpoints. Each reads for many customers at once. */

/** How often a customer and we met through one channel in one direction. */
export interface ChannelTally {
  readonly channel: Channel;
  readonly direction: Direction;
  readonly count: number;
}

/** The key of `channelTalliesOf`: whose meetings, and within which period. */
export function tallyKey(customerId: string, { from, to }: Period): string {
  return [customerId, from?.toISOString() ?? '', to?.toISOString() ?? ''].join(' ');
}

/** How often a customer and we met within a period, by channel and direction; empty when never. Keys are `tallyKey`s. */
export const channelTalliesOf: BatchRead<readonly ChannelTally[]> = async (database, keys) => {
  const asked = keys.map((key) => key.split(' '));
  const column = (index: number) => asked.map((parts) => parts[index] || null);
  const rows = await database.query<ChannelTally & { key: string }>(sql`
    SELECT asked.key, t.channel, t.direction, count(*)::int AS count
    FROM unnest(${[...keys]}::text[], ${column(0)}::uuid[], ${column(1)}::timestamptz[], ${column(2)}::timestamptz[])
      AS asked(key, customer_id, since, until)
    JOIN touchpoint t ON t.customer_id = asked.customer_id
      AND t.occurred_at >= coalesce(asked.since, '-infinity') AND t.occurred_at < coalesce(asked.until, 'infinity')
    GROUP BY asked.key, t.channel, t.direction`);
  return groupByKey(keys, rows, (row) => row.key);
};

/** When a customer and we last met, by who came to whom; null when never. */
export type LastContact = Readonly<Record<Direction, Date | null>>;

/** When a customer and we last met. */
export const lastContactOf: BatchRead<LastContact> = async (database, customerIds) => {
  const rows = await database.query<LastContact & { customerId: string }>(sql`
    SELECT customer.id AS "customerId",
      (SELECT max(occurred_at) FROM touchpoint WHERE customer_id = customer.id AND direction = 'INBOUND') AS "INBOUND",
      (SELECT max(occurred_at) FROM touchpoint WHERE customer_id = customer.id AND direction = 'OUTBOUND') AS "OUTBOUND"
    FROM unnest(${customerIds}::uuid[]) AS customer(id)`);
  return pickByKey(customerIds, rows, (row) => row.customerId).map((row) => row ?? { INBOUND: null, OUTBOUND: null });
};
