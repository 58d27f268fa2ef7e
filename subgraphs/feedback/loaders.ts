import sql from 'sql-template-tag';
import { pickByKey } from '../kit/sql/groupByKey.js';
import type { BatchRead } from '../kit/serve/RequestContext.js';
import { PASSIVE_FROM, PROMOTER_FROM } from './npsCategory.js';
import { EASY_FROM, SATISFIED_FROM } from './surveyKind.js';

/** Every batched read of feedback. Each reads for many customers at once. */

/** What the metrics of one customer's responses are made from: counts of responses, but for the last two. */
export interface ResponseFigures {
  readonly promoters: number;
  readonly passives: number;
  readonly detractors: number;
  readonly csatResponses: number;
  readonly satisfied: number;
  readonly cesResponses: number;
  readonly easy: number;
  /** The sum of the CES scores. */
  readonly cesScores: number;
  /** The score of the latest NPS response; null when there is none. */
  readonly latestNpsScore: number | null;
}

const NONE: ResponseFigures = {
  promoters: 0,
  passives: 0,
  detractors: 0,
  csatResponses: 0,
  satisfied: 0,
  cesResponses: 0,
  easy: 0,
  cesScores: 0,
  latestNpsScore: null,
};

/** A customer's figures over all their responses; zeros where there are none. */
export const responseFiguresOf: BatchRead<ResponseFigures> = async (database, customerIds) => {
  const rows = await database.query<ResponseFigures & { customerId: string }>(sql`
    SELECT customer_id AS "customerId",
      count(*) FILTER (WHERE kind = 'NPS' AND score >= ${PROMOTER_FROM})::int AS promoters,
      count(*) FILTER (WHERE kind = 'NPS' AND score >= ${PASSIVE_FROM} AND score < ${PROMOTER_FROM})::int AS passives,
      count(*) FILTER (WHERE kind = 'NPS' AND score < ${PASSIVE_FROM})::int AS detractors,
      count(*) FILTER (WHERE kind = 'CSAT')::int AS "csatResponses",
      count(*) FILTER (WHERE kind = 'CSAT' AND score >= ${SATISFIED_FROM})::int AS satisfied,
      count(*) FILTER (WHERE kind = 'CES')::int AS "cesResponses",
      count(*) FILTER (WHERE kind = 'CES' AND score >= ${EASY_FROM})::int AS easy,
      coalesce(sum(score) FILTER (WHERE kind = 'CES'), 0)::int AS "cesScores",
      (array_agg(score ORDER BY responded_at DESC, id DESC) FILTER (WHERE kind = 'NPS'))[1] AS "latestNpsScore"
    FROM survey_response WHERE customer_id = ANY(${customerIds}::uuid[]) GROUP BY customer_id`);
  return pickByKey(customerIds, rows, (row) => row.customerId).map((row) => row ?? NONE);
};
