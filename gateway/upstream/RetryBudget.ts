/** Requests that pay for one retry. */
const REQUESTS_A_RETRY = 10;
/** Retries that may be saved up. */
const MOST_SAVED = 10;

/**
 * Lets one in ten requests be tried again, so that retries never multiply the load on a subgraph that is in trouble: Finagle's retry
 * budget, without its clock. Among any requests that follow each other there are at most ten retries and one for each ten of them.
 *
 * @see https://twitter.github.io/finagle/guide/Clients.html#retries
 */
export class RetryBudget {
  /** In parts of a retry, each earned by one request: fractions of a retry would not add up to whole ones. */
  #saved = MOST_SAVED * REQUESTS_A_RETRY;

  /** Pays in for a request. A retry is none. */
  earn(): void {
    this.#saved = Math.min(MOST_SAVED * REQUESTS_A_RETRY, this.#saved + 1);
  }

  /** Pays for a retry. @returns false when there is too little left */
  spend(): boolean {
    if (this.#saved < REQUESTS_A_RETRY) return false;
    this.#saved -= REQUESTS_A_RETRY;
    return true;
  }
}
