import type { Logger } from 'pino';
import { Wake } from '../events/Wake.js';
import type { RequestContext } from '../RequestContext.js';
import { isWithdrawn } from './heedConsent.js';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/**
 * Which events a subscription may carry: asked for each event at the moment at which it would go out, so a withdrawal counts from then
 * on. While the ledger cannot be asked, events wait, in their order.
 */
export class EventConsents {
  readonly #wake = new Wake();
  #over = false;

  /** @param createContext makes the context of an event */
  constructor(
    private readonly createContext: () => RequestContext,
    private readonly log: Logger,
  ) {}

  /** The context in which an event may go out; null when it may not, and when the subscription is over. */
  async contextFor(event: unknown): Promise<RequestContext | null> {
    for (let pause = FIRST_PAUSE_MS; !this.#over; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      const context = this.createContext();
      try {
        return (await isWithdrawn(event, '', context)) ? null : context;
      } catch (error) {
        this.log.warn({ err: error, retryInMs: pause }, 'an event waits until it is known who withdrew their consent');
        await this.#wake.sleep(pause);
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
