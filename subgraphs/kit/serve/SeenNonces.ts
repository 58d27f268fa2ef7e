/** How many nonces are remembered at most: about 100 MB, and some 8,000 requests a second for two minutes. */
const MAX_REMEMBERED = 1_000_000;

/**
 * Which signatures were used already, until they are too old to be used at all. It knows of this process only: two replicas of a subgraph
 * each take the same request once.
 */
export class SeenNonces {
  /** The second in which nonces expire, to the nonces: a whole second is forgotten at once. */
  readonly #bySecond = new Map<number, Set<string>>();
  #size = 0;
  #sweptAt = 0;

  constructor(readonly limit: number = MAX_REMEMBERED) {}

  /** How many are remembered. */
  get size(): number {
    return this.#size;
  }

  /**
   * Remembers a nonce.
   * @param expiresAt until when, in milliseconds since 1970
   * @returns `seen` when it was there already; `full` when there is no room, and then it is not remembered
   */
  add(nonce: string, expiresAt: number, now: number = Date.now()): 'new' | 'seen' | 'full' {
    this.#forgetBefore(Math.floor(now / 1000));
    const second = Math.floor(expiresAt / 1000);
    const known = this.#bySecond.get(second);
    if (known?.has(nonce)) return 'seen';
    if (this.#size >= this.limit) return 'full';
    if (known) known.add(nonce);
    else this.#bySecond.set(second, new Set([nonce]));
    this.#size += 1;
    return 'new';
  }

  #forgetBefore(second: number): void {
    if (second === this.#sweptAt) return;
    this.#sweptAt = second;
    for (const [expired, nonces] of this.#bySecond) {
      if (expired >= second) continue;
      this.#size -= nonces.size;
      this.#bySecond.delete(expired);
    }
  }
}
