import sql, { join } from 'sql-template-tag';
import { Big } from 'big.js';
import type { Database } from '../kit/sql/Database.js';
import { explanation, type ScoreMetric } from '../kit/graph/metrics.js';
import { opportunityConditions } from './opportunityList.js';
import type { PipelineFilter } from './pipeline.js';
import { decidedIn, type SalesPeriod } from './SalesPeriod.js';

/** The share of the opportunities closed in a period that were won. */
export async function winRate(
  database: Database,
  period: SalesPeriod,
  filter: PipelineFilter | null | undefined,
): Promise<ScoreMetric> {
  const conditions = join([decidedIn(period), ...opportunityConditions(filter)], ' AND ');
  const [row] = await database.query<{ won: number; lost: number }>(sql`
    SELECT (count(*) FILTER (WHERE t.stage = 'WON'))::int AS won, (count(*) FILTER (WHERE t.stage = 'LOST'))::int AS lost
    FROM opportunity t WHERE ${conditions}`);
  const { won, lost } = row ?? { won: 0, lost: 0 };
  const n = won + lost;
  return { value: n === 0 ? null : won / n, explain: explanation('won / (won + lost)', { won, lost }, n) };
}

/** How many days it took on average to win the opportunities won in a period. */
export async function salesCycleDays(
  database: Database,
  period: SalesPeriod,
  filter: PipelineFilter | null | undefined,
): Promise<ScoreMetric> {
  const conditions = join([decidedIn(period), sql`t.stage = 'WON'`, ...opportunityConditions(filter)], ' AND ');
  const [row] = await database.query<{ n: number; all: number; seconds: string }>(sql`
    SELECT count(t.closed_at - t.opened_at)::int AS n, count(*)::int AS all,
      coalesce(sum(extract(epoch FROM t.closed_at) - extract(epoch FROM t.opened_at)), 0) AS seconds
    FROM opportunity t WHERE ${conditions}`);
  const { n, all, seconds } = row ?? { n: 0, all: 0, seconds: '0' };
  const days = new Big(seconds).div(86_400);
  return {
    value: n === 0 ? null : Number(days.div(n)),
    explain: explanation(
      'sum(closed at - opened at) in days / n, of the opportunities won whose opening and close are known',
      { 'sum of days': days.toFixed(4), 'won without a known opening or close': all - n },
      n,
    ),
  };
}
