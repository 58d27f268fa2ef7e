import type { Logger } from 'pino';

/** How a subgraph refused this gateway. */
export interface Refusal {
  /** The HTTP status, the code with which a WebSocket was closed, or the code of a GraphQL error. */
  readonly by: number | string;
  /** When the subgraph said so by its own clock, in milliseconds since 1970, where it told. */
  readonly theirTime?: number | undefined;
}

/** While refusals go on, they are told of again after so long. */
const AGAIN_MS = 60_000;
/** A subgraph that refused nothing for so long, and took something, takes this gateway again: replicas may differ. */
const SETTLED_MS = 10_000;

/**
 * Tells the log that a subgraph refuses this gateway, and what to look at: the first time, then once a minute with a count, however many
 * requests are refused; and when that is over.
 */
export class RefusalLog {
  #count = 0;
  #toldAt = -Infinity;
  #lastAt = -Infinity;

  constructor(
    private readonly service: string,
    private readonly logger: Logger,
  ) {}

  refused({ by, theirTime }: Refusal): void {
    const now = performance.now();
    this.#count += 1;
    this.#lastAt = now;
    if (now - this.#toldAt < AGAIN_MS) return;
    this.#toldAt = now;
    const theirClockAheadMs = theirTime === undefined ? undefined : theirTime - Date.now();
    this.logger.error(
      {
        service: this.service,
        by,
        refused: this.#count,
        ...(theirClockAheadMs !== undefined && { theirClockAheadMs }),
      },
      'a subgraph refuses this gateway: look at SIGNING_KEY, which must be the same on both sides, and at the clocks of both',
    );
  }

  /** It took a request. */
  taken(): void {
    if (this.#count === 0 || performance.now() - this.#lastAt < SETTLED_MS) return;
    this.logger.info({ service: this.service, refused: this.#count }, 'a subgraph takes this gateway again');
    this.#count = 0;
    this.#toldAt = -Infinity;
  }
}
