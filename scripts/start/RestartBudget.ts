/** How often, and how fast, something that ends by itself is started again. */
export interface RestartPolicy {
  /** So many restarts within `windowMs`, and no more. */
  readonly most: number;
  /** In milliseconds, as are all others. */
  readonly windowMs: number;
  /** The wait before the first restart. Each further one doubles it. */
  readonly delayMs: number;
  /** The longest wait. */
  readonly maxDelayMs: number;
  /** After a run of this length the waits begin anew with `delayMs`. */
  readonly resetMs: number;
}

/** What `npm start` does unless told otherwise. */
export const RESTARTS: RestartPolicy = {
  most: 5,
  windowMs: 5 * 60_000,
  delayMs: 250,
  maxDelayMs: 10_000,
  resetMs: 60_000,
};

/** Counts the restarts of one service and says how long to wait before the next one. */
export class RestartBudget {
  /** When it was started again, the oldest first. */
  #restarts: number[] = [];
  #delay: number;

  constructor(private readonly policy: RestartPolicy) {
    this.#delay = policy.delayMs;
  }

  /** How many of the restarts that are allowed within a window are spent. */
  get spent(): number {
    return this.#restarts.length;
  }

  /**
   * Takes one restart from the budget.
   *
   * @param ranMs how long it ran before it ended; 0 when it did not even start
   * @param now in milliseconds, of a clock that never goes back
   * @returns how long to wait before it is started; undefined when the budget is spent
   */
  take(ranMs: number, now: number): number | undefined {
    const { delayMs, maxDelayMs, most, resetMs, windowMs } = this.policy;
    this.#restarts = this.#restarts.filter((moment) => now - moment < windowMs);
    if (this.#restarts.length >= most) return undefined;
    this.#restarts.push(now);
    if (ranMs >= resetMs) this.#delay = delayMs;
    const delay = this.#delay;
    this.#delay = Math.min(delay * 2, maxDelayMs);
    return delay;
  }
}
