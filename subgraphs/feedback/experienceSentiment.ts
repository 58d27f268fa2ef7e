import sql, { raw } from 'sql-template-tag';
import { Field, Float, Int, ObjectType } from 'type-graphql';
import { badUserInput } from '../kit/graph/errors.js';
import { groupByKey } from '../kit/sql/groupByKey.js';
import { Explanation, explanation } from '../kit/graph/metrics.js';
import type { BatchRead, RequestContext } from '../kit/serve/RequestContext.js';
import { SurveyResponse } from './entities/SurveyResponse.js';
import { PASSIVE_FROM, PROMOTER_FROM } from './npsCategory.js';
import { DISSATISFIED_TO, EASY_FROM, HARD_TO, SATISFIED_FROM } from './surveyKind.js';

/** How many experiences at each end are read, and may be asked for. */
const MOST_EXPERIENCES = 10;

/** How many verbatims of an experience are shown. */
const MOST_VERBATIMS = 3;

@ObjectType({ description: 'What a customer made of one kind of experience with us.', simpleResolvers: true })
export class ExperienceSentiment {
  customerId: string;

  @Field(() => String, { description: 'Which: `SurveyResponse.experience`.' })
  experience: string;

  @Field(() => Float, { description: '(good - bad) / n, -1 (always bad) to 1 (always good).' })
  value: number;

  @Field(() => Int, { description: 'How many responses of theirs are about it.' })
  n: number;

  @Field(() => Int, { description: 'Those with a good score: NPS 9 or 10, CSAT 4 or 5, CES 5 to 7.' })
  good: number;

  @Field(() => Int, { description: 'Those with a bad score: NPS 0 to 6, CSAT 1 or 2, CES 1 to 3.' })
  bad: number;

  @Field(() => Explanation, { description: 'How `value` came about.' })
  explain: Explanation;
}

type ExperienceRow = Pick<ExperienceSentiment, 'customerId' | 'experience' | 'n' | 'good' | 'bad'>;

const GOOD = sql`score >= CASE kind WHEN 'NPS' THEN ${PROMOTER_FROM}::int WHEN 'CSAT' THEN ${SATISFIED_FROM}::int ELSE ${EASY_FROM}::int END`;
const BAD = sql`score <= CASE kind WHEN 'NPS' THEN ${PASSIVE_FROM - 1}::int WHEN 'CSAT' THEN ${DISSATISFIED_TO}::int ELSE ${HARD_TO}::int END`;

/**
 * Of each customer the ten experiences with the lowest and the ten with the highest balance, the lowest first; of equals the one
 * with more responses is nearer to its end, then the first by name.
 */
const experiencesOf: BatchRead<{ low: ExperienceRow[]; high: ExperienceRow[] }> = async (database, customerIds) => {
  const rows = await database.query<ExperienceRow & { low: number; high: number }>(sql`
    WITH rated AS (
      SELECT customer_id, experience, count(*)::int AS n, count(*) FILTER (WHERE ${GOOD})::int AS good,
        count(*) FILTER (WHERE ${BAD})::int AS bad
      FROM survey_response WHERE customer_id = ANY(${customerIds}::uuid[]) AND experience IS NOT NULL
      GROUP BY customer_id, experience
    ), placed AS (
      SELECT *, row_number() OVER (
          PARTITION BY customer_id ORDER BY (good - bad)::numeric / n, n DESC, experience COLLATE "C"
        )::int AS low, row_number() OVER (
          PARTITION BY customer_id ORDER BY (good - bad)::numeric / n DESC, n DESC, experience COLLATE "C"
        )::int AS high
      FROM rated
    )
    SELECT customer_id AS "customerId", experience, n, good, bad, low, high FROM placed
    WHERE low <= ${MOST_EXPERIENCES} OR high <= ${MOST_EXPERIENCES}`);
  return groupByKey(customerIds, rows, (row) => row.customerId).map((own) => ({
    low: own.filter(({ good, bad }) => good < bad).sort((a, b) => a.low - b.low),
    high: own.filter(({ good, bad }) => good > bad).sort((a, b) => a.high - b.high),
  }));
};

/**
 * The experiences in which a customer had most trouble with us, or most joy.
 * @param end `low` for those with more bad scores than good, the worst first; `high` for the others, the best first
 * @throws BAD_USER_INPUT when `first` is not 1 to 10
 */
export async function readExperiences(
  context: RequestContext,
  customerId: string,
  end: 'low' | 'high',
  first: number,
): Promise<ExperienceSentiment[]> {
  if (first < 1 || first > MOST_EXPERIENCES) {
    throw badUserInput(`first must be 1 to ${MOST_EXPERIENCES}, not ${first}`, 'first');
  }
  const rows = await context.load(experiencesOf, customerId);
  return rows[end].slice(0, first).map(({ experience, n, good, bad }) => ({
    customerId,
    experience,
    n,
    good,
    bad,
    value: (good - bad) / n,
    explain: explanation('(good - bad) / n', { good, bad }, n),
  }));
}

/** The latest three responses with a verbatim for each key: `[customer id, experience]` as JSON. */
const verbatimsOf: BatchRead<SurveyResponse[]> = async (database, keys) => {
  const { table, columns } = database.selection(SurveyResponse);
  const parts = keys.map((key) => JSON.parse(key) as [string, string]);
  const rows = await database.query<{ __key: string }>(sql`
    SELECT latest.* FROM unnest(
      ${keys}::text[], ${parts.map(([customerId]) => customerId)}::uuid[], ${parts.map(([, experience]) => experience)}::text[]
    ) AS asked(key, customer_id, experience) CROSS JOIN LATERAL (
      SELECT asked.key AS "__key", ${raw(columns)} FROM ${raw(table)} t
      WHERE t.customer_id = asked.customer_id AND t.experience = asked.experience AND t.verbatim IS NOT NULL
      ORDER BY t.responded_at DESC, t.id DESC LIMIT ${MOST_VERBATIMS}
    ) AS latest`);
  return groupByKey(keys, rows, (row) => row.__key).map((own) => database.hydrate(SurveyResponse, own));
};

/** What a customer wrote about an experience, the latest first, at most three. */
export function readVerbatims(
  context: RequestContext,
  { customerId, experience }: ExperienceSentiment,
): Promise<SurveyResponse[]> {
  return context.load(verbatimsOf, JSON.stringify([customerId, experience]));
}
