import sql, { join, type Sql } from 'sql-template-tag';
import { Field, Int, ObjectType } from 'type-graphql';
import type { Database } from '../kit/sql/Database.js';
import { LocalDate } from '../kit/graph/DateTime.js';
import { explanation, MoneyMetric } from '../kit/graph/metrics.js';
import { money } from '../kit/graph/Money.js';
import { opportunityConditions } from './opportunityList.js';
import type { PipelineFilter } from './pipeline.js';
import { decidedIn, type SalesPeriod } from './SalesPeriod.js';

@ObjectType({
  description: 'What the opportunities that were decided in a period, or should be, bring in.',
  simpleResolvers: true,
})
export class Forecast {
  @Field(() => LocalDate, { description: 'The first day.' })
  from: string;

  @Field(() => LocalDate, { description: 'The last day.' })
  to: string;

  @Field(() => MoneyMetric, {
    description: 'sum(amount x probability): won counts 1, lost 0. Rounded half up to 4 decimals, once, at the end.',
  })
  weighted: MoneyMetric;

  @Field(() => MoneyMetric, { description: 'What is won, and what the customer has agreed to (COMMITTED).' })
  commit: MoneyMetric;

  @Field(() => MoneyMetric, { description: 'What is won, and all that is open.' })
  bestCase: MoneyMetric;

  @Field(() => MoneyMetric, { description: 'What is won.' })
  won: MoneyMetric;

  @Field(() => Int, {
    description: 'How many opportunities of the period have no amount, and so count in none of these.',
  })
  withoutAmount: number;
}

interface ForecastRow {
  readonly currency: string | null;
  readonly n: number;
  readonly weighted: string;
  readonly open: string;
  readonly committed: string;
  readonly won: string;
  readonly commit: string;
  readonly bestCase: string;
}

const FORMULAS = {
  weighted: 'sum(amount x probability), in each currency, rounded half up to 4 decimals; won counts 1, lost 0',
  commit: 'sum(amount) of COMMITTED and WON, in each currency',
  bestCase: 'sum(amount) of all that are open and WON, in each currency',
  won: 'sum(amount) of WON, in each currency',
} as const;

function metric(rows: readonly (ForecastRow & { currency: string })[], name: keyof typeof FORMULAS): MoneyMetric {
  const inputs = rows.flatMap(({ currency, n, open, committed, won }) => [
    [`opportunities in ${currency}`, String(n)],
    [`open in ${currency}`, money(open, currency).amount],
    [`committed in ${currency}`, money(committed, currency).amount],
    [`won in ${currency}`, money(won, currency).amount],
  ]);
  const n = rows.reduce((sum, row) => sum + row.n, 0);
  return {
    value: rows.map((row) => money(row[name], row.currency)),
    explain: explanation(FORMULAS[name], Object.fromEntries(inputs), n),
  };
}

/** What is to be expected of a period, in one currency or in each. */
export async function forecast(
  database: Database,
  period: SalesPeriod,
  currency: string | null,
  filter: PipelineFilter | null | undefined,
): Promise<Forecast> {
  const conditions: Sql[] = [decidedIn(period), ...opportunityConditions(filter)];
  if (currency !== null) conditions.push(sql`t.currency = ${currency}`);
  const rows = await database.query<ForecastRow>(sql`
    SELECT t.currency, count(*)::int AS n, round(sum(t.amount * t.probability), 4) AS weighted,
      coalesce(sum(t.amount) FILTER (WHERE t.stage NOT IN ('WON', 'LOST')), 0) AS open,
      coalesce(sum(t.amount) FILTER (WHERE t.stage = 'COMMITTED'), 0) AS committed,
      coalesce(sum(t.amount) FILTER (WHERE t.stage = 'WON'), 0) AS won,
      coalesce(sum(t.amount) FILTER (WHERE t.stage IN ('COMMITTED', 'WON')), 0) AS commit,
      coalesce(sum(t.amount) FILTER (WHERE t.stage <> 'LOST'), 0) AS "bestCase"
    FROM opportunity t WHERE ${join(conditions, ' AND ')} GROUP BY t.currency ORDER BY t.currency`);
  const worth = rows.flatMap((row) => (row.currency === null ? [] : [{ ...row, currency: row.currency }]));
  return {
    from: period.from,
    to: period.to,
    weighted: metric(worth, 'weighted'),
    commit: metric(worth, 'commit'),
    bestCase: metric(worth, 'bestCase'),
    won: metric(worth, 'won'),
    withoutAmount: rows.find((row) => row.currency === null)?.n ?? 0,
  };
}
