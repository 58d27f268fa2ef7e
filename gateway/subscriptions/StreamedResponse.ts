import type { ServerResponse } from 'node:http';
import type { GraphQLFormattedError } from 'graphql';
import type { SubscriptionLimits } from '../limits/limits.js';
import type { Framing } from './Framing.js';
import type { Pulse } from './Heartbeat.js';
import type { Message } from './Message.js';
import type { ClientConnection, Receiver } from './Receiver.js';

/** A client that does not take the end of its response for so long is cut off. */
const STOP_LIMIT_MS = 2_000;

/** One response that goes on. What the client has not read waits in the socket's own buffer, up to a bound. */
export class StreamedResponse implements Receiver, Pulse {
  #queued = 0;
  #hasBegun = false;
  /** Whether something was waiting to be taken at the last beat. */
  #stuck = false;
  readonly #sent = (): void => {
    this.#queued -= 1;
    this.#stuck = false;
  };

  constructor(
    private readonly response: ServerResponse,
    private readonly framing: Framing,
    readonly connection: ClientConnection,
    private readonly limits: SubscriptionLimits,
  ) {
    this.#write(framing.opening);
  }

  /** How many messages the client has not read. */
  get waiting(): number {
    return this.#queued;
  }

  message({ bytes }: Message): void {
    const { head, tail } = this.framing;
    this.#hasBegun = true;
    this.#write(Buffer.concat([head, bytes, tail]));
  }

  complete(): void {
    this.#write(this.framing.ending);
    this.response.end();
  }

  fail(errors: readonly GraphQLFormattedError[]): void {
    this.#write(this.framing.failure(errors, !this.#hasBegun));
    this.complete();
  }

  /** Ends what may have gone on, for a reason that is not the operation's. */
  cutOff(errors: readonly GraphQLFormattedError[]): void {
    this.#hasBegun = true;
    this.fail(errors);
  }

  /** Ends the response without saying that the operation is over: the client may ask another gateway. */
  async end(): Promise<void> {
    await new Promise<void>((resolve) => {
      const limit = setTimeout(() => this.response.destroy(), STOP_LIMIT_MS);
      this.response.once('close', () => {
        clearTimeout(limit);
        resolve();
      });
      this.response.end();
    });
  }

  beat(): void {
    if (this.#stuck) {
      this.response.destroy();
      return;
    }
    this.#write(this.framing.heartbeat);
    this.#stuck = true;
  }

  #write(data: string | Buffer): void {
    const { limits, response } = this;
    if (response.writableEnded || response.destroyed) return;
    if (this.#queued >= limits.queuedMessages || response.writableLength > limits.queuedBytes) {
      response.destroy();
      return;
    }
    this.#queued += 1;
    response.write(data, this.#sent);
  }
}
