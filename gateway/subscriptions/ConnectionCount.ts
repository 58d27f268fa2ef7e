import type { SubscriptionLimits } from '../limits/limits.js';

/** Counts connections of all transports together, and those from each network address. */
export class ConnectionCount {
  #open = 0;
  readonly #from = new Map<string, number>();

  /** @param onRefused called for each one too many */
  constructor(
    private readonly limits: Pick<SubscriptionLimits, 'connections' | 'connectionsPerAddress'>,
    private readonly onRefused: () => void,
  ) {}

  get open(): number {
    return this.#open;
  }

  /** @returns false when one more would be too many; nothing is counted then */
  take(address: string): boolean {
    const from = this.#from.get(address) ?? 0;
    if (this.#open >= this.limits.connections || from >= this.limits.connectionsPerAddress) {
      this.onRefused();
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
