import { request } from 'undici';
import { StartError } from '../errors/StartError.js';
import { readSupergraphFile } from './readSupergraph.js';
import { watchFile } from './watchFile.js';

/** Where the supergraph comes from: a file, or an address that gives one. */
export interface SupergraphSource {
  /** For messages: the path, or the address. */
  readonly name: string;
  /** @throws StartError when it cannot be read */
  read(): Promise<string>;
  /** Calls `changed` when there may be another text. @returns ends it */
  watch(changed: () => void, failed: (error: unknown) => void): () => void;
}

/** How often an address is asked whether there is a new one. */
const POLL_MS = 10_000;
const TIMEOUT_MS = 10_000;
const MAX_BYTES = 64 * 1024 * 1024;

/** @param location a path, or an address that begins with http:// or https:// */
export function supergraphSource(location: string, pollMs: number = POLL_MS): SupergraphSource {
  if (/^https?:\/\//.test(location)) return new AddressSource(location, pollMs);
  return {
    name: location,
    read: () => readSupergraphFile(location),
    watch: (changed, failed) => watchFile(location, changed, failed),
  };
}

/** An address. While its ETag stays, its text is not sent again. */
class AddressSource implements SupergraphSource {
  #known: { readonly etag: string; readonly text: string } | undefined;

  constructor(
    readonly name: string,
    private readonly pollMs: number,
  ) {}

  async read(): Promise<string> {
    try {
      return await this.#fetch();
    } catch (error) {
      if (error instanceof StartError) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw new StartError(
        `the supergraph at ${this.name} cannot be fetched: ${reason}. Look at the address in --supergraph.`,
      );
    }
  }

  watch(changed: () => void): () => void {
    const timer = setInterval(changed, this.pollMs).unref();
    return () => clearInterval(timer);
  }

  async #fetch(): Promise<string> {
    const { statusCode, headers, body } = await request(this.name, {
      headers: { accept: 'text/plain, */*', ...(this.#known && { 'if-none-match': this.#known.etag }) },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (statusCode === 304 && this.#known) {
      await body.dump();
      return this.#known.text;
    }
    if (statusCode !== 200) {
      await body.dump();
      throw new StartError(`the supergraph at ${this.name} cannot be fetched: it answered ${statusCode}.`);
    }
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of body as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > MAX_BYTES) throw new StartError(`the supergraph at ${this.name} is longer than ${MAX_BYTES} bytes.`);
      chunks.push(chunk);
    }
    const text = Buffer.concat(chunks).toString();
    const { etag } = headers;
    this.#known = typeof etag === 'string' ? { etag, text } : undefined;
    return text;
  }
}
