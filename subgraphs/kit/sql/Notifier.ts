/**
 * Wakes those who listen to a channel of Postgres. A notification is a statement of its own, never part of a transaction that writes: Postgres
 * lets only one transaction of a database at a time commit that notifies, so every commit would wait for every other's disk.
 *
 * Calls are coalesced: one notification is on its way at a time, and all calls that come meanwhile are told by the next one.
 * One that fails, or that the process does not live to send, is not sent again: whoever listens looks by themselves every
 * `LOOK_ANYWAY_MS`, and that Postgres is away is told by those who need it.
 */
export class Notifier {
  #isDue = false;
  #sending: Promise<void> | undefined;

  /** @param send notifies, outside any transaction */
  constructor(private readonly send: () => Promise<unknown>) {}

  /** Call it when what there is to be seen is committed. */
  notify(): void {
    this.#isDue = true;
    this.#sending ??= this.#sendAll();
  }

  /** Resolves when nothing is on its way. */
  async idle(): Promise<void> {
    await this.#sending;
  }

  async #sendAll(): Promise<void> {
    while (this.#isDue) {
      this.#isDue = false;
      await this.send().catch(() => undefined);
    }
    // In the same turn in which nothing was due: whoever calls next begins anew.
    this.#sending = undefined;
  }
}
