/** What was asked counts for half as much after each of these times, in milliseconds. */
const HALF_LIFE_MS = 250;
/** A share is heavy or light when it is so many times the mean. */
const HEAVY = 1.1;
const LIGHT = 0.9;
/** So many callers are told apart at most; others count as having had nothing. */
const MOST_CALLERS = 20_000;

/** What one caller has asked for. */
interface Share {
  /** Lately, let in or not: whoever asks on in a flood is not light because of having been turned away. */
  recent: number;
  /** Let in whenever, and not answered yet. */
  underWay: number;
}

const NOTHING: Readonly<Share> = { recent: 0, underWay: 0 };

/** What a caller asks for, beside the mean of all callers: more, about as much, or less. */
export type Weight = 'heavy' | 'fair' | 'light';

/**
 * Counts what each caller asks for: requests of the last second or so, and those that are still under way. One caller alone is always fair; who comes
 * beside others, and had nothing yet, is light.
 */
export class FairShares {
  readonly #shares = new Map<string, Share>();
  #total = 0;
  #decayed = performance.now();

  /** What weight a caller has before this request, which counts from now on. */
  ask(caller: string): Weight {
    const weight = this.weightOf(caller);
    const share = this.#shareOf(caller);
    if (share) {
      share.recent += 1;
      this.#total += 1;
    }
    return weight;
  }

  weightOf(caller: string): Weight {
    this.#decay();
    if (this.#shares.size === 0) return 'fair';
    const mean = this.#total / this.#shares.size;
    const { recent, underWay } = this.#shares.get(caller) ?? NOTHING;
    if (recent + underWay > HEAVY * mean) return 'heavy';
    return recent + underWay < LIGHT * mean ? 'light' : 'fair';
  }

  /** Counts a request that is let in. @returns to be called once, when it is answered */
  begin(caller: string): () => void {
    const share = this.#shareOf(caller);
    if (!share) return () => undefined;
    share.underWay += 1;
    this.#total += 1;
    return () => {
      share.underWay -= 1;
      this.#total -= 1;
    };
  }

  /** Undefined when too many are told apart already. */
  #shareOf(caller: string): Share | undefined {
    let share = this.#shares.get(caller);
    if (!share && this.#shares.size < MOST_CALLERS) {
      share = { recent: 0, underWay: 0 };
      this.#shares.set(caller, share);
    }
    return share;
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
