import type { Logger } from 'pino';
import { Wake } from './Wake.js';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5000;

/**
 * Keeps a piece of work going until it is stopped: when it fails (the database went away), it is begun anew after a pause that
 * doubles from 0.1 to 5 seconds.
 */
export class Worker {
  readonly #wake = new Wake();
  readonly #done: Promise<void>;
  #stopped = false;

  /**
   * @param work does what there is to do, over and over, until `worker.stopped`; it sleeps by `worker.sleep`
   * @param name of the work, for the log
   */
  constructor(
    private readonly name: string,
    private readonly log: Logger,
    private readonly work: (worker: Worker) => Promise<void>,
  ) {
    this.#done = this.#run();
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  /** Sleeps until there is something to do, at most so long. */
  sleep(milliseconds: number): Promise<void> {
    return this.#stopped ? Promise.resolve() : this.#wake.sleep(milliseconds);
  }

  /** There is something to do. */
  wake(): void {
    this.#wake.call();
  }

  /** Lets what is under way end; then it is over. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#wake.call();
    await this.#done;
  }

  async #run(): Promise<void> {
    let pause = FIRST_PAUSE_MS;
    while (!this.#stopped) {
      const began = Date.now();
      try {
        await this.work(this);
      } catch (error) {
        if (this.#stopped) return;
        if (Date.now() - began > LONGEST_PAUSE_MS) pause = FIRST_PAUSE_MS;
        this.log.warn({ err: error, retryInMs: pause }, `${this.name} broke off and begins anew`);
        await this.#wake.sleep(pause);
        pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
      }
    }
  }
}
