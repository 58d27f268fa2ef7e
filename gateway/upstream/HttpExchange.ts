import type { Dispatcher } from 'undici';

/** What came back over HTTP. */
export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
}

/**
 * Sends a request and gathers the answer's text. It speaks to undici below `request`, whose stream for the body costs as much as
 * the rest of the exchange.
 */
export class HttpExchange implements Dispatcher.DispatchHandler {
  /** Rejects with an error of undici's, or with what `end` was given. */
  readonly answer: Promise<HttpAnswer>;
  readonly #chunks: Buffer[] = [];
  #resolve: ((answer: HttpAnswer) => void) | undefined;
  #reject: ((reason: Error) => void) | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #status = 0;
  #ended: Error | undefined;

  constructor(dispatcher: Dispatcher, request: Dispatcher.DispatchOptions) {
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    dispatcher.dispatch(request, this);
  }

  /** Gives the request up. Once it is over, this does nothing. */
  end(reason: Error): void {
    if (this.#ended) return;
    this.#ended = reason;
    this.#controller?.abort(reason);
    this.#reject?.(reason);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // It was given up before there was a connection for it.
    if (this.#ended) controller.abort(this.#ended);
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number): void {
    this.#status = status;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    this.#resolve?.({ status: this.#status, text: textOf(this.#chunks) });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#reject?.(error);
  }
}

/** Without a byte order mark, which JSON does not know. */
function textOf(chunks: readonly Buffer[]): string {
  const [first] = chunks;
  const text = chunks.length === 1 && first ? first.toString() : Buffer.concat(chunks).toString();
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}
