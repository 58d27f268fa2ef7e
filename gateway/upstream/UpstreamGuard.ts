import { setTimeout as pause } from 'node:timers/promises';
import { OutcomeWindow } from './OutcomeWindow.js';
import { type NoPlace, Places } from './Places.js';
import { RetryBudget } from './RetryBudget.js';
import { SubgraphFailure, type SubgraphFailureReason, isPassing, isTrouble, isUnproven } from './SubgraphFailure.js';

export interface UpstreamGuardOptions {
  /** The subgraph's name. */
  readonly name: string;
  /** Requests to it at the same time. */
  readonly concurrency: number;
  /** Requests that may wait for one of those to end. */
  readonly queue: number;
  /** The fewest failures within ten seconds after which it may rest; they must be half of all requests, too. */
  readonly failuresBeforeRest: number;
  /** The longest time in milliseconds between two probes of a subgraph that rests. */
  readonly longestRestMs: number;
  /** Told when it begins to rest, and when it is well again. */
  readonly onChange?: ((resting: boolean) => void) | undefined;
}

/** What one request asks of the guard. */
export interface GuardedRequest {
  /** Whose it is and what it asks: failures of one caller or one operation alone do not count against the subgraph. */
  readonly caller: string;
  readonly operation: string;
  /** The moment at which it is given up, as `performance.now()` tells time. */
  readonly endsAt: number;
  /** Whether asking twice does no harm: never so for a mutation. */
  readonly repeatable: boolean;
  readonly signal?: AbortSignal | undefined;
}

const MOST_TRIES = 3;
const FIRST_PAUSE_MS = 50;
const FIRST_REST_MS = 1_000;
/** A subgraph in doubt is probed no more often than this. */
const DOUBT_MS = 1_000;

const NO_PLACE: Readonly<Record<NoPlace, SubgraphFailureReason>> = {
  full: 'busy',
  late: 'timeout',
  abandoned: 'abandoned',
  closed: 'resting',
};

/**
 * Stands before one subgraph, so that its trouble stays its own: so many requests at once and no more, another try for a
 * read that failed in passing, and a circuit breaker that opens when half of the requests fail: then the subgraph rests, and every
 * request is answered at once.
 *
 * Where most of what failed is one caller's or one operation's, the gateway first asks the subgraph something of its own: the answer
 * shows that the fault is in what they ask. In a rest it asks the same again and again, with growing pauses, until it is answered: no
 * caller's request is risked.
 */
export class UpstreamGuard {
  readonly #places: Places;
  readonly #budget = new RetryBudget();
  readonly #outcomes: OutcomeWindow;
  #resting = false;
  /** Rests so far: what was sent before one says nothing after it. */
  #rests = 0;
  #pauseMs = 0;
  #wellSince = -Infinity;
  #doubtedAt = -Infinity;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  /** @param probe asks the subgraph something that it can answer whatever state its data is in; throws SubgraphFailure */
  constructor(
    private readonly options: UpstreamGuardOptions,
    private readonly probe: () => Promise<void>,
  ) {
    this.#places = new Places(options.concurrency, options.queue);
    this.#outcomes = new OutcomeWindow(options.failuresBeforeRest);
  }

  /** Whether requests are answered without asking the subgraph. */
  get resting(): boolean {
    return this.#resting;
  }

  /**
   * @param send sends the request once
   * @throws SubgraphFailure of `send`, or that the subgraph rests or is busy
   */
  async run<T>(request: GuardedRequest, send: () => Promise<T>): Promise<T> {
    if (this.#resting) throw this.#failure('resting');
    if (this.#places.full) await this.#queue(request);
    else this.#places.take();
    const rests = this.#rests;
    try {
      const answer = await this.#try(request, send);
      if (rests === this.#rests) this.#outcomes.note();
      return answer;
    } catch (error) {
      if (rests === this.#rests) this.#noteFailure(request, error);
      throw error;
    } finally {
      this.#places.leave();
    }
  }

  /** Ends the probes. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  async #queue({ endsAt, signal }: GuardedRequest): Promise<void> {
    const refusal = await this.#places.wait(endsAt - performance.now(), signal);
    if (refusal) throw this.#failure(NO_PLACE[refusal]);
  }

  async #try<T>(request: GuardedRequest, send: () => Promise<T>): Promise<T> {
    this.#budget.earn();
    for (let tries = 1; ; tries += 1) {
      try {
        return await send();
      } catch (error) {
        if (tries === MOST_TRIES || !request.repeatable || !isRetried(error)) throw error;
        // Spread, so that many who failed in the same moment do not all come back in the same moment.
        const ms = FIRST_PAUSE_MS * tries * (0.5 + Math.random() / 2);
        if (this.#resting || performance.now() + ms >= request.endsAt || !this.#budget.spend()) throw error;
        await this.#pause(ms, request.signal);
      }
    }
  }

  async #pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
    try {
      await pause(ms, undefined, signal && { signal });
    } catch (cause) {
      throw this.#failure('abandoned', { cause });
    }
  }

  #noteFailure({ caller, operation }: GuardedRequest, error: unknown): void {
    if (!(error instanceof SubgraphFailure) || isUnproven(error)) return;
    if (!isTrouble(error)) {
      this.#outcomes.note();
      return;
    }
    this.#outcomes.note({ caller, operation });
    const verdict = this.#outcomes.judge();
    if (verdict === 'trouble') this.#rest();
    if (verdict === 'doubtful') void this.#askItself();
  }

  async #askItself(): Promise<void> {
    const now = performance.now();
    if (now - this.#doubtedAt < DOUBT_MS || this.#closed) return;
    this.#doubtedAt = Infinity;
    const rests = this.#rests;
    const isWell = await this.#isWell();
    this.#doubtedAt = performance.now();
    if (isWell || rests !== this.#rests || this.#closed) return;
    this.#rest();
  }

  #rest(): void {
    const isRelapse = performance.now() - this.#wellSince < this.options.longestRestMs;
    if (!isRelapse) this.#pauseMs = 0;
    this.#resting = true;
    this.#rests += 1;
    this.#outcomes.clear();
    // Their turn would come only when those before them have timed out.
    this.#places.clear();
    this.options.onChange?.(true);
    this.#probeLater();
  }

  #probeLater(): void {
    this.#pauseMs = Math.min(this.options.longestRestMs, this.#pauseMs * 2 || FIRST_REST_MS);
    // Spread, so that not all gateways come back in the same moment.
    this.#timer = setTimeout(() => void this.#probeNow(), this.#pauseMs * (0.75 + Math.random() / 4));
    this.#timer.unref();
  }

  async #probeNow(): Promise<void> {
    const isWell = await this.#isWell();
    if (this.#closed) return;
    if (!isWell) {
      this.#probeLater();
      return;
    }
    this.#resting = false;
    this.#wellSince = performance.now();
    this.options.onChange?.(false);
  }

  /** Whether it answers at all; a refusal is an answer. */
  async #isWell(): Promise<boolean> {
    try {
      await this.probe();
      return true;
    } catch (error) {
      return error instanceof SubgraphFailure && !isTrouble(error);
    }
  }

  #failure(reason: SubgraphFailureReason, options?: ErrorOptions): SubgraphFailure {
    return new SubgraphFailure(this.options.name, reason, undefined, options);
  }
}

function isRetried(error: unknown): boolean {
  return error instanceof SubgraphFailure && isPassing(error);
}
