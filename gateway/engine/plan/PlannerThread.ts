import { Worker } from 'node:worker_threads';
import type { Logger } from 'pino';
import type { PlanningLimits } from '../../limits/limits.js';
import type { GraphFacts } from './GraphFacts.js';
import { PlanFailed } from './PlanFailed.js';
import { PlanQueue, type QueuedPlan } from './PlanQueue.js';
import type { Plan, PlanOptions, Planner } from './PlannedGraph.js';
import type { PlanRequest, ThreadMessage, ThreadStart } from './threadMessages.js';

/** A supergraph that takes longer to load than this is none. */
const LOAD_LIMIT_MS = 120_000;

interface Job extends QueuedPlan {
  readonly request: PlanRequest;
  readonly resolve: (plan: Plan) => void;
  readonly reject: (reason: Error) => void;
}

/** A thread that is loaded, or about to be. */
interface Running {
  readonly worker: Worker;
  readonly loaded: Promise<GraphFacts>;
}

/**
 * Plans the operations of one supergraph in a thread of its own, one at a time, so that the event loop never waits for the planner. One that takes
 * too long or too much memory ends with its thread, and a new one goes on with the others.
 */
export class PlannerThread implements Planner {
  readonly #queue: PlanQueue<Job>;
  #running: Running | undefined;
  #facts: GraphFacts | undefined;
  #busy = false;
  #closed = false;

  private constructor(
    private readonly supergraphSdl: string,
    private readonly limits: PlanningLimits,
    private readonly logger: Logger | undefined,
  ) {
    this.#queue = new PlanQueue(limits);
  }

  /**
   * Starts the thread and has it load the supergraph.
   *
   * @throws Error that says what is wrong with the supergraph
   */
  static async load(supergraphSdl: string, limits: PlanningLimits, logger?: Logger): Promise<PlannerThread> {
    const thread = new PlannerThread(supergraphSdl, limits, logger);
    try {
      thread.#facts = await thread.#start(true).loaded;
    } catch (error) {
      await thread.close();
      throw error;
    }
    return thread;
  }

  get facts(): GraphFacts {
    if (!this.#facts) throw new Error('the planner is not loaded');
    return this.#facts;
  }

  /** How many operations wait to be planned. */
  get waiting(): number {
    return this.#queue.size;
  }

  plan(operation: string, { overrides, caller }: PlanOptions): Promise<Plan> {
    return new Promise((resolve, reject) => {
      if (this.#closed) throw new PlanFailed('closed', 'the planner is closed');
      this.#queue.add({ request: { operation, overrides }, caller, resolve, reject });
      if (!this.#busy) void this.#work();
    });
  }

  /** Ends the thread; what waits fails. */
  async close(): Promise<void> {
    this.#closed = true;
    for (let job = this.#queue.next(); job; job = this.#queue.next()) {
      job.reject(new PlanFailed('closed', 'the planner is closed'));
    }
    await this.#end();
  }

  /** Works off what waits. It never rejects: each job hears its own end. */
  async #work(): Promise<void> {
    this.#busy = true;
    for (let job = this.#queue.next(); job; job = this.#queue.next()) {
      try {
        job.resolve(await this.#planOne(job));
      } catch (error) {
        job.reject(error instanceof Error ? error : new Error(String(error)));
      }
    }
    this.#busy = false;
  }

  async #planOne(job: Job): Promise<Plan> {
    const running = (this.#running ??= this.#start(false));
    await running.loaded;
    const message = await this.#ask(running.worker, job);
    if (message.kind === 'planned') {
      this.#queue.charge(job, message.milliseconds);
      // The planner's own type of a plan is that of what it wrote.
      return message.plan === undefined ? undefined : (JSON.parse(message.plan) as Plan);
    }
    if (message.kind !== 'failed') throw new PlanFailed('bug', `the planner's thread said "${message.kind}"`);
    this.#queue.charge(job, message.milliseconds);
    throw new PlanFailed(message.reason, message.message);
  }

  async #ask(worker: Worker, job: Job): Promise<ThreadMessage> {
    const { timeoutMs } = this.limits;
    worker.postMessage(job.request);
    try {
      return await nextMessage(worker, timeoutMs);
    } catch (cause) {
      // What a new thread takes to load is of the same making.
      this.#queue.charge(job, 2 * timeoutMs);
      await this.#end();
      if (this.#closed) throw new PlanFailed('closed', 'the planner is closed');
      if (!(cause instanceof ThreadSilent)) {
        this.logger?.error({ err: cause }, 'the thread of the planner ended; a new one takes its place');
        throw new PlanFailed('memory', 'the thread of the planner ended over it', { cause });
      }
      this.logger?.warn(
        { timeoutMs },
        'an operation took too long to plan; a new thread takes the place of the planner',
      );
      throw new PlanFailed('slow', `it was not planned within ${timeoutMs} ms`);
    } finally {
      // Its loading goes on while nothing waits.
      if (!this.#closed && !this.#running) this.#running = this.#start(false);
    }
  }

  #start(isNew: boolean): Running {
    const { limits, supergraphSdl } = this;
    const start: ThreadStart = { supergraphSdl, isNew, planCharacters: limits.planCharacters };
    const worker = new Worker(threadFile(), {
      workerData: start,
      // Flags of the process that a thread cannot take would keep it from starting.
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: limits.plannerMegabytes },
    });
    const running = { worker, loaded: loadedIn(worker) };
    const gone = (): void => {
      if (this.#running === running) this.#running = undefined;
    };
    // Whoever waits for a message hears of it too; while nobody does, the next plan starts a new thread.
    for (const breakable of [worker, worker.stdout, worker.stderr]) breakable.on('error', gone);
    worker.on('exit', gone);
    running.loaded.catch(gone);
    this.#running = running;
    return running;
  }

  async #end(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    await running?.worker.terminate();
  }
}

/** The thread said nothing in time. */
class ThreadSilent extends Error {
  override readonly name = 'ThreadSilent';
}

async function loadedIn(worker: Worker): Promise<GraphFacts> {
  const message = await nextMessage(worker, LOAD_LIMIT_MS);
  if (message.kind === 'loaded') return message.facts;
  throw new Error(message.kind === 'refused' ? message.reason : `the planner's thread said "${message.kind}"`);
}

/** @throws ThreadSilent, or what ended the thread */
function nextMessage(worker: Worker, limitMs: number): Promise<ThreadMessage> {
  return new Promise((resolve, reject) => {
    const over = (): void => {
      clearTimeout(timer);
      worker.off('message', heard);
      worker.off('error', broke);
      worker.off('exit', ended);
      // While nobody waits for it, it keeps no process alive.
      worker.unref();
    };
    const heard = (message: ThreadMessage): void => {
      over();
      resolve(message);
    };
    const broke = (error: unknown): void => {
      over();
      reject(error instanceof Error ? error : new Error(String(error)));
    };
    const ended = (code: number): void => broke(new Error(`the thread of the planner ended with ${code}`));
    const timer = setTimeout(() => broke(new ThreadSilent()), limitMs);
    worker.ref();
    worker.on('message', heard);
    worker.on('error', broke);
    worker.on('exit', ended);
  });
}

/** Beside this file once it is compiled; code that runs uncompiled, as in tests, takes the compiled thread. */
function threadFile(): URL {
  const isCompiled = import.meta.url.endsWith('.js');
  return new URL(
    isCompiled ? './planInThread.js' : '../../../dist/gateway/engine/plan/planInThread.js',
    import.meta.url,
  );
}
