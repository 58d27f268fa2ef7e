import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import { BodyReader } from '../upstream/BodyReader.js';
import type { RequestSender } from '../upstream/HttpExchange.js';

/** Hears what comes. After `end` nothing more does. */
export interface EventStreamHandler {
  /** @param type the answer's content type, without parameters, in lower case */
  begin(status: number, type: string): void;
  data(chunk: Buffer): void;
  /** @param error undefined when the other side ended it in order */
  end(error: Error | undefined): void;
}

/** Sends a request whose answer is read as it comes. */
export class EventStreamExchange implements Dispatcher.DispatchHandler {
  #controller: Dispatcher.DispatchController | undefined;
  #body: BodyReader | undefined;
  #over = false;

  constructor(private readonly handler: EventStreamHandler) {}

  /** Call it once. The handler may be told before this returns. */
  send(sender: RequestSender, request: Dispatcher.DispatchOptions): void {
    sender.dispatch(request, this);
  }

  /** Gives it up; the handler hears nothing more. */
  abort(): void {
    if (this.#over) return;
    this.#over = true;
    this.#body?.destroy();
    this.#controller?.abort(new Error('it is not needed any more'));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#over) controller.abort(new Error('it is not needed any more'));
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    this.#body = new BodyReader({
      encoding: headers['content-encoding'],
      maxBytes: Infinity,
      onData: (chunk) => {
        if (!this.#over) this.handler.data(chunk);
      },
      onEnd: () => this.#end(undefined),
      onFault: (fault) => this.#end(fault),
    });
    if (!this.#over)
      this.handler.begin(status, String(headers['content-type']).split(';')[0]?.trim().toLowerCase() ?? '');
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#body?.write(chunk, () => controller.resume()) === false) controller.pause();
  }

  onResponseEnd(): void {
    this.#body?.end();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#end(error);
  }

  #end(error: Error | undefined): void {
    if (this.#over) return;
    // Of what ended in order there is nothing left to abort.
    if (error) this.abort();
    this.#over = true;
    this.handler.end(error);
  }
}
