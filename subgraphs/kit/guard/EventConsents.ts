import type { Logger } from 'pino';
import { Backoff } from '../flow/Backoff.js';
import { Wake } from '../flow/Wake.js';
import { isWithdrawn, type KnowsWithdrawals } from './withdrawals.js';

/**
 * Which events a subscription may carry: asked for each event at the moment at which it would go out, so a withdrawal counts from then
 * on. While the ledger cannot be asked, events wait, in their order.
 */
export class EventConsents<Context extends KnowsWithdrawals> {
  readonly #wake = new Wake();
  readonly #backoff: Backoff;
  #over = false;

  /** @param createContext makes the context of an event */
  constructor(
    private readonly createContext: () => Context,
    log: Logger,
  ) {
    this.#backoff = new Backoff('asking who withdrew their consent to what a subscription is for', log);
  }

  /** The context in which an event may go out; null when it may not, and when the subscription is over. */
  async contextFor(event: unknown): Promise<Context | null> {
    while (!this.#over) {
      const context = this.createContext();
      try {
        const withdrawn = await isWithdrawn(event, { kind: 'class' }, context);
        this.#backoff.worked();
        return withdrawn ? null : context;
      } catch (error) {
        await this.#wake.sleep(this.#backoff.failed(error));
      }
    }
    return null;
  }

  /** The subscription is over. */
  end(): void {
    this.#over = true;
    this.#wake.call();
  }
}
