import { CloseCode } from 'graphql-ws';
import type { WebSocket } from 'ws';
import { isDeepStrictEqual } from 'node:util';
import { type Caller, ERROR_CODES } from '../../schema/contract.js';
import { ANONYMOUS } from '../access/anonymous.js';
import { atMoment } from '../access/atMoment.js';
import type { Claimed, Identity } from '../access/createAuthenticator.js';
import { type ClientApplication, UNNAMED_CLIENT } from '../http/clientApplication.js';
import type { SubscriptionLimits } from '../limits/limits.js';
import { CLOSE_CODES } from './CloseCode.js';
import type { Pulse } from './Heartbeat.js';
import type { ClientConnection } from './Receiver.js';
import type { SocketOperation } from './SocketOperation.js';
import { Turns } from './Turns.js';

/** A client that does not answer our close for so long is cut off. */
const CLOSE_LIMIT_MS = 5_000;

/**
 * A client's WebSocket. What the client has not read yet waits in the socket's own buffer, up to a bound; a client that lets it
 * grow beyond is closed.
 */
export class ClientSocket implements ClientConnection, Pulse {
  caller: Caller = ANONYMOUS;
  client: ClientApplication = UNNAMED_CLIENT;
  authorization: string | undefined;
  forwarded: Readonly<Record<string, string>> | undefined;
  /** What the client said of itself last. */
  claimed: Claimed = { authorization: undefined, purpose: undefined };
  /** The checks of what the client says of itself: one at a time, so that the last word counts. */
  readonly identifications = new Turns();
  /** Those that run on it. */
  readonly operations = new Set<SocketOperation>();
  #forgetExpiry: (() => void) | undefined;
  running = 0;
  /** Messages in a row that came while their caller had asked too often. */
  excess = 0;
  /** Whether the message that is being read is no message to be counted: it begins an operation, which is counted, or greets. */
  isFree = false;
  /** Called once, as soon as nothing more can be sent, with the code of the close. */
  onClose: ((code: number, reason: string) => void) | undefined;
  #queued = 0;
  #answered = true;
  #idleSince = performance.now();
  #closed = false;
  readonly #sent = (): void => {
    this.#queued -= 1;
  };

  constructor(
    private readonly socket: WebSocket,
    readonly address: string,
    private readonly limits: SubscriptionLimits,
  ) {
    socket.on('pong', () => {
      this.#answered = true;
    });
    socket.on('close', (code, reason) => this.#end(code, reason.toString()));
    // What follows an error is a close.
    socket.on('error', () => undefined);
  }

  /** How many messages the client has not read. */
  get waiting(): number {
    return this.#queued;
  }

  /** Whether nothing can be sent any more, though the other end may not know yet. */
  get isClosed(): boolean {
    return this.#closed;
  }

  /**
   * Takes somebody for the one who asks, until their token expires: then the connection is closed. Operations that run for somebody with
   * other claims end with `SUBSCRIPTION_OUTDATED`.
   */
  identify({ authorization, caller, expiresAt }: Identity): void {
    if (this.#closed) return;
    const isSame = this.authorization === authorization && isDeepStrictEqual(this.caller, caller);
    this.authorization = authorization;
    this.caller = caller;
    this.#forgetExpiry?.();
    this.#forgetExpiry =
      expiresAt === undefined ? undefined : atMoment(expiresAt, () => this.close(CloseCode.Forbidden, 'Token expired'));
    if (isSame) return;
    const message = 'Who asks has changed, and this ran for who asked before. Subscribe again.';
    for (const operation of this.operations) {
      operation.cancel?.();
      operation.fail([{ message, extensions: { code: ERROR_CODES.SUBSCRIPTION_OUTDATED } }]);
    }
  }

  /** Resolves when the socket is really closed. */
  gone(): Promise<void> {
    return new Promise((resolve) => this.socket.once('close', () => resolve()));
  }

  /** Sends one text message, or closes the connection when the client is too slow. */
  send(data: string | Buffer): void {
    const { limits, socket } = this;
    if (this.#closed || socket.readyState !== socket.OPEN) return;
    if (this.#queued >= limits.queuedMessages || socket.bufferedAmount > limits.queuedBytes) {
      this.close(CLOSE_CODES.tooSlow, 'Too slow');
      return;
    }
    this.#queued += 1;
    socket.send(data, { binary: false }, this.#sent);
  }

  close(code: number, reason: string): void {
    if (this.#closed) return;
    this.socket.close(code, reason);
    const limit = setTimeout(() => this.socket.terminate(), CLOSE_LIMIT_MS).unref();
    this.socket.once('close', () => clearTimeout(limit));
    this.#end(code, reason);
  }

  /** Ends the connection without a word. */
  terminate(): void {
    this.socket.terminate();
  }

  beat(): void {
    if (!this.#answered) {
      this.socket.terminate();
      return;
    }
    if (this.running > 0) this.#idleSince = performance.now();
    if (performance.now() - this.#idleSince > this.limits.idleMs) {
      this.close(CLOSE_CODES.idle, 'Idle');
    } else if (this.socket.readyState === this.socket.OPEN) {
      this.#answered = false;
      this.socket.ping();
    }
  }

  #end(code: number, reason: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#forgetExpiry?.();
    this.onClose?.(code, reason);
  }
}
