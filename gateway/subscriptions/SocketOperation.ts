import type { ExecutionResult, GraphQLFormattedError } from 'graphql';
import type { ClientSocket } from './ClientSocket.js';
import type { Message } from './Message.js';
import type { Receiver } from './Receiver.js';

/** How an operation that failed is told to graphql-ws. */
export class OperationFailed extends Error {
  override readonly name = 'OperationFailed';

  constructor(readonly errors: readonly GraphQLFormattedError[]) {
    super(errors[0]?.message);
  }
}

type Step = IteratorResult<ExecutionResult, undefined>;
const DONE: Step = { done: true, value: undefined };
const END = Buffer.from('}');

/**
 * One operation on a client's WebSocket. To graphql-ws it is an iterable that yields nothing: answers go to the socket straight
 * from here, because graphql-ws would write each one anew for each client. It ends or throws when the operation does.
 */
export class SocketOperation implements Receiver, AsyncIterableIterator<ExecutionResult, undefined> {
  /** Ends the operation when the client does not want it any more. */
  cancel: (() => void) | undefined;
  readonly #head: Buffer;
  #outcome: (() => Promise<Step>) | undefined;
  #settle: ((step: Promise<Step>) => void) | undefined;

  constructor(
    id: string,
    private readonly socket: ClientSocket,
  ) {
    socket.operations.add(this);
    this.#head = Buffer.from(`{"id":${JSON.stringify(id)},"type":"next","payload":`);
  }

  message({ bytes }: Message): void {
    if (!this.#outcome) this.socket.send(Buffer.concat([this.#head, bytes, END]));
  }

  complete(): void {
    this.#finish(async () => DONE);
  }

  fail(errors: readonly GraphQLFormattedError[]): void {
    this.#finish(() => Promise.reject(new OperationFailed(errors)));
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<Step> {
    if (this.#outcome) return this.#outcome();
    return new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  async return(): Promise<Step> {
    this.cancel?.();
    this.complete();
    return DONE;
  }

  #finish(outcome: () => Promise<Step>): void {
    if (this.#outcome) return;
    this.#outcome = outcome;
    this.socket.operations.delete(this);
    this.#settle?.(outcome());
  }
}
