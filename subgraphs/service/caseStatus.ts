import { enumType } from '../kit/enumType.js';
import { badUserInput } from '../kit/errors.js';

export const CaseStatus = enumType('CaseStatus', 'Where a case stands.', {
  OPEN: 'It is our turn. Can become AWAITING_CUSTOMER or RESOLVED.',
  AWAITING_CUSTOMER: "It is the customer's turn; their reply makes it OPEN again. Can become OPEN or RESOLVED.",
  RESOLVED: 'Done, with a resolution. It takes no more replies.',
  CLOSED: 'Done for good: an archived case.',
});
export type CaseStatus = keyof typeof CaseStatus;

/** The state machine: what each status can become. */
const NEXT: Readonly<Record<CaseStatus, readonly CaseStatus[]>> = {
  OPEN: ['AWAITING_CUSTOMER', 'RESOLVED'],
  AWAITING_CUSTOMER: ['OPEN', 'RESOLVED'],
  RESOLVED: [],
  CLOSED: [],
};

/**
 * Makes sure that a case can become `next`; staying as it is is no change and always possible while the case is not over.
 * @param argument names the case in the caller's arguments
 * @throws BAD_USER_INPUT with `status` and the statuses that can follow as `allowed`
 */
export function requireNextStatus(
  { number, status }: { readonly number: string; readonly status: CaseStatus },
  next: CaseStatus,
  argument: string,
): void {
  const allowed = NEXT[status];
  if (allowed.includes(next) || (status === next && allowed.length > 0)) return;
  const way =
    allowed.length > 0
      ? `it can become ${allowed.join(' or ')}`
      : 'it takes no more replies or resolutions; open a new case with openCase';
  throw badUserInput(`${argument}: ${number} is ${status}: ${way}`, argument, { status, allowed });
}
