/** Counts connections of all transports together. */
export class ConnectionCount {
  #open = 0;

  constructor(private readonly limit: number) {}

  get open(): number {
    return this.#open;
  }

  /** @returns false when one more would be too many; nothing is counted then */
  take(): boolean {
    if (this.#open >= this.limit) return false;
    this.#open += 1;
    return true;
  }

  release(): void {
    this.#open -= 1;
  }
}
