/** Requests that pay for one retry. */
const REQUESTS_A_RETRY = 10;
/** Retries that may be saved up. */
const MOST_SAVED = 10;

/**
 * Lets one in ten requests be tried again, so that retries never multiply the load on a subgraph that is in trouble: Finagle's retry
 * budget, without its clock.
 *
 * @see https://twitter.github.io/finagle/guide/Clients.html#retries
 */
export class RetryBudget {
  #saved = MOST_SAVED;

  /** Pays in for a request. */
  earn(): void {
    this.#saved = Math.min(MOST_SAVED, this.#saved + 1 / REQUESTS_A_RETRY);
  }

  /** Pays for a retry. @returns false when there is too little left */
  spend(): boolean {
    if (this.#saved < 1) return false;
    this.#saved -= 1;
    return true;
  }
}
