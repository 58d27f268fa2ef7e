/** Requests that began between two swaps. */
interface Era {
  running: number;
  ended?: () => void;
}

/** Counts what is under way, so that what it uses is not closed under it. Costs a counter a request. */
export class InFlight {
  #era: Era = { running: 0 };
  #drained: Promise<void> = Promise.resolve();

  /** Says that something begins. What it returns says that it ended, and is called once. */
  begin(): () => void {
    const era = this.#era;
    era.running += 1;
    return () => {
      era.running -= 1;
      if (era.running === 0) era.ended?.();
    };
  }

  /** Resolves when everything that is under way now has ended, whatever begins meanwhile. */
  drained(): Promise<void> {
    const era = this.#era;
    this.#era = { running: 0 };
    const before = this.#drained;
    const ended = era.running === 0 ? Promise.resolve() : new Promise<void>((resolve) => (era.ended = resolve));
    this.#drained = before.then(() => ended);
    return this.#drained;
  }
}
