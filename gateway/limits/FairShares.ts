/** What was let in counts for half as much after each of these times, in milliseconds. */
const HALF_LIFE_MS = 250;
/** Whoever has more than so many times the mean has more than a fair share. */
const TOLERANCE = 1.5;
/** So many callers are told apart at most; others count as having had nothing. */
const MOST_CALLERS = 20_000;

/** What one caller has had. */
interface Share {
  /** Let in lately. */
  recent: number;
  /** Let in whenever, and not answered yet. */
  underWay: number;
}

/**
 * Counts what each caller has had: requests that were let in during the last second or so, and those that are still under way. One caller alone never
 * has more than a fair share.
 */
export class FairShares {
  readonly #shares = new Map<string, Share>();
  #total = 0;
  #decayed = performance.now();

  /** Whether a caller has had more than a fair share of what all callers had. */
  isOver(caller: string): boolean {
    this.#decay();
    const share = this.#shares.get(caller);
    return share !== undefined && share.recent + share.underWay > (TOLERANCE * this.#total) / this.#shares.size;
  }

  /** Counts a request that is let in. @returns to be called once, when it is answered */
  begin(caller: string): () => void {
    this.#decay();
    let share = this.#shares.get(caller);
    if (!share) {
      if (this.#shares.size >= MOST_CALLERS) return () => undefined;
      share = { recent: 0, underWay: 0 };
      this.#shares.set(caller, share);
    }
    const begun = share;
    begun.recent += 1;
    begun.underWay += 1;
    this.#total += 2;
    return () => {
      begun.underWay -= 1;
      this.#total -= 1;
    };
  }

  #decay(): void {
    const now = performance.now();
    const times = Math.floor((now - this.#decayed) / HALF_LIFE_MS);
    if (times === 0) return;
    this.#decayed += times * HALF_LIFE_MS;
    this.#total = 0;
    for (const [caller, share] of this.#shares) {
      share.recent = share.recent < 1 ? 0 : share.recent / 2 ** times;
      if (share.recent === 0 && share.underWay === 0) this.#shares.delete(caller);
      else this.#total += share.recent + share.underWay;
    }
  }
}
