/** How many may be open at the same time. */
export interface ConnectionLimits {
  readonly all: number;
  readonly perAddress: number;
}

/** Counts what is open, in all and from each network address: connections, requests, or bytes of them. */
export class ConnectionCount {
  #open = 0;
  readonly #from = new Map<string, number>();

  /** @param onRefused called for each one too many, with its address */
  constructor(
    private readonly limits: ConnectionLimits,
    private readonly onRefused: (address: string) => void,
  ) {}

  get open(): number {
    return this.#open;
  }

  /** @returns false when one more would be too many; nothing is counted then. Else `release` is called once */
  take(address: string, more = 1): boolean {
    const from = this.#from.get(address) ?? 0;
    if (this.#open + more > this.limits.all || from + more > this.limits.perAddress) {
      this.onRefused(address);
      return false;
    }
    this.#open += more;
    this.#from.set(address, from + more);
    return true;
  }

  release(address: string, less = 1): void {
    this.#open -= less;
    const left = (this.#from.get(address) ?? less) - less;
    if (left > 0) this.#from.set(address, left);
    else this.#from.delete(address);
  }
}
