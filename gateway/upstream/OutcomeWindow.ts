/** How long an outcome counts, in milliseconds. */
const WINDOW_MS = 10_000;
/** So many of the latest outcomes count at most: what is kept for a subgraph is bounded, however often it is asked. */
const MOST_KEPT = 512;

/** How one request ended. */
interface Outcome {
  /** As `performance.now()` tells time. */
  readonly at: number;
  /** Whose request failed, and what it asked; absent when it was answered. */
  readonly failed?: Failed;
}

interface Failed {
  readonly caller: string;
  readonly operation: string;
}

/**
 * What the outcomes say of a subgraph. `doubtful`: much fails, but most of it is one caller's or one operation's, so the reason may
 * be what they ask and not the subgraph.
 */
export type Verdict = 'well' | 'doubtful' | 'trouble';

/** The latest outcomes of requests to one subgraph: of ten seconds, and 512 at most. */
export class OutcomeWindow {
  #outcomes: Outcome[] = [];
  #next = 0;

  /** @param fewest so many failures, and half of all outcomes, are the least that says anything */
  constructor(private readonly fewest: number) {}

  /** Forgets everything. */
  clear(): void {
    this.#outcomes = [];
    this.#next = 0;
  }

  /** @param failed whose request it was and what it asked, when it failed */
  note(failed?: Failed): void {
    this.#outcomes[this.#next] = { at: performance.now(), ...(failed && { failed }) };
    this.#next = (this.#next + 1) % MOST_KEPT;
  }

  judge(): Verdict {
    const since = performance.now() - WINDOW_MS;
    const callers = new Map<string, number>();
    const operations = new Map<string, number>();
    let all = 0;
    let failures = 0;
    for (const { at, failed } of this.#outcomes) {
      if (at < since) continue;
      all += 1;
      if (!failed) continue;
      failures += 1;
      callers.set(failed.caller, (callers.get(failed.caller) ?? 0) + 1);
      operations.set(failed.operation, (operations.get(failed.operation) ?? 0) + 1);
    }
    if (failures < this.fewest || failures * 2 < all) return 'well';
    const most = Math.max(...callers.values(), ...operations.values());
    return most * 2 > failures ? 'doubtful' : 'trouble';
  }
}
