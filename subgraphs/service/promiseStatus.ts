import { enumType } from '../kit/graph/enumType.js';
import { badUserInput } from '../kit/graph/errors.js';

export const PromiseKind = enumType('PromiseKind', 'What sort of promise.', {
  COMMITMENT: 'We do something until a stated moment: call back, send a part.',
  WARRANTY: 'We answer for something until a stated moment.',
});
export type PromiseKind = keyof typeof PromiseKind;

export const PromiseStatus = enumType('PromiseStatus', 'Where a promise stands.', {
  OWED: 'We have not kept it yet, be it overdue or not. Can become KEPT; a warranty that nobody claims becomes EXPIRED.',
  KEPT: 'Done.',
  EXPIRED: 'A warranty that ran out without a claim; nothing is owed any more.',
});
export type PromiseStatus = keyof typeof PromiseStatus;

interface StandingPromise {
  readonly id: string;
  readonly validUntil: Date | null;
  readonly keptAt: Date | null;
}

/** Where a promise stands at this moment. */
export function promiseStatus({ validUntil, keptAt }: StandingPromise, now: Date): PromiseStatus {
  if (keptAt !== null) return 'KEPT';
  return validUntil !== null && validUntil < now ? 'EXPIRED' : 'OWED';
}

/**
 * Makes sure that a promise can be kept at the moment `keptAt`: it is kept once, and a warranty while it is valid.
 * @throws BAD_USER_INPUT with `status` and the statuses that can follow as `allowed`
 */
export function requireOwed(promise: StandingPromise, keptAt: Date, argument: string): void {
  const status = promiseStatus(promise, keptAt);
  if (status === 'OWED') return;
  const reason = status === 'KEPT' ? 'was kept already' : 'had run out by then';
  throw badUserInput(`${argument}: Promise ${promise.id} ${reason}`, argument, { status, allowed: [] });
}
