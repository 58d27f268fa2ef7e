/** One event of an event stream. */
export interface StreamEvent {
  /** `message` where the stream does not say. */
  readonly event: string;
  readonly data: string;
}

/**
 * Takes an event stream apart, however it is cut into chunks.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
 */
export class EventStreamParser {
  readonly #decoder = new TextDecoder();
  #line = '';
  #event = '';
  #data: string[] = [];
  #length = 0;
  #afterReturn = false;

  /** @param longest the longest event, in characters */
  constructor(private readonly longest: number) {}

  /**
   * @returns the events that are whole by now
   * @throws RangeError when an event is longer than allowed; it is of no use afterwards
   */
  push(chunk: Buffer): StreamEvent[] {
    const events: StreamEvent[] = [];
    let text = this.#decoder.decode(chunk, { stream: true });
    // A line feed that ends the line which a carriage return ended already, in the chunk before.
    if (this.#afterReturn && text.startsWith('\n')) text = text.slice(1);
    if (text !== '') this.#afterReturn = text.endsWith('\r');
    const [first = '', ...lines] = text.split(/\r\n|\r|\n/);
    this.#add(first);
    for (const line of lines) {
      const event = this.#end();
      if (event) events.push(event);
      this.#add(line);
    }
    return events;
  }

  #add(part: string): void {
    this.#line += part;
    this.#length += part.length;
    if (this.#length > this.longest) throw new RangeError('an event is too long');
  }

  /** A line is whole. */
  #end(): StreamEvent | undefined {
    const line = this.#line;
    this.#line = '';
    if (line === '') {
      const event = { event: this.#event || 'message', data: this.#data.join('\n') };
      const isOne = this.#data.length > 0 || this.#event !== '';
      this.#event = '';
      this.#data = [];
      this.#length = 0;
      return isOne ? event : undefined;
    }
    const colon = line.indexOf(':');
    const name = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (name === 'event') this.#event = value;
    else if (name === 'data') this.#data.push(value);
    // A comment, as a heartbeat is, and fields that mean nothing here weigh nothing.
    else this.#length -= line.length;
    return undefined;
  }
}
