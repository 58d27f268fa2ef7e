import type { Logger } from 'pino';
import type { DataSource } from 'typeorm';
import { Backoff } from '../flow/Backoff.js';

/** How soon a replica that did not take in a merge hears of it, in milliseconds. */
const LOOK_MS = 1_000;
/** A merge is seen at its commit, and dated by its beginning: one that waited for locks is seen behind a later one. */
const LATE = '1 minute';

const known = new WeakMap<DataSource, Aliases>();

/**
 * The ids of customers who were merged at some time, so that requests which name nobody of them, nearly all, need not ask who they are by now. It may hold
 * one who is merged no more: whoever is in it is asked for. Some 100 bytes each.
 */
export class Aliases {
  readonly #merged = new Set<string>();
  #latest: Date | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  /** Whether any customer was ever merged. */
  get any(): boolean {
    return this.#merged.size > 0;
  }

  /** Those of these ids that may be of customers who were merged. */
  among(ids: readonly string[]): readonly string[] {
    return this.#merged.size === 0 ? [] : ids.filter((id) => this.#merged.has(id));
  }

  /** Looks, and from now on every second, for merges that this process did not take in. */
  async watch(dataSource: DataSource, log: Logger): Promise<void> {
    known.set(dataSource, this);
    const look = async (): Promise<void> => {
      const rows = await dataSource.query<{ id: string; at: Date }[]>(
        `/* aliases */ SELECT customer_id AS id, merged_at AS at FROM customer_alias
         WHERE canonical_id <> customer_id AND merged_at > coalesce($1::timestamptz, '-infinity') - interval '${LATE}'`,
        [this.#latest],
      );
      for (const { id, at } of rows) {
        this.#merged.add(id);
        if (this.#latest === undefined || at > this.#latest) this.#latest = at;
      }
    };
    const backoff = new Backoff('looking whether customers were merged', log);
    const lookAgain = async (): Promise<void> => {
      try {
        await look();
        backoff.worked();
        lookIn(LOOK_MS);
      } catch (error) {
        lookIn(Math.max(LOOK_MS, backoff.failed(error)));
      }
    };
    const lookIn = (milliseconds: number): void => {
      if (!this.#stopped) this.#timer = setTimeout(() => void lookAgain(), milliseconds).unref();
    };
    await look();
    lookIn(LOOK_MS);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  /** Tells the requests of this process, before the commit, that these customers may be merged from then on. */
  static note(dataSource: DataSource, customerIds: readonly string[]): void {
    const aliases = known.get(dataSource);
    if (aliases) for (const id of customerIds) aliases.#merged.add(id);
  }
}
