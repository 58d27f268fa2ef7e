/** What was opened, to be closed in the opposite order. */
export class StopStack {
  readonly #open: (() => Promise<unknown>)[] = [];
  #stopping: Promise<void> | undefined;

  /** Adds something that was just opened. */
  push(stop: () => Promise<unknown>): void {
    this.#open.push(stop);
  }

  /** Whether it is being closed. */
  get isStopping(): boolean {
    return this.#stopping !== undefined;
  }

  /**
   * Closes all of it, what was opened last first, each once the one before is closed; what cannot be closed keeps nothing else from it. Calling it
   * again waits for the same end.
   *
   * @throws AggregateError of all that could not be closed
   */
  stop(): Promise<void> {
    this.#stopping ??= this.#stopAll();
    return this.#stopping;
  }

  async #stopAll(): Promise<void> {
    const errors: unknown[] = [];
    for (let stop = this.#open.pop(); stop; stop = this.#open.pop()) {
      try {
        await stop();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw new AggregateError(errors, 'not everything could be closed');
  }
}
