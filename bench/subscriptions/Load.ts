import { request } from 'undici';

/** Opens a socket for each entry and subscribes: to one product, or to all for null. */
export interface Connect {
  /** The gateway's WebSocket address. */
  readonly url: string;
  readonly products: readonly (string | null)[];
  /** How many connect at the same time. */
  readonly concurrency: number;
  /** Whether each asks in words of its own, so that the gateway plans each of them. */
  readonly distinct?: boolean;
}

/** What arrived: when the event was made (milliseconds), and how many milliseconds later it was there. */
export type Arrivals = readonly (readonly [at: number, after: number])[];

/** The process that holds the clients' sockets. */
export class Load {
  constructor(private readonly origin: string) {}

  async connect(command: Connect): Promise<void> {
    await this.#post('/connect', command);
  }

  /** What arrived since the last call. */
  async arrivals(): Promise<Arrivals> {
    return (await this.#post('/arrivals', {})) as Arrivals;
  }

  async #post(path: string, body: object): Promise<unknown> {
    const answer = await request(this.origin + path, {
      method: 'POST',
      body: JSON.stringify(body),
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    return answer.body.json();
  }
}
