/**
 * Works on several items at once and hands the results on in the order in which the items came. What is neither begun nor
 * handed on yet is kept here; `waiting` tells how much that is, so that whoever pushes can stop in time.
 */
export class InOrder<T, R> {
  readonly #waiting: T[] = [];
  readonly #begun: Promise<R>[] = [];
  #handingOn = false;
  #closed = false;

  /**
   * @param parallel how many items may be begun and not yet handed on
   * @param work must not reject
   * @param handOn is not called again before it has resolved; must not reject
   * @param onIdle called each time that nothing is left to do
   */
  constructor(
    private readonly parallel: number,
    private readonly work: (item: T) => Promise<R>,
    private readonly handOn: (result: R) => Promise<void> | void,
    private readonly onIdle: () => void = () => undefined,
  ) {}

  /** How many items have not been begun. */
  get waiting(): number {
    return this.#waiting.length;
  }

  push(item: T): void {
    if (this.#closed) return;
    this.#waiting.push(item);
    this.#begin();
  }

  /** Forgets what waits; nothing is handed on any more. */
  close(): void {
    this.#closed = true;
    this.#waiting.length = 0;
  }

  #begin(): void {
    while (this.#begun.length < this.parallel) {
      const item = this.#waiting.shift();
      if (item === undefined) break;
      this.#begun.push(this.work(item));
    }
    if (!this.#handingOn && this.#begun.length > 0) void this.#run();
  }

  async #run(): Promise<void> {
    this.#handingOn = true;
    for (let first = this.#begun[0]; first; first = this.#begun[0]) {
      const result = await first;
      if (!this.#closed) await this.handOn(result);
      void this.#begun.shift();
      this.#begin();
    }
    this.#handingOn = false;
    if (!this.#closed) this.onIdle();
  }
}
