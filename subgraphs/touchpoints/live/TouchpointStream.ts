import type { Database } from '../../kit/sql/Database.js';
import { Wake } from '../../kit/flow/Wake.js';
import type { Touchpoint } from '../entities/Touchpoint.js';
import { type FedTouchpoint, PAGE, TouchpointFeed, touchpointsBehind, touchpointsUpTo } from './TouchpointFeed.js';

/** Which touchpoints somebody wants to see. */
export interface TouchpointWish {
  /** In lower case, also of those who were merged; of all customers when left out. */
  readonly customerIds: readonly string[] | undefined;
  /** Whether the other conditions hold. */
  readonly matches: (touchpoint: Touchpoint) => boolean;
}

/** With more than this that nobody took, the stream forgets them and reads them again later. */
const MOST_WAITING = 2_000;
const LOOK_ANYWAY_MS = 60_000;

/**
 * Touchpoints for one subscriber: those behind a place in the sequence that are there already, read from the database, and then
 * those that come, each once and in order. A subscriber that falls behind is served from the database again.
 */
export class TouchpointStream implements AsyncIterableIterator<Touchpoint, undefined> {
  readonly #wake = new Wake();
  readonly #ready: Promise<void>;
  readonly #leave: () => void;
  /** To hand out next. */
  #queue: Touchpoint[] = [];
  /** Came live behind `#upTo` while older ones are still read. */
  #live: Touchpoint[] = [];
  /** Everything up to here was handed out or is in `#queue`. */
  #position = '0';
  /** Up to where the database must be read; undefined when that is done. */
  #upTo: string | undefined;
  #over = false;

  /** @param after the sequence behind which to begin; from now on when left out */
  constructor(
    private readonly database: Database,
    private readonly wish: TouchpointWish,
    after: string | undefined,
  ) {
    const { position, end } = TouchpointFeed.of(database).listen((rows) => this.#hear(rows));
    this.#leave = end;
    this.#ready = this.#begin(position, after);
    // It is told by `next`, which may come later.
    this.#ready.catch(() => undefined);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Touchpoint, undefined>> {
    try {
      return await this.#next();
    } catch (error) {
      // Who iterates does not say goodbye to what failed.
      await this.return();
      throw error;
    }
  }

  async return(): Promise<IteratorResult<Touchpoint, undefined>> {
    this.#over = true;
    this.#leave();
    this.#wake.call();
    return { done: true, value: undefined };
  }

  async #next(): Promise<IteratorResult<Touchpoint, undefined>> {
    await this.#ready;
    while (!this.#over) {
      const touchpoint = this.#queue.shift();
      if (touchpoint) return { done: false, value: touchpoint };
      if (this.#upTo !== undefined) await this.#readOn(this.#upTo);
      else if (this.#live.length > 0) this.#takeLive();
      else await this.#wake.sleep(LOOK_ANYWAY_MS);
    }
    return { done: true, value: undefined };
  }

  async #begin(position: Promise<string>, after: string | undefined): Promise<void> {
    const now = await position;
    this.#position = after ?? now;
    this.#upTo = after === undefined ? undefined : now;
  }

  #hear(rows: readonly FedTouchpoint[]): void {
    const { customerIds, matches } = this.wish;
    for (const row of rows) {
      if ((customerIds === undefined || row.everyId.some((id) => customerIds.includes(id))) && matches(row))
        this.#live.push(row);
    }
    const last = rows.at(-1);
    if (last && this.#live.length > MOST_WAITING) {
      this.#live = [];
      this.#upTo = last.sequence;
    }
    this.#wake.call();
  }

  async #readOn(upTo: string): Promise<void> {
    const { customerIds, matches } = this.wish;
    const rows =
      customerIds === undefined
        ? await touchpointsUpTo(this.database, this.#position, upTo)
        : await touchpointsBehind(this.database, this.#position, upTo, customerIds);
    this.#queue = rows.filter((row) => matches(row));
    const last = rows.at(-1);
    const isEnd = customerIds === undefined ? last === undefined : rows.length < PAGE;
    if (last !== undefined) this.#position = last.sequence;
    // While it was read, the stream may have fallen behind once more.
    if (isEnd && this.#upTo === upTo) {
      this.#upTo = undefined;
      this.#position = upTo;
    }
  }

  #takeLive(): void {
    this.#queue = this.#live;
    this.#live = [];
    this.#position = this.#queue.at(-1)?.sequence ?? this.#position;
  }
}
