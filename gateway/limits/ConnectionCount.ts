/** How many may be open at the same time. */
export interface ConnectionLimits {
  readonly all: number;
  readonly perAddress: number;
}

/** Counts what is open, in all and from each network address. */
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
  take(address: string): boolean {
    const from = this.#from.get(address) ?? 0;
    if (this.#open >= this.limits.all || from >= this.limits.perAddress) {
      this.onRefused(address);
      return false;
    }
    this.#open += 1;
    this.#from.set(address, from + 1);
    return true;
  }

  release(address: string): void {
    this.#open -= 1;
    const left = (this.#from.get(address) ?? 1) - 1;
    if (left > 0) this.#from.set(address, left);
    else this.#from.delete(address);
  }
}
