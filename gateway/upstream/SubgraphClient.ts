import { Pool } from 'undici';
import type { Caller } from '../../schema/contract.js';
import { errorCode } from '../errors/errorCode.js';
import { HttpExchange } from './HttpExchange.js';
import { type SubgraphAnswer, readSubgraphAnswer } from './SubgraphAnswer.js';
import { SubgraphFailure } from './SubgraphFailure.js';
import { signedHeaders } from './signedHeaders.js';

/** One GraphQL request to a subgraph. */
export interface SubgraphRequest {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>> | undefined;
  readonly operationName?: string | undefined;
}

export interface SubgraphRequestOptions {
  /** Who asks; told to the subgraph where requests are signed. */
  readonly caller: Caller;
  /** Sent beside the content type and the signature; nothing else is. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Ends the request early, with the reason `abandoned`. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds from connecting to the last byte of the answer; the client's own by default. */
  readonly timeoutMs?: number;
}

export interface SubgraphClientOptions {
  readonly name: string;
  /** The GraphQL address. Redirects are not followed. */
  readonly url: string;
  readonly timeoutMs: number;
  readonly maxResponseBytes: number;
  /** What requests are signed with; without it, they are not. */
  readonly signingKey?: string | undefined;
}

/** More at once than this wait for a free connection, inside their timeout. */
const MAX_CONNECTIONS = 256;

const HEADERS = {
  'content-type': 'application/json',
  accept: 'application/graphql-response+json, application/json;q=0.9',
};

/**
 * Asks one subgraph over HTTP with kept-alive connections. It does not connect before the first request, and a subgraph that
 * was away is found again by the next one.
 */
export class SubgraphClient {
  readonly #pool: Pool;
  readonly #path: string;

  constructor(readonly options: SubgraphClientOptions) {
    const { origin, pathname, search } = new URL(options.url);
    this.#path = pathname + search;
    this.#pool = new Pool(origin, {
      connections: MAX_CONNECTIONS,
      maxResponseSize: options.maxResponseBytes,
      // One timer of ours covers the whole request: undici's are per phase, so a trickle of bytes passes them for ever.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  /**
   * @returns what the subgraph answered, its errors included
   * @throws SubgraphFailure, and nothing else, when there is no answer that can be used
   */
  async ask(request: SubgraphRequest, options: SubgraphRequestOptions): Promise<SubgraphAnswer> {
    const { name, signingKey, timeoutMs } = this.options;
    const { signal } = options;
    if (signal?.aborted) throw new SubgraphFailure(name, 'abandoned');
    const body = JSON.stringify(request);
    const exchange = new HttpExchange(this.#pool, {
      method: 'POST',
      path: this.#path,
      headers: { ...options.headers, ...signedHeaders(signingKey, name, options.caller, body), ...HEADERS },
      body,
    });
    const abandon = (): void => exchange.end(new SubgraphFailure(name, 'abandoned'));
    const timer = setTimeout(() => exchange.end(new SubgraphFailure(name, 'timeout')), options.timeoutMs ?? timeoutMs);
    signal?.addEventListener('abort', abandon);
    try {
      const { status, text } = await exchange.answer;
      return this.#judge(status, readSubgraphAnswer(text));
    } catch (error) {
      throw error instanceof SubgraphFailure ? error : this.#failure(error);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abandon);
    }
  }

  /** Ends what is under way and closes every connection. */
  async close(): Promise<void> {
    await this.#pool.destroy();
  }

  /**
   * The body decides, not the status: GraphQL over HTTP allows 4xx with a well-formed response. A 5xx is believed only
   * when each of its errors says more than that something went wrong.
   */
  #judge(status: number, answer: SubgraphAnswer | null): SubgraphAnswer {
    if (answer && (status < 500 || answer.errors?.every(({ extensions }) => saysWhy(extensions?.['code']))))
      return answer;
    throw new SubgraphFailure(this.options.name, status >= 200 && status < 300 ? 'garbage' : 'status', status);
  }

  #failure(error: unknown): SubgraphFailure {
    const code = errorCode(error);
    const reason = code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE' ? 'too-large' : 'unreachable';
    return new SubgraphFailure(this.options.name, reason, code, { cause: error });
  }
}

function saysWhy(code: unknown): boolean {
  return typeof code === 'string' && code !== 'INTERNAL_SERVER_ERROR';
}
