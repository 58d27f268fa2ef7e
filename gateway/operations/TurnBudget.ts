import { setImmediate as nextTurn } from 'node:timers/promises';

/**
 * Work that comes in bursts takes turns: when so much of one turn of the event loop has gone by since the first piece, the others wait for the next
 * turns, and whatever else there is to do comes between. Whoever waits longest goes first.
 */
export class TurnBudget {
  #endsAt: number | undefined;

  /** @param milliseconds for the pieces of one turn; each turn has room for one piece at least */
  constructor(private readonly milliseconds: number) {}

  /** Does a piece of work as soon as there is room for it. */
  async run<T>(work: () => T): Promise<T> {
    while (this.#isSpent()) await nextTurn();
    return work();
  }

  #isSpent(): boolean {
    const now = performance.now();
    if (this.#endsAt !== undefined) return now >= this.#endsAt;
    this.#endsAt = now + this.milliseconds;
    setImmediate(() => (this.#endsAt = undefined));
    return false;
  }
}
