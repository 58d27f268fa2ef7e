import type { Logger } from 'pino';
import { Backoff } from './Backoff.js';
import { Wake } from './Wake.js';

/**
 * Keeps a piece of work going until it is stopped: when it fails (the database went away), it is begun anew after a pause, by `Backoff`. Nothing but `stop` ends that
 * pause: what wakes the work tells of something to do, not of the failure being over.
 */
export class Worker {
  readonly #wake = new Wake();
  readonly #stopping = new Wake();
  readonly #backoff: Backoff;
  readonly #done: Promise<void>;
  #stopped = false;

  /**
   * @param name of the work, for the log
   * @param work does what there is to do, over and over, until `worker.stopped`; it sleeps by `worker.sleep`. It begins when the caller has the worker
   */
  constructor(
    name: string,
    log: Logger,
    private readonly work: (worker: Worker) => Promise<void>,
  ) {
    this.#backoff = new Backoff(name, log);
    // Not at once: what the work uses may be what the worker is about to be assigned to.
    this.#done = Promise.resolve().then(() => this.#run());
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  /** What there was to do is done: failures are over. Whoever sleeps need not say it. */
  worked(): void {
    this.#backoff.worked();
  }

  /** Sleeps until there is something to do, at most so long; what there was to do is done. */
  async sleep(milliseconds: number): Promise<void> {
    if (this.#stopped) return;
    this.#backoff.worked();
    await this.#wake.sleep(milliseconds);
  }

  /** There is something to do. */
  wake(): void {
    this.#wake.call();
  }

  /** Lets what is under way end; then it is over. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#wake.call();
    this.#stopping.call();
    await this.#done;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      try {
        await this.work(this);
        if (!this.#stopped) throw new Error('it ended by itself');
      } catch (error) {
        if (this.#stopped) return;
        await this.#stopping.sleep(this.#backoff.failed(error));
      }
    }
  }
}
