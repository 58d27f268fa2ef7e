import { TokenBucket } from 'limiter';
import { LRUCache } from 'lru-cache';
import { ERROR_CODES } from '../../../schema/contract.js';
import type { PlanningLimits } from '../../limits/limits.js';
import { OperationRefused } from '../../operations/OperationRefused.js';

/** Milliseconds of the planner's time that a caller may have used at once, and how many come back each second. */
const BURST_MS = 4_000;
const MS_PER_SECOND = 100;

/** So many callers are remembered; who comes again after being forgotten has used nothing. */
const CALLERS = 10_000;

/** Something that waits for the planner. */
export interface QueuedPlan {
  /** See `callerKey`; undefined for the gateway itself, whose plans are not counted. */
  readonly caller: string | undefined;
}

/**
 * Who is planned next: the callers take turns, so that one who floods the planner waits for its own plans and nobody else does. Each caller has a
 * small budget of the planner's time, which comes back with time.
 */
export class PlanQueue<T extends QueuedPlan> {
  /** In the order of their turns. */
  readonly #waiting = new Map<string | undefined, T[]>();
  readonly #budgets = new LRUCache<string, TokenBucket>({ max: CALLERS });
  #size = 0;

  constructor(private readonly limits: Pick<PlanningLimits, 'waiting' | 'waitingPerCaller'>) {}

  /** How many wait. */
  get size(): number {
    return this.#size;
  }

  /** @throws OperationRefused when the caller has used up its budget or has too many waiting, or when too many wait in all */
  add(plan: T): void {
    const { caller } = plan;
    const own = this.#waiting.get(caller);
    if (caller !== undefined) this.#refuseFlood(caller, own?.length ?? 0);
    this.#size += 1;
    if (own) own.push(plan);
    else this.#waiting.set(caller, [plan]);
  }

  /** Takes out the next one: the first of the caller whose turn it is. */
  next(): T | undefined {
    for (const [caller, own] of this.#waiting) {
      const plan = own.shift();
      this.#waiting.delete(caller);
      if (own.length > 0) this.#waiting.set(caller, own);
      if (!plan) continue;
      this.#size -= 1;
      return plan;
    }
    return undefined;
  }

  /** Counts time that the planner spent for a caller. */
  charge({ caller }: QueuedPlan, milliseconds: number): void {
    if (caller === undefined) return;
    const budget = this.#budgetOf(caller);
    budget.getWaitTime(1);
    budget.content -= milliseconds;
  }

  #refuseFlood(caller: string, waiting: number): void {
    const seconds = Math.ceil(this.#budgetOf(caller).getWaitTime(1) / 1_000);
    if (seconds > 0 || waiting >= this.limits.waitingPerCaller) {
      const message =
        'You ask for more operations that were not seen before than can be planned for you. ' +
        `Ask again in ${Math.max(1, seconds)} s, and put what changes into variables.`;
      throw refusal(message, ERROR_CODES.RATE_LIMITED, 429, Math.max(1, seconds));
    }
    if (this.#size >= this.limits.waiting) {
      throw refusal('The gateway has more to plan than it can; try again in 1 s.', ERROR_CODES.OVERLOADED, 503, 1);
    }
  }

  #budgetOf(caller: string): TokenBucket {
    let budget = this.#budgets.get(caller);
    if (!budget) {
      budget = new TokenBucket({ bucketSize: BURST_MS, tokensPerInterval: MS_PER_SECOND, interval: 'second' });
      // It would begin empty.
      budget.content = BURST_MS;
      this.#budgets.set(caller, budget);
    }
    return budget;
  }
}

function refusal(message: string, code: string, status: number, seconds: number): OperationRefused {
  const extensions = { code, retryAfter: seconds };
  return new OperationRefused([{ message, extensions }], status, { 'retry-after': String(seconds) });
}
