import { once } from 'node:events';
import { type Socket, connect } from 'node:net';

/**
 * A client's WebSocket that costs as little as possible, so that thousands of them can be read on one core beside what is
 * measured. It sends short text frames and hands on what it receives as it came, unparsed.
 */
export class SubscriberSocket {
  readonly #socket: Socket;
  #rest: Buffer | undefined;
  #reason = 'without a word';
  #onText: (text: Buffer) => void = () => undefined;

  private constructor(
    socket: Socket,
    private readonly onClose: (reason: string) => void,
  ) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('close', () => this.onClose(this.#reason));
  }

  /**
   * Connects by the protocol graphql-transport-ws.
   *
   * @param address whose connection it is, as a proxy says it: what is bounded by caller is so for each of them
   * @param onClose called however it ends
   */
  static async open(url: string, address: string, onClose: (reason: string) => void): Promise<SubscriberSocket> {
    const { hostname, host, pathname, port } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    socket.write(
      `GET ${pathname} HTTP/1.1\r\nhost: ${host}\r\nx-forwarded-for: ${address}\r\nupgrade: websocket\r\nconnection: Upgrade\r\n` +
        'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-version: 13\r\n' +
        'sec-websocket-protocol: graphql-transport-ws\r\n\r\n',
    );
    const [answer] = (await once(socket, 'data')) as [Buffer];
    if (!answer.toString().startsWith('HTTP/1.1 101')) throw new Error(`no WebSocket: ${answer.toString()}`);
    const subscriber = new SubscriberSocket(socket, onClose);
    // A ping may have come along.
    subscriber.#read(answer.subarray(answer.indexOf('\r\n\r\n') + 4));
    return subscriber;
  }

  /** From now on, texts go to `onText`. The buffer is not the receiver's to keep. */
  listen(onText: (text: Buffer) => void): void {
    this.#onText = onText;
  }

  /** The next text that arrives. */
  next(): Promise<string> {
    return new Promise((resolve) => {
      this.#onText = (text) => resolve(text.toString());
    });
  }

  /** Sends a text of less than 64 KB. */
  send(text: string): void {
    const payload = Buffer.from(text);
    // A mask of zeros, which changes nothing: https://www.rfc-editor.org/rfc/rfc6455#section-5.3
    const head = Buffer.from([0x81, 0x80 | 126, payload.length >> 8, payload.length & 0xff, 0, 0, 0, 0]);
    this.#socket.write(Buffer.concat([head, payload]));
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    let data = this.#rest ? Buffer.concat([this.#rest, chunk]) : chunk;
    for (;;) {
      const frame = frameOf(data);
      if (!frame) break;
      // The gateway finds out whether we are still there.
      if (frame.opcode === PING) this.#socket.write(EMPTY_PONG);
      if (frame.opcode === CLOSE) this.#reason = data.subarray(frame.start + 2, frame.end).toString();
      if (frame.opcode === TEXT) this.#onText(data.subarray(frame.start, frame.end));
      data = data.subarray(frame.end);
    }
    this.#rest = data.length > 0 ? data : undefined;
  }
}

const TEXT = 0x1;
const CLOSE = 0x8;
const PING = 0x9;
const EMPTY_PONG = Buffer.from([0x8a, 0x80, 0, 0, 0, 0]);

/** Where the payload of the first frame is; undefined when the frame is not there completely. */
function frameOf(data: Buffer): { opcode: number; start: number; end: number } | undefined {
  if (data.length < 2) return undefined;
  const short = data.readUInt8(1) & 0x7f;
  const start = short < 126 ? 2 : short === 126 ? 4 : 10;
  if (data.length < start) return undefined;
  const length = short < 126 ? short : short === 126 ? data.readUInt16BE(2) : Number(data.readBigUInt64BE(2));
  return data.length < start + length ? undefined : { opcode: data.readUInt8(0) & 0x0f, start, end: start + length };
}
