import { setTimeout as pause } from 'node:timers/promises';
import {
  BrokenCircuitError,
  CircuitState,
  ConsecutiveBreaker,
  ExponentialBackoff,
  circuitBreaker,
  handleWhen,
} from 'cockatiel';
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
  /** Failures in a row after which it rests. */
  readonly failuresBeforeRest: number;
  /** The longest rest in milliseconds, until one request is let through to see whether it is well again. */
  readonly longestRestMs: number;
  /** Told when it begins to rest, and when it is well again. */
  readonly onChange?: ((resting: boolean) => void) | undefined;
}

/** What one request asks of the guard. */
export interface GuardedRequest {
  /** The moment at which it is given up, as `performance.now()` tells time. */
  readonly endsAt: number;
  /** Whether asking twice does no harm: never so for a mutation. */
  readonly repeatable: boolean;
  readonly signal?: AbortSignal | undefined;
}

const MOST_TRIES = 3;
const FIRST_PAUSE_MS = 50;
const FIRST_REST_MS = 1_000;

const NO_PLACE: Readonly<Record<NoPlace, SubgraphFailureReason>> = {
  full: 'busy',
  late: 'timeout',
  abandoned: 'abandoned',
  closed: 'resting',
};

/**
 * Stands before one subgraph, so that its trouble stays its own: so many requests at once and no more, another try for a
 * read that failed in passing, and a rest after failures in a row, in which every request is answered at once. After the rest one request is
 * let through; its answer ends the trouble, its failure begins a longer rest.
 */
export class UpstreamGuard {
  readonly #places: Places;
  readonly #budget = new RetryBudget();
  readonly #breaker;

  constructor(private readonly options: UpstreamGuardOptions) {
    this.#places = new Places(options.concurrency, options.queue);
    const counts = (error: Error): boolean =>
      error instanceof SubgraphFailure && (isTrouble(error) || (this.#trying && isUnproven(error)));
    this.#breaker = circuitBreaker(handleWhen(counts), {
      breaker: new ConsecutiveBreaker(options.failuresBeforeRest),
      halfOpenAfter: new ExponentialBackoff({ initialDelay: FIRST_REST_MS, maxDelay: options.longestRestMs }),
    });
    this.#breaker.onBreak(() => {
      // Their turn would come only when those before them have timed out.
      this.#places.clear();
      options.onChange?.(true);
    });
    this.#breaker.onReset(() => options.onChange?.(false));
  }

  /** Whether requests are answered without asking the subgraph. */
  get resting(): boolean {
    return this.#breaker.state !== CircuitState.Closed;
  }

  /** Whether the one request that tells is under way. */
  get #trying(): boolean {
    return this.#breaker.state === CircuitState.HalfOpen;
  }

  /**
   * @param send sends the request once
   * @throws SubgraphFailure of `send`, or that the subgraph rests or is busy
   */
  async run<T>(request: GuardedRequest, send: () => Promise<T>): Promise<T> {
    if (this.#places.full) await this.#queue(request);
    else this.#places.take();
    try {
      // The others do not wait for its end: it may hang.
      if (this.#trying) throw this.#failure('resting');
      return await this.#breaker.execute(() => this.#try(request, send));
    } catch (error) {
      throw error instanceof BrokenCircuitError ? this.#failure('resting') : error;
    } finally {
      this.#places.leave();
    }
  }

  async #queue({ endsAt, signal }: GuardedRequest): Promise<void> {
    const refusal = this.resting ? 'closed' : await this.#places.wait(endsAt - performance.now(), signal);
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
        if (performance.now() + ms >= request.endsAt || !this.#budget.spend()) throw error;
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

  #failure(reason: SubgraphFailureReason, options?: ErrorOptions): SubgraphFailure {
    return new SubgraphFailure(this.options.name, reason, undefined, options);
  }
}

function isRetried(error: unknown): boolean {
  return error instanceof SubgraphFailure && isPassing(error);
}
