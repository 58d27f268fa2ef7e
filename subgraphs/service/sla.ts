import sql, { type Sql } from 'sql-template-tag';
import { Field, ObjectType } from 'type-graphql';
import { DateTime } from '../kit/graph/DateTime.js';
import { enumType } from '../kit/graph/enumType.js';
import { addBusinessTime, businessTimeBetween, type BusinessCalendar } from './businessTime.js';
import type { CasePriority } from './casePriority.js';
import { serviceSettings } from './serviceSettings.js';

const HOUR_MS = 3_600_000;

/** What we promise by priority: business hours from opening to the first reply, and to the resolution. */
const HOURS: Readonly<Record<CasePriority, { readonly firstResponse: number; readonly resolution: number }>> = {
  URGENT: { firstResponse: 1, resolution: 8 },
  HIGH: { firstResponse: 4, resolution: 16 },
  NORMAL: { firstResponse: 8, resolution: 24 },
  LOW: { firstResponse: 16, resolution: 40 },
};

export const SlaClock = enumType('SlaClock', 'In which time a service level agreement counts.', {
  BUSINESS_HOURS: 'In business hours only.',
  ELAPSED:
    'Around the clock: cases opened before there were business hours, and imported ones. What was promised for them stays.',
});
export type SlaClock = keyof typeof SlaClock;

/** The moments that decide whether a case keeps its service level agreement. */
export interface SlaTimes {
  readonly firstResponseDueAt: Date;
  readonly resolutionDueAt: Date;
  readonly firstRespondedAt: Date | null;
  readonly resolvedAt: Date | null;
  /** Since when the clock stands still because the customer is awaited; null while it runs. */
  readonly waitingSince: Date | null;
  readonly slaClock: SlaClock;
}

type DueTimes = Pick<SlaTimes, 'firstResponseDueAt' | 'resolutionDueAt'>;

@ObjectType({
  description:
    'The service level agreement of a case: until when we promised to answer and to resolve it. Set when the case is opened, by its priority (first reply / resolution): URGENT 1 h / 8 h, HIGH 4 h / 16 h, NORMAL 8 h / 24 h, LOW 16 h / 40 h, in business hours. While the customer is awaited the clock stands still; when it runs on, as much is left as there was, and the due times move on.',
  simpleResolvers: true,
})
export class CaseSla {
  @Field(() => DateTime, { description: 'Until when an employee must have replied for the first time.' })
  firstResponseDueAt: Date;

  @Field(() => DateTime, { description: 'Until when the case must be resolved.' })
  resolutionDueAt: Date;

  @Field(() => Boolean, {
    description:
      'Whether a promise was broken: the first reply or the resolution came after its time, or is still missing after it. A case that was resolved without a reply counts as answered when it was resolved. What was broken stays broken.',
  })
  breached: boolean;

  @Field(() => DateTime, {
    nullable: true,
    description:
      'When the agreement breaks if nothing happens, or when it broke; `caseQueue` orders by it. Null when the case is over, and when the clock stands still before that.',
  })
  breachesAt: Date | null;

  @Field(() => DateTime, {
    nullable: true,
    description:
      'Since when the clock stands still, because the customer is awaited; null while it runs and when the case is over.',
  })
  stoppedSince: Date | null;

  @Field(() => SlaClock, { description: 'In which time it counts.' })
  clock: SlaClock;
}

/** The calendar of an empty environment: Monday to Friday, 09:00 to 17:00 UTC. */
const DEFAULT_CALENDAR = serviceSettings.read({}).calendar;

/**
 * Until when a case of this priority, opened at this moment, must be answered and resolved.
 * @param calendar by default Monday to Friday, 09:00 to 17:00 UTC
 */
export function slaDue(
  priority: CasePriority,
  openedAt: Date,
  calendar: BusinessCalendar = DEFAULT_CALENDAR,
): DueTimes {
  const after = (hours: number) => addBusinessTime(calendar, openedAt, hours * HOUR_MS);
  return {
    firstResponseDueAt: after(HOURS[priority].firstResponse),
    resolutionDueAt: after(HOURS[priority].resolution),
  };
}

/**
 * The due times when a clock that stood still since `since` runs on at `now`: as much is left as there was. What had been
 * missed by then stays missed, and what is answered is decided.
 */
export function resumedDue(times: SlaTimes, since: Date, now: Date, calendar: BusinessCalendar): DueTimes {
  const resumed = (due: Date) => {
    if (due < since) return due;
    if (times.slaClock === 'ELAPSED') return new Date(due.getTime() + now.getTime() - since.getTime());
    return addBusinessTime(calendar, now, businessTimeBetween(calendar, since, due));
  };
  return {
    firstResponseDueAt: times.firstRespondedAt === null ? resumed(times.firstResponseDueAt) : times.firstResponseDueAt,
    resolutionDueAt: resumed(times.resolutionDueAt),
  };
}

/** How the agreement stands at the moment `now`. `breachedSql`, and the column `breaches_at`, say the same in SQL. */
export function slaOf(times: SlaTimes, now: Date): CaseSla {
  const { firstResponseDueAt, resolutionDueAt, firstRespondedAt, resolvedAt, waitingSince, slaClock } = times;
  const clock = waitingSince ?? now;
  const answered = firstRespondedAt ?? resolvedAt ?? clock;
  const breached = answered > firstResponseDueAt || (resolvedAt ?? clock) > resolutionDueAt;
  const answeredInTime = firstRespondedAt !== null && firstRespondedAt <= firstResponseDueAt;
  const firstDue = answeredInTime || resolutionDueAt < firstResponseDueAt ? resolutionDueAt : firstResponseDueAt;
  const halted = waitingSince !== null && firstDue >= waitingSince;
  return {
    firstResponseDueAt,
    resolutionDueAt,
    breached,
    breachesAt: resolvedAt !== null || halted ? null : firstDue,
    stoppedSince: waitingSince,
    clock: slaClock,
  };
}

/** `slaOf(…).breached` as a condition over the alias `t` of a case. */
export function breachedSql(now: Date): Sql {
  return sql`(coalesce(t.first_responded_at, t.resolved_at, t.waiting_since, ${now}::timestamptz) > t.first_response_due_at
    OR coalesce(t.resolved_at, t.waiting_since, ${now}::timestamptz) > t.resolution_due_at)`;
}
