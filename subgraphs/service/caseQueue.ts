import sql, { type Sql } from 'sql-template-tag';
import { enumType } from '../kit/graph/enumType.js';
import type { ListOrder } from '../kit/sql/readPages.js';

export const CaseQueueFilter = enumType('CaseQueueFilter', 'Which of the cases that are not over.', {
  ALL: 'All of them. Those whose clock stands still because the customer is awaited come last.',
  UNANSWERED: 'Those to which no employee has replied.',
  UNASSIGNED: 'Those of which nobody takes care.',
  ESCALATED: 'Those that were escalated.',
  DUE_SOON:
    'Those whose agreement is whole and breaks soon: `sla.breachesAt` is within the next hours (`SERVICE_DUE_SOON_HOURS`, 4 by default).',
  BREACHED: 'Those with `sla.breached`.',
});
export type CaseQueueFilter = keyof typeof CaseQueueFilter;

/** What breaks first, or broke first, is first. */
export const QUEUE_ORDER: ListOrder = { by: 't.breaches_at', type: 'timestamptz', direction: 'ASC' };

const HOUR_MS = 3_600_000;

/** The conditions of a queue over the alias `t`; the column `breaches_at` is `sla.breachesAt`. */
export function queueConditions(filter: CaseQueueFilter, now: Date, dueSoonHours: number): Sql[] {
  const conditions: Record<CaseQueueFilter, Sql[]> = {
    ALL: [],
    UNANSWERED: [sql`t.first_responded_at IS NULL`],
    UNASSIGNED: [sql`t.assignee_id IS NULL`],
    ESCALATED: [sql`t.escalation_level > 0`],
    DUE_SOON: [
      sql`t.breaches_at >= ${now}::timestamptz`,
      sql`t.breaches_at <= ${new Date(now.getTime() + dueSoonHours * HOUR_MS)}::timestamptz`,
    ],
    BREACHED: [sql`t.breaches_at < ${now}::timestamptz`],
  };
  return [sql`t.resolved_at IS NULL`, ...conditions[filter]];
}
