import sql from 'sql-template-tag';
import { pickByKey } from '../kit/sql/groupByKey.js';
import type { BatchRead } from '../kit/serve/RequestContext.js';

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

export interface CampaignCounts {
  /** Rows: messages sent, and times that somebody was held back. */
  readonly exposures: number;
  readonly sent: number;
  /** Customers, each counted once, however often the campaign reached them. */
  readonly reached: number;
  readonly opened: number;
  readonly clicked: number;
  readonly responded: number;
  readonly control: number;
}

const REACHED_NOBODY: CampaignCounts = {
  exposures: 0,
  sent: 0,
  reached: 0,
  opened: 0,
  clicked: 0,
  responded: 0,
  control: 0,
};

/** Whom a campaign reached and what they did. */
export const campaignCountsOf: BatchRead<CampaignCounts> = async (database, campaignIds) => {
  const rows = await database.query<CampaignCounts & { campaignId: string }>(sql`
    SELECT campaign_id AS "campaignId", sum(exposures)::int AS exposures, sum(sent)::int AS sent,
      (count(*) FILTER (WHERE sent > 0))::int AS reached, (count(*) FILTER (WHERE opened))::int AS opened,
      (count(*) FILTER (WHERE clicked))::int AS clicked, (count(*) FILTER (WHERE responded))::int AS responded,
      (count(*) FILTER (WHERE sent = 0))::int AS control
    FROM (
      SELECT campaign_id, count(*) AS exposures, count(*) FILTER (WHERE NOT control) AS sent,
        bool_or(opened_at IS NOT NULL) AS opened, bool_or(clicked_at IS NOT NULL) AS clicked,
        bool_or(NOT control AND responded_at IS NOT NULL) AS responded
      FROM exposure WHERE campaign_id = ANY(${campaignIds}::uuid[]) GROUP BY campaign_id, customer_id
    ) AS customer GROUP BY campaign_id`);
  return pickByKey(campaignIds, rows, (row) => row.campaignId).map((counts) => counts ?? REACHED_NOBODY);
};

/** Whether customers were erased. */
export const isErased: BatchRead<boolean> = async (database, customerIds) => {
  const rows = await database.query<{ id: string }>(
    sql`SELECT customer_id AS id FROM erased_customer WHERE customer_id = ANY(${customerIds}::uuid[])`,
  );
  const erased = new Set(rows.map(({ id }) => id));
  return customerIds.map((id) => erased.has(id));
};
