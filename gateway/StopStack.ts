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
   * @param before what is waited for first, while all of it is still open
   * @throws AggregateError of all that could not be closed
   */
  stop(before?: () => Promise<unknown>): Promise<void> {
    this.#stopping ??= this.#stopAll(before);
    return this.#stopping;
  }

  async #stopAll(before: (() => Promise<unknown>) | undefined): Promise<void> {
    await before?.();
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
