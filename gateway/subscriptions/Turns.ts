/** Does one piece of work after the other, in the order in which they were given, however long each takes. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();
  #size = 0;

  /** How many are not done, the one under way included. */
  get size(): number {
    return this.#size;
  }

  /** Resolves, or rejects, as the work does once it has had its turn. A rejection does not keep the next one from its own. */
  run<T>(work: () => Promise<T>): Promise<T> {
    this.#size += 1;
    const turn = this.#last.then(work).finally(() => {
      this.#size -= 1;
    });
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}
