import sql from 'sql-template-tag';
import { pickByKey } from '../kit/groupByKey.js';
import type { BatchRead } from '../kit/RequestContext.js';

/** The batched reads of marketing, beside `standingConsents`. Each reads for many customers at once. */

export interface ExposureCounts {
  /** All of them, the control group's too. */
  readonly exposures: number;
  readonly control: number;
  /** Really sent: exposures - control. */
  readonly sent: number;
  /** Of those sent. */
  readonly responded: number;
}

const NONE: ExposureCounts = { exposures: 0, control: 0, sent: 0, responded: 0 };

/** What a customer was sent and how often they responded. */
export const exposureCountsOf: BatchRead<ExposureCounts> = async (database, customerIds) => {
  const rows = await database.query<ExposureCounts & { customerId: string }>(sql`
    SELECT customer_id AS "customerId",
      count(*)::int AS exposures,
      (count(*) FILTER (WHERE control))::int AS control,
      (count(*) FILTER (WHERE NOT control))::int AS sent,
      (count(*) FILTER (WHERE NOT control AND responded_at IS NOT NULL))::int AS responded
    FROM exposure WHERE customer_id = ANY(${customerIds}::uuid[]) GROUP BY customer_id`);
  return pickByKey(customerIds, rows, (row) => row.customerId).map((counts) => counts ?? NONE);
};
