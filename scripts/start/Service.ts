import { setTimeout as delay } from 'node:timers/promises';
import { errorMessage } from './errorMessage.js';
import { describeEnd, type ProcessEnd } from './processEnd.js';
import { RestartBudget, type RestartPolicy } from './RestartBudget.js';
import { shortPath } from './shortPath.js';
import { StartError } from './StartError.js';
import { untilAborted } from './untilAborted.js';

/** A process of a service, from its start to its end. */
export interface Running {
  /** Resolves when it does its work; rejects when that takes too long. Stays open when it ends before. */
  readonly ready: Promise<unknown>;
  /** Resolves when it has ended, asked or not. Never rejects. */
  readonly exited: Promise<ProcessEnd>;
  readonly logFile: string;
  /** Why it ended, as far as its output tells. */
  cause(): string | null;
  /** Asks it to end, and sees to it that it does. Resolves when it has. */
  stop(): Promise<void>;
}

/** What a {@link Service} takes. */
export interface ServiceOptions {
  /** For people. */
  readonly name: string;
  /** Starts a process. When it rejects, nothing of it runs. */
  readonly start: () => Promise<Running>;
  /** It is started again only while these are up. */
  readonly needs?: readonly Service[];
  readonly restarts: RestartPolicy;
  /** Aborted: nothing is started any more. */
  readonly ending: AbortSignal;
  /** Told, a line at a time, that it ended and that it is back. */
  readonly print: (line: string) => void;
  /** Told why, once, when it is not started again any more. */
  readonly onGivenUp: (reason: StartError) => void;
}

/**
 * Something that has to go on. A process of it that ends by itself is started again, after a wait that doubles; one that ends too often
 * is given up.
 */
export class Service {
  readonly #budget: RestartBudget;
  #starting: Promise<Running> | undefined;
  #running: Running | undefined;
  #isUp = false;
  #waiting: (() => void)[] = [];

  constructor(private readonly options: ServiceOptions) {
    this.#budget = new RestartBudget(options.restarts);
  }

  /**
   * Starts it for the first time and resolves when it is up; from then on it is kept up.
   *
   * @throws StartError when it does not come up. It is not tried again: what is wrong at the very start does not pass by itself.
   */
  async start(): Promise<void> {
    const running = await this.#launch();
    const problem = await this.#comesUp(running);
    if (problem !== undefined) throw new StartError(`${problem}; see ${shortPath(running.logFile)}, then start again`);
    this.#up();
    void this.#keepUp(running);
  }

  /** Resolves when it is up. */
  whenUp(): Promise<void> {
    return this.#isUp ? Promise.resolve() : new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Ends its process. To be called once `ending` is aborted. */
  async stop(): Promise<void> {
    await this.#starting?.catch(() => {});
    await this.#running?.stop();
  }

  async #launch(): Promise<Running> {
    this.options.ending.throwIfAborted();
    this.#starting = this.options.start();
    this.#running = await this.#starting;
    return this.#running;
  }

  /** @returns what went wrong; undefined once it is up. */
  async #comesUp(running: Running): Promise<string | undefined> {
    const died = running.exited.then((end) => this.#deathOf(running, end));
    try {
      return await untilAborted(Promise.race([running.ready.then(() => undefined), died]), this.options.ending);
    } catch (error) {
      if (this.options.ending.aborted) throw error;
      await running.stop();
      return errorMessage(error);
    }
  }

  async #keepUp(first: Running): Promise<void> {
    const { ending, print, name } = this.options;
    try {
      for (let running = first; ;) {
        const since = performance.now();
        const end = await untilAborted(running.exited, ending);
        this.#isUp = false;
        const ended = performance.now();
        running = await this.#restart(this.#deathOf(running, end), ended - since, running.logFile);
        this.#up();
        print(`${name} is back, after ${seconds(performance.now() - ended)} s`);
      }
    } catch (error) {
      // All is over, for whatever reason: then it is not ours to tell.
      if (ending.aborted) return;
      this.options.onGivenUp(error instanceof StartError ? error : new StartError(errorMessage(error)));
    }
  }

  /** @returns the process that is up again. @throws StartError when it is given up */
  async #restart(what: string, ranMs: number, logFile: string): Promise<Running> {
    const { ending, needs = [], print, restarts } = this.options;
    let problem = what;
    let log = logFile;
    for (let ran = ranMs; ; ran = 0) {
      const wait = this.#budget.take(ran, performance.now());
      const limit = `${restarts.most} times within ${seconds(restarts.windowMs)} s`;
      if (wait === undefined) {
        throw new StartError(
          `${problem}, though it was started again ${limit}; see ${shortPath(log)}, mend that and start again`,
        );
      }
      print(`${problem}; starting it again in ${seconds(wait)} s (${this.#budget.spent} of ${limit})`);
      await delay(wait, undefined, { signal: ending });
      await untilAborted(Promise.all(needs.map((one) => one.whenUp())), ending);
      try {
        const running = await this.#launch();
        log = running.logFile;
        const failed = await this.#comesUp(running);
        if (failed === undefined) return running;
        problem = failed;
      } catch (error) {
        ending.throwIfAborted();
        problem = errorMessage(error);
      }
    }
  }

  #deathOf(running: Running, end: ProcessEnd): string {
    // Who was killed from outside said nothing of it: its last complaint is about something else.
    const cause = end.signal === null ? running.cause() : null;
    return `${this.options.name} ended unexpectedly (${describeEnd(end)})${cause === null ? '' : `: ${cause}`}`;
  }

  #up(): void {
    this.#isUp = true;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

function seconds(milliseconds: number): string {
  return String(Math.round(milliseconds / 10) / 100);
}
