import { Pool } from 'undici';
import type { Caller } from '../../schema/contract.js';
import { GATEWAY } from '../access/gatewayItself.js';
import { errorCode } from '../errors/errorCode.js';
import { HttpExchange } from './HttpExchange.js';
import { type SubgraphAnswer, readSubgraphAnswer } from './SubgraphAnswer.js';
import { SubgraphFailure, type SubgraphFailureReason } from './SubgraphFailure.js';
import { UpstreamGuard, type UpstreamGuardOptions } from './UpstreamGuard.js';
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
  readonly headers: Readonly<Record<string, string>>;
  /** Ends the request early, with the reason `abandoned`. */
  readonly signal?: AbortSignal | undefined;
  /** Whether it may be sent again when it failed in passing; false by default, and always for a mutation. */
  readonly repeatable?: boolean;
  /** When the whole of which this is a part ends, as `performance.now()` tells time; by default, it does not end. */
  readonly endsAt?: number | undefined;
}

export interface SubgraphClientOptions extends UpstreamGuardOptions {
  /** The GraphQL address. Redirects are not followed. */
  readonly url: string;
  /** Milliseconds for one request with all its tries, from asking for it to the last byte of the answer. */
  readonly timeoutMs: number;
  readonly maxResponseBytes: number;
  /** What requests are signed with; without it, they are not. */
  readonly signingKey?: string | undefined;
}

const HEADERS = {
  'content-type': 'application/json',
  accept: 'application/graphql-response+json, application/json;q=0.9',
};

/**
 * Asks one subgraph over HTTP with kept-alive connections, guarded by an `UpstreamGuard`. It does not connect before the first
 * request, and a subgraph that was away is found again by itself.
 */
export class SubgraphClient {
  readonly #pool: Pool;
  readonly #path: string;
  readonly #guard: UpstreamGuard;

  constructor(readonly options: SubgraphClientOptions) {
    const { origin, pathname, search } = new URL(options.url);
    this.#path = pathname + search;
    this.#guard = new UpstreamGuard(options);
    this.#pool = new Pool(origin, {
      // And one for the probe, which is not to wait behind those that hang.
      connections: options.concurrency + 1,
      maxResponseSize: options.maxResponseBytes,
      // One timer of ours covers the whole request: undici's are per phase, so a trickle of bytes passes them for ever.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  /** Whether it answers without asking the subgraph, because that failed again and again. */
  get resting(): boolean {
    return this.#guard.resting;
  }

  /**
   * @returns what the subgraph answered, its errors included
   * @throws SubgraphFailure, and nothing else, when there is no answer that can be used
   */
  async ask(request: SubgraphRequest, options: SubgraphRequestOptions): Promise<SubgraphAnswer> {
    const { name, timeoutMs } = this.options;
    const { signal, repeatable = false, endsAt: wholeEndsAt = Infinity } = options;
    if (signal?.aborted) throw new SubgraphFailure(name, 'abandoned');
    const ownEnd = performance.now() + timeoutMs;
    const endsAt = Math.min(ownEnd, wholeEndsAt);
    // A subgraph that had little time because others took theirs did nothing wrong.
    const late = endsAt < ownEnd ? 'deadline' : 'timeout';
    const body = JSON.stringify(request);
    return this.#guard.run({ endsAt, repeatable, signal }, () => this.#send(body, options, endsAt, late));
  }

  /**
   * Asks whether the subgraph answers at all, past the guard: also while it rests.
   *
   * @throws SubgraphFailure when it does not
   */
  async probe(timeoutMs: number): Promise<void> {
    // Something that every GraphQL server knows.
    await this.#send(
      '{"query":"{ __typename }"}',
      { caller: GATEWAY, headers: {} },
      performance.now() + timeoutMs,
      'timeout',
    );
  }

  /** Ends what is under way and closes every connection. */
  async close(): Promise<void> {
    await this.#pool.destroy();
  }

  async #send(
    body: string,
    { caller, headers, signal }: SubgraphRequestOptions,
    endsAt: number,
    late: 'timeout' | 'deadline',
  ): Promise<SubgraphAnswer> {
    const { name, signingKey } = this.options;
    const ms = endsAt - performance.now();
    if (ms <= 0) throw new SubgraphFailure(name, late);
    const exchange = new HttpExchange(this.#pool, {
      method: 'POST',
      path: this.#path,
      headers: { ...headers, ...signedHeaders(signingKey, name, caller, body), ...HEADERS },
      body,
    });
    const abandon = (): void => exchange.end(new SubgraphFailure(name, 'abandoned'));
    const timer = setTimeout(() => exchange.end(new SubgraphFailure(name, late)), ms);
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

  /**
   * The body decides, not the status: GraphQL over HTTP allows 4xx with a well-formed response. A 5xx is believed only
   * when each of its errors says more than that something went wrong.
   */
  #judge(status: number, answer: SubgraphAnswer | null): SubgraphAnswer {
    // It is our signature that a subgraph refuses, and nothing that the client could mend.
    if (status === 401 && this.options.signingKey !== undefined) {
      throw new SubgraphFailure(this.options.name, 'status', status);
    }
    if (answer && (status < 500 || answer.errors?.every(({ extensions }) => saysWhy(extensions?.['code']))))
      return answer;
    throw new SubgraphFailure(this.options.name, status >= 200 && status < 300 ? 'garbage' : 'status', status);
  }

  #failure(error: unknown): SubgraphFailure {
    const code = errorCode(error);
    return new SubgraphFailure(this.options.name, reasonOf(code), code, { cause: error });
  }
}

/** What undici's code for a failed exchange means. */
function reasonOf(code: string | undefined): SubgraphFailureReason {
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') return 'too-large';
  // What came is no HTTP, or has more headers than anybody reads.
  if (code === 'UND_ERR_HEADERS_OVERFLOW' || code?.startsWith('HPE_')) return 'garbage';
  return 'unreachable';
}

function saysWhy(code: unknown): boolean {
  return typeof code === 'string' && code !== 'INTERNAL_SERVER_ERROR';
}
