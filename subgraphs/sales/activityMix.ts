import sql from 'sql-template-tag';
import { Field, Float, Int, ObjectType } from 'type-graphql';
import type { Database } from '../kit/sql/Database.js';
import { Explanation, explanation } from '../kit/graph/metrics.js';
import { ActivityKind } from './entities/Activity.js';
import { Employee } from './entities/Employee.js';
import type { SalesPeriod } from './SalesPeriod.js';

@ObjectType({ description: 'How much of what an employee does is of one kind.', simpleResolvers: true })
export class ActivityShare {
  @Field(() => ActivityKind, { description: 'The kind.' })
  kind: ActivityKind;

  @Field(() => Int, { description: 'How many activities.' })
  count: number;

  @Field(() => Float, { nullable: true, description: 'count / all, 0 to 1; null when there are none at all.' })
  share: number | null;
}

@ObjectType({ description: 'What an employee did in a period, by kind.', simpleResolvers: true })
export class ActivityMix {
  @Field(() => Employee, { nullable: true, description: 'Who; null for what nobody is known to have done.' })
  employee: Employee | null;

  @Field(() => Int, { description: 'How many activities in all.' })
  total: number;

  @Field(() => [ActivityShare], { description: 'Each of the kinds, the ones that did not occur too.' })
  kinds: ActivityShare[];

  @Field(() => Explanation, { description: 'How it came about.' })
  explain: Explanation;
}

/** How many activities of one kind. */
export interface KindCount {
  readonly kind: ActivityKind;
  readonly n: number;
}

/** The mix of one employee. */
export function activityMix(employeeId: string | null, counts: readonly KindCount[]): ActivityMix {
  const total = counts.reduce((sum, { n }) => sum + n, 0);
  const kinds = Object.values(ActivityKind).map((kind) => {
    const count = counts.find((candidate) => candidate.kind === kind)?.n ?? 0;
    return { kind, count, share: total === 0 ? null : count / total };
  });
  const inputs = Object.fromEntries(kinds.map(({ kind, count }) => [kind, count]));
  return {
    employee: employeeId === null ? null : new Employee(employeeId),
    total,
    kinds,
    explain: explanation('activities of the kind / all activities, that happened in the period', inputs, total),
  };
}

/** The mixes of those who did most in a period, the busiest first. */
export async function busiestMixes(
  database: Database,
  { from, to }: SalesPeriod,
  first: number,
): Promise<ActivityMix[]> {
  const rows = await database.query<KindCount & { employeeId: string | null }>(sql`
    WITH done AS (
      SELECT employee_id, kind, count(*) AS n FROM activity
      WHERE occurred_at >= ${from}::date::timestamptz AND occurred_at < (${to}::date + 1)::timestamptz
      GROUP BY employee_id, kind
    ), busiest AS (
      SELECT employee_id, sum(n) AS total FROM done GROUP BY employee_id ORDER BY total DESC, employee_id LIMIT ${first}
    )
    SELECT b.employee_id AS "employeeId", d.kind, d.n::int AS n
    FROM busiest b JOIN done d ON d.employee_id IS NOT DISTINCT FROM b.employee_id
    ORDER BY b.total DESC, b.employee_id`);
  const byEmployee = new Map<string | null, KindCount[]>();
  for (const { employeeId, kind, n } of rows) {
    const counts = byEmployee.get(employeeId) ?? [];
    counts.push({ kind, n });
    byEmployee.set(employeeId, counts);
  }
  return [...byEmployee].map(([employeeId, counts]) => activityMix(employeeId, counts));
}
