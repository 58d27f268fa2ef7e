/** Counts connections of all transports together. */
export class ConnectionCount {
  #open = 0;

  /** @param onRefused called for each one too many */
  constructor(
    private readonly limit: number,
    private readonly onRefused: () => void,
  ) {}

  get open(): number {
    return this.#open;
  }

  /** @returns false when one more would be too many; nothing is counted then */
  take(): boolean {
    if (this.#open >= this.limit) {
      this.onRefused();
      return false;
    }
    this.#open += 1;
    return true;
  }

  release(): void {
    this.#open -= 1;
  }
}
