import type { Logger } from 'pino';
import type { DataSource } from 'typeorm';

/** How soon a replica that did not take in the first merge hears that there is one, in milliseconds. */
const LOOK_MS = 5_000;

/** Whether any customer was ever merged: as long as none was, nobody asks who is whom. */
export class Aliases {
  #any = false;
  #timer: NodeJS.Timeout | undefined;

  get any(): boolean {
    return this.#any;
  }

  /** A customer was merged. */
  note(): void {
    this.#any = true;
    clearInterval(this.#timer);
  }

  /** Looks, and from now on now and then, until there is one. */
  async watch(dataSource: DataSource, log: Logger): Promise<void> {
    const look = async () => {
      const rows = await dataSource.query<unknown[]>('/* aliases */ SELECT FROM customer_alias LIMIT 1');
      if (rows.length > 0) this.note();
    };
    await look();
    if (this.#any) return;
    this.#timer = setInterval(() => {
      look().catch((error: unknown) => log.warn({ err: error }, 'cannot see whether customers were merged'));
    }, LOOK_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
