import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import { BodyReader } from './BodyReader.js';

/** What came back over HTTP. */
export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
  /** As undici gives them. */
  readonly headers: IncomingHttpHeaders;
}

/** What sends requests: a dispatcher of undici's, or an `AgeingPool`. */
export interface RequestSender {
  dispatch(request: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): unknown;
}

/**
 * Sends a request and gathers the answer's text. It speaks to undici below `request`, whose stream for the body costs as much as
 * the rest of the exchange.
 */
export class HttpExchange implements Dispatcher.DispatchHandler {
  /** Rejects with an error of undici's, a `BodyFault`, or with what `end` was given. */
  readonly answer: Promise<HttpAnswer>;
  readonly #chunks: Buffer[] = [];
  #resolve: ((answer: HttpAnswer) => void) | undefined;
  #reject: ((reason: Error) => void) | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #status = 0;
  #headers: IncomingHttpHeaders = {};
  #body: BodyReader | undefined;
  #ended: Error | undefined;

  /** @param maxBytes the longest body that is read, unpacked */
  constructor(
    sender: RequestSender,
    request: Dispatcher.DispatchOptions,
    private readonly maxBytes: number,
  ) {
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    sender.dispatch(request, this);
  }

  /** Gives the request up. Once it is over, this does nothing. */
  end(reason: Error): void {
    if (this.#ended) return;
    this.#ended = reason;
    this.#reject?.(reason);
    this.#body?.destroy();
    this.#controller?.abort(reason);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // It was given up before there was a connection for it.
    if (this.#ended) controller.abort(this.#ended);
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    this.#status = status;
    this.#headers = headers;
    this.#body = new BodyReader({
      encoding: headers['content-encoding'],
      maxBytes: this.maxBytes,
      onData: (chunk) => this.#chunks.push(chunk),
      onEnd: () => this.#finish(),
      onFault: (fault) => this.end(fault),
    });
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#body?.write(chunk, () => controller.resume()) === false) controller.pause();
  }

  onResponseEnd(): void {
    this.#body?.end();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#body?.destroy();
    this.#reject?.(error);
  }

  #finish(): void {
    this.#resolve?.({ status: this.#status, headers: this.#headers, text: textOf(this.#chunks) });
  }
}

/** Without a byte order mark, which JSON does not know. */
function textOf(chunks: readonly Buffer[]): string {
  const [first] = chunks;
  const text = chunks.length === 1 && first ? first.toString() : Buffer.concat(chunks).toString();
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}
