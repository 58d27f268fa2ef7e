import type { Logger } from 'pino';
import type { DataSource } from 'typeorm';
import { Backoff } from '../flow/Backoff.js';

/** How soon a replica that did not take in the first merge hears that there is one, in milliseconds. */
const LOOK_MS = 5_000;

/** Whether any customer was ever merged: as long as none was, nobody asks who is whom. */
export class Aliases {
  #any = false;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  get any(): boolean {
    return this.#any;
  }

  /** A customer was merged. */
  note(): void {
    this.#any = true;
    clearTimeout(this.#timer);
  }

  /** Looks, and from now on now and then, until there is one. */
  async watch(dataSource: DataSource, log: Logger): Promise<void> {
    const look = async () => {
      const rows = await dataSource.query<unknown[]>(
        '/* aliases */ SELECT FROM customer_alias WHERE canonical_id <> customer_id LIMIT 1',
      );
      if (rows.length > 0) this.note();
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
      if (this.#any || this.#stopped) return;
      this.#timer = setTimeout(() => void lookAgain(), milliseconds).unref();
    };
    await look();
    lookIn(LOOK_MS);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }
}
