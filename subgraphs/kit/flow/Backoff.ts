import type { Logger } from 'pino';

const FIRST_PAUSE_MS = 100;
const DEFAULT_LONGEST_PAUSE_MS = 30_000;
/** The longest that somebody who asks us to come later is heard. */
const LONGEST_RETRY_AFTER_MS = 15 * 60 * 1000;
/** More kinds of failures than that in a row are counted, not told. */
const MOST_KINDS = 20;

/** A failure of somebody who said when to come again. */
export interface RetryLater {
  /** In how many milliseconds. */
  readonly retryAfterMs: number | undefined;
}

/**
 * Paces the tries of a piece of work that fails, and tells the log of it: each kind of failure once, and how many there were when it works again.
 * The pause doubles from 0.1 to 30 seconds, with jitter, and is at least what the failure asks for (`retryAfterMs`; at most 15 minutes).
 */
export class Backoff {
  #pause = FIRST_PAUSE_MS;
  #failures = 0;
  #failingSince = 0;
  /** Since when it works; undefined while it does not. */
  #workingSince: number | undefined;
  readonly #kinds = new Set<string>();

  /**
   * @param work what is tried, for the log: `publishing the events of sales`
   * @param longestPauseMs by default 30 seconds
   */
  constructor(
    private readonly work: string,
    private readonly log: Logger,
    private readonly longestPauseMs = DEFAULT_LONGEST_PAUSE_MS,
  ) {}

  /**
   * It failed.
   * @param details more for the log
   * @returns how long to wait until the next try, in milliseconds
   */
  failed(error: unknown, details: Readonly<Record<string, unknown>> = {}): number {
    // What breaks off again and again soon after it began has not worked.
    if (this.#workingSince !== undefined && Date.now() - this.#workingSince > this.#pause) this.#pause = FIRST_PAUSE_MS;
    this.#workingSince = undefined;
    if (this.#failures === 0) this.#failingSince = Date.now();
    this.#failures += 1;
    const pause = Math.max(jittered(this.#pause), askedOf(error));
    const kind = kindOf(error);
    if (!this.#kinds.has(kind) && this.#kinds.size < MOST_KINDS) {
      this.#kinds.add(kind);
      const line = { err: error, retryInMs: pause, ...details };
      this.log.warn(line, `${this.work} failed and is tried again; the same failure is not told again`);
    }
    this.#pause = Math.min(this.#pause * 2, this.longestPauseMs);
    return pause;
  }

  /** It did what there was to do. */
  worked(): void {
    this.#workingSince ??= Date.now();
    if (this.#failures === 0) return;
    const seconds = Math.round((Date.now() - this.#failingSince) / 1000);
    this.log.info({ failures: this.#failures, seconds }, `${this.work} works again`);
    this.#failures = 0;
    this.#kinds.clear();
  }
}

/** Between half of it and all of it, so that many who lost the same thing do not come back at once. */
function jittered(pause: number): number {
  return Math.round(pause * (0.5 + Math.random() / 2));
}

function askedOf(error: unknown): number {
  const asked = (error as Partial<RetryLater> | null | undefined)?.retryAfterMs ?? 0;
  return Math.min(asked, LONGEST_RETRY_AFTER_MS);
}

/** What two failures have in common that have the same cause: numbers (ports, ids, positions) aside. */
function kindOf(error: unknown): string {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  return `${String(code)} ${String(message ?? error).replaceAll(/\d+/g, '#')}`;
}
