import sql from 'sql-template-tag';
import { groupByKey } from '../kit/sql/groupByKey.js';
import type { BatchRead } from '../kit/serve/RequestContext.js';
import type { Period } from './periodInput.js';
import type { TrendInterval } from './SentimentTrend.js';

/** The latest verbatims of a period, so many at most. */
const MOST_VERBATIMS = 200;

/** The key under which a customer's trend is read: what it is about, as one text. */
export function trendKey(customerId: string, { from, to }: Period, interval: TrendInterval): string {
  return JSON.stringify([customerId, from.toISOString(), to.toISOString(), interval.toLowerCase()]);
}

/** The keys as a table `asked (key, customer_id, first_moment, end_moment, unit)`. */
function askedTable(keys: readonly string[]) {
  const parts = keys.map((key) => JSON.parse(key) as [string, string, string, string]);
  return sql`unnest(
    ${keys}::text[], ${parts.map(([customerId]) => customerId)}::uuid[], ${parts.map(([, from]) => from)}::timestamptz[],
    ${parts.map(([, , to]) => to)}::timestamptz[], ${parts.map(([, , , unit]) => unit)}::text[]
  ) AS asked(key, customer_id, first_moment, end_moment, unit)`;
}

/** The responses of one step of a trend. */
export interface BucketFigures {
  readonly start: Date;
  readonly n: number;
  /** The sum of the scores brought to -1 to 1, in thirtieths: whole for every scale. */
  readonly thirtieths: number;
}

/**
 * The steps of each trend (`trendKey`) that have responses, the earliest first. Scores are brought to -1 to 1: NPS
 * (score - 5) / 5, CSAT (score - 3) / 2, CES (score - 4) / 3.
 */
export const bucketsOf: BatchRead<BucketFigures[]> = async (database, keys) => {
  const rows = await database.query<BucketFigures & { key: string }>(sql`
    SELECT asked.key, date_trunc(asked.unit, r.responded_at, 'UTC') AS start, count(*)::int AS n,
      sum(CASE r.kind WHEN 'NPS' THEN 6 * (r.score - 5) WHEN 'CSAT' THEN 15 * (r.score - 3) ELSE 10 * (r.score - 4) END)::int
        AS thirtieths
    FROM ${askedTable(keys)} JOIN survey_response r ON r.customer_id = asked.customer_id
      AND r.responded_at >= asked.first_moment AND r.responded_at < asked.end_moment
    GROUP BY 1, 2 ORDER BY 1, 2`);
  return groupByKey(keys, rows, (row) => row.key);
};

/** A verbatim of one step of a trend. */
export interface TrendVerbatim {
  readonly start: Date;
  readonly verbatim: string;
  readonly language: string | null;
}

/** The verbatims of each trend (`trendKey`), the latest 200 of each. */
export const trendVerbatimsOf: BatchRead<TrendVerbatim[]> = async (database, keys) => {
  const rows = await database.query<TrendVerbatim & { key: string }>(sql`
    SELECT asked.key, date_trunc(asked.unit, latest.responded_at, 'UTC') AS start, latest.verbatim, latest.language
    FROM ${askedTable(keys)} CROSS JOIN LATERAL (
      SELECT r.responded_at, r.verbatim, r.language FROM survey_response r
      WHERE r.customer_id = asked.customer_id AND r.verbatim IS NOT NULL
        AND r.responded_at >= asked.first_moment AND r.responded_at < asked.end_moment
      ORDER BY r.responded_at DESC, r.id DESC LIMIT ${MOST_VERBATIMS}
    ) AS latest`);
  return groupByKey(keys, rows, (row) => row.key);
};
