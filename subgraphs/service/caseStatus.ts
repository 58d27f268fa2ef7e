import { enumType } from '../kit/graph/enumType.js';
import { badUserInput } from '../kit/graph/errors.js';

export const CaseStatus = enumType('CaseStatus', 'Where a case stands.', {
  OPEN: 'It is our turn. Can become AWAITING_CUSTOMER or RESOLVED.',
  AWAITING_CUSTOMER:
    "It is the customer's turn, and the clock stands still; their reply makes it OPEN again. Can become OPEN or RESOLVED.",
  RESOLVED:
    'Done, with a resolution. It takes no more replies; for a stated time (`SERVICE_REOPEN_DAYS`, 30 days by default) it can become OPEN again.',
  CLOSED: 'Done for good: an archived case.',
});
export type CaseStatus = keyof typeof CaseStatus;

/** The state machine: what each status can become. RESOLVED, only while the case can be reopened. */
const NEXT: Readonly<Record<CaseStatus, readonly CaseStatus[]>> = {
  OPEN: ['AWAITING_CUSTOMER', 'RESOLVED'],
  AWAITING_CUSTOMER: ['OPEN', 'RESOLVED'],
  RESOLVED: ['OPEN'],
  CLOSED: [],
};

const DAY_MS = 86_400_000;

interface StandingCase {
  readonly number: string;
  readonly status: CaseStatus;
  readonly resolvedAt: Date | null;
}

/** Where the state machine is asked. */
interface Asked {
  /** Names the case in the caller's arguments. */
  readonly argument: string;
  readonly now: Date;
  readonly reopenDays: number;
}

/** Until when a case can be reopened; null when it is not RESOLVED. */
export function reopenableUntil(
  { status, resolvedAt }: Pick<StandingCase, 'status' | 'resolvedAt'>,
  reopenDays: number,
): Date | null {
  return status === 'RESOLVED' && resolvedAt !== null ? new Date(resolvedAt.getTime() + reopenDays * DAY_MS) : null;
}

function isReopenable(current: StandingCase, { now, reopenDays }: Asked): boolean {
  const until = reopenableUntil(current, reopenDays);
  return until !== null && now <= until;
}

/**
 * Makes sure that a case is not over: it can be worked on, and can become what a case that is not over can become.
 * @throws BAD_USER_INPUT with `status` and the statuses that can follow as `allowed`
 */
export function requireLive(current: StandingCase, asked: Asked): void {
  const { number, status } = current;
  if (status === 'OPEN' || status === 'AWAITING_CUSTOMER') return;
  const allowed = isReopenable(current, asked) ? NEXT[status] : [];
  const way = allowed.length > 0 ? 'reopen it with reopenCase, or open a new one' : 'open a new one';
  throw badUserInput(`${asked.argument}: ${number} is ${status}, so it is over; ${way} with openCase`, asked.argument, {
    status,
    allowed,
  });
}

/**
 * Makes sure that a case can be reopened.
 * @throws BAD_USER_INPUT with `status` and the statuses that can follow as `allowed`
 */
export function requireReopenable(current: StandingCase, asked: Asked): void {
  if (isReopenable(current, asked)) return;
  const { number, status } = current;
  const allowed = status === 'RESOLVED' ? [] : NEXT[status];
  const reason =
    status === 'RESOLVED'
      ? `was resolved more than ${asked.reopenDays} days ago; open a new one with openCase`
      : `is ${status}; only a case that is RESOLVED can be reopened`;
  throw badUserInput(`${asked.argument}: ${number} ${reason}`, asked.argument, { status, allowed });
}
