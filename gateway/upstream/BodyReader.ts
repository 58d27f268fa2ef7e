import type { Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib';
import { BodyFault } from './BodyFault.js';

export interface BodyReaderOptions {
  /** The header `content-encoding`, where there is one. */
  readonly encoding: string | undefined;
  /** The longest body in bytes, as it is when it is unpacked. Infinity for any length. */
  readonly maxBytes: number;
  readonly onData: (chunk: Buffer) => void;
  readonly onEnd: () => void;
  /** Called at most once; nothing comes after it. */
  readonly onFault: (fault: BodyFault) => void;
}

/**
 * Takes in the body of an answer and unpacks it when it is packed (gzip, deflate, br), which subgraphs may do unasked: off the event
 * loop, and never more than was asked for, so that a little that unpacks to a lot costs no more than a lot.
 */
export class BodyReader {
  #bytes = 0;
  #unpacker: Transform | undefined;
  #over = false;
  readonly #encoding: string;

  constructor(private readonly options: BodyReaderOptions) {
    const encoding = options.encoding?.trim().toLowerCase() ?? '';
    // graphql-yoga says `none` of its event streams, so that no proxy packs them.
    this.#encoding = encoding === '' || encoding === 'none' ? 'identity' : encoding;
  }

  /**
   * @param onDrain called later, when this gives false, as soon as there is room for more
   * @returns whether there is room for more at once
   */
  write(chunk: Buffer, onDrain: () => void): boolean {
    if (this.#over || chunk.length === 0) return true;
    if (this.#encoding === 'identity') {
      this.#take(chunk);
      return true;
    }
    this.#unpacker ??= this.#open(chunk);
    if (!this.#unpacker || this.#unpacker.write(chunk)) return true;
    this.#unpacker.once('drain', onDrain);
    return false;
  }

  /** There is no more to come. */
  end(): void {
    if (this.#unpacker) this.#unpacker.end();
    else if (!this.#over) this.options.onEnd();
  }

  /** Gives it up. */
  destroy(): void {
    this.#over = true;
    this.#unpacker?.destroy();
  }

  #open(first: Buffer): Transform | undefined {
    const unpacker = createUnpacker(this.#encoding, first);
    if (!unpacker) {
      this.#fault(new BodyFault('garbage', `content-encoding: ${this.#encoding.slice(0, 50)}`));
      return undefined;
    }
    unpacker.on('data', (chunk: Buffer) => this.#take(chunk));
    unpacker.on('end', () => {
      if (!this.#over) this.options.onEnd();
    });
    unpacker.on('error', (error: NodeJS.ErrnoException) =>
      this.#fault(new BodyFault('garbage', error.code, { cause: error })),
    );
    return unpacker;
  }

  #take(chunk: Buffer): void {
    if (this.#over) return;
    this.#bytes += chunk.length;
    if (this.#bytes > this.options.maxBytes) this.#fault(new BodyFault('too-large'));
    else this.options.onData(chunk);
  }

  #fault(fault: BodyFault): void {
    if (this.#over) return;
    this.destroy();
    this.options.onFault(fault);
  }
}

/** @returns undefined for an encoding that there is not, several on top of each other included */
function createUnpacker(encoding: string, [first = 0]: Buffer): Transform | undefined {
  if (encoding === 'gzip' || encoding === 'x-gzip') return createGunzip();
  if (encoding === 'br') return createBrotliDecompress();
  // RFC 9110 means the zlib format by "deflate"; some servers send the bare one.
  if (encoding === 'deflate') return (first & 0x0f) === 0x08 ? createInflate() : createInflateRaw();
  return undefined;
}
