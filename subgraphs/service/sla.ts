import sql, { type Sql } from 'sql-template-tag';
import { Field, ObjectType } from 'type-graphql';
import { DateTime } from '../kit/DateTime.js';
import type { CasePriority } from './casePriority.js';

const HOUR_MS = 3_600_000;

/** What we promise by priority: hours from opening to the first reply, and to the resolution. Plain elapsed time. */
const HOURS: Readonly<Record<CasePriority, { readonly firstResponse: number; readonly resolution: number }>> = {
  URGENT: { firstResponse: 1, resolution: 8 },
  HIGH: { firstResponse: 4, resolution: 24 },
  NORMAL: { firstResponse: 8, resolution: 72 },
  LOW: { firstResponse: 24, resolution: 168 },
};

/** The moments that decide whether a case keeps its service level agreement. */
export interface SlaClock {
  readonly firstResponseDueAt: Date;
  readonly resolutionDueAt: Date;
  readonly firstRespondedAt: Date | null;
  readonly resolvedAt: Date | null;
}

@ObjectType({
  description:
    'The service level agreement of a case: until when we promised to answer and to resolve it. Set when the case is opened, by its priority (first reply / resolution): URGENT 1 h / 8 h, HIGH 4 h / 24 h, NORMAL 8 h / 72 h, LOW 24 h / 168 h, in elapsed time.',
  simpleResolvers: true,
})
export class CaseSla {
  @Field(() => DateTime, { description: 'Until when an employee must have replied for the first time.' })
  firstResponseDueAt: Date;

  @Field(() => DateTime, { description: 'Until when the case must be resolved.' })
  resolutionDueAt: Date;

  @Field(() => Boolean, {
    description:
      'Whether a promise was broken: the first reply or the resolution came after its time, or is still missing after it. A case that was resolved without a reply counts as answered when it was resolved.',
  })
  breached: boolean;
}

/** Until when a case of this priority, opened at this moment, must be answered and resolved. */
export function slaDue(
  priority: CasePriority,
  openedAt: Date,
): Pick<SlaClock, 'firstResponseDueAt' | 'resolutionDueAt'> {
  const after = (hours: number) => new Date(openedAt.getTime() + hours * HOUR_MS);
  return {
    firstResponseDueAt: after(HOURS[priority].firstResponse),
    resolutionDueAt: after(HOURS[priority].resolution),
  };
}

/** How the agreement stands at the moment `now`. `breachedSql` says the same in SQL. */
export function slaOf(clock: SlaClock, now: Date): CaseSla {
  const { firstResponseDueAt, resolutionDueAt, firstRespondedAt, resolvedAt } = clock;
  const answered = firstRespondedAt ?? resolvedAt ?? now;
  const resolved = resolvedAt ?? now;
  return { firstResponseDueAt, resolutionDueAt, breached: answered > firstResponseDueAt || resolved > resolutionDueAt };
}

/** `slaOf(…).breached` as a condition over the alias `t` of a case. */
export function breachedSql(now: Date): Sql {
  return sql`(coalesce(t.first_responded_at, t.resolved_at, ${now}::timestamptz) > t.first_response_due_at
    OR coalesce(t.resolved_at, ${now}::timestamptz) > t.resolution_due_at)`;
}
