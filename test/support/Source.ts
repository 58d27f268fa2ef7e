/** An endless list of events that can be ended from both sides at any time. */
export class Source<T> implements AsyncIterableIterator<T, undefined> {
  readonly #events: T[] = [];
  #wake: (() => void) | undefined;
  #over = false;

  constructor(private readonly onEnd: () => void) {}

  push(event: T): void {
    this.#events.push(event);
    this.#wake?.();
  }

  end(): void {
    if (this.#over) return;
    this.#over = true;
    this.onEnd();
    this.#wake?.();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<T, undefined>> {
    for (;;) {
      const event = this.#events.shift();
      if (event !== undefined) return { done: false, value: event };
      if (this.#over) return { done: true, value: undefined };
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  async return(): Promise<IteratorResult<T, undefined>> {
    this.end();
    return { done: true, value: undefined };
  }
}
