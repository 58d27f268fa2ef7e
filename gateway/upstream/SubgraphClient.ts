import { type Caller, ERROR_CODES } from '../../schema/contract.js';
import { isAuthenticated } from '../access/anonymous.js';
import { GATEWAY } from '../access/gatewayItself.js';
import { errorCode } from '../errors/errorCode.js';
import { AgeingPool } from './AgeingPool.js';
import { BodyFault } from './BodyFault.js';
import { type HttpAnswer, HttpExchange } from './HttpExchange.js';
import type { RefusalLog } from './RefusalLog.js';
import { type SubgraphAnswer, readSubgraphAnswer } from './SubgraphAnswer.js';
import { SubgraphFailure, type SubgraphFailureReason } from './SubgraphFailure.js';
import { DEFAULT_SUBGRAPH_SETTINGS, type SubgraphSettings, returnsAnything } from './SubgraphSettings.js';
import { UpstreamGuard, type UpstreamGuardOptions } from './UpstreamGuard.js';
import { configuredHeaders } from './configuredHeaders.js';
import { type ReturnedParts, returnedParts } from './returnedParts.js';
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
  /** Headers of the client's request of which those go on that are configured for this subgraph. */
  readonly forwarded?: Readonly<Record<string, string>> | undefined;
  /** Told what of the answer goes back to the client beside data and errors, where that is configured for this subgraph. */
  readonly collect?: ((service: string, parts: ReturnedParts) => void) | undefined;
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
  /** The longest answer that is read, as it is when it is unpacked. */
  readonly maxResponseBytes: number;
  /** How old connections become, in milliseconds: see `AgeingPool`. */
  readonly maxAgeMs: number;
  /** What requests are signed with; without it, they are not. */
  readonly signingKey?: string | undefined;
  /**
   * Whether 401 and 403 are about the caller: the client's own `authorization` is passed on, and nothing is signed. Else it is this gateway
   * that is refused, and nothing that the client could mend. False by default.
   */
  readonly refusesCallers?: boolean;
  /** How it is spoken to; as by default without it. */
  readonly settings?: SubgraphSettings | undefined;
  /** Told of refusals of this gateway. */
  readonly refusals?: Pick<RefusalLog, 'refused' | 'taken'> | undefined;
}

const HEADERS = {
  'content-type': 'application/json',
  accept: 'application/graphql-response+json, application/json;q=0.9',
};

/** How long a subgraph may take to answer what needs no data, when the guard asks whether it is well. */
const PROBE_MS = 2_000;

/**
 * Asks one subgraph over HTTP with kept-alive connections, guarded by an `UpstreamGuard`. It does not connect before the first
 * request, and a subgraph that was away is found again by itself.
 */
export class SubgraphClient {
  readonly #reads: AgeingPool;
  readonly #writes: AgeingPool;
  readonly #path: string;
  readonly #settings: SubgraphSettings;
  readonly #returns: boolean;
  readonly #guard: UpstreamGuard;

  constructor(readonly options: SubgraphClientOptions) {
    const { origin, pathname, search } = new URL(options.url);
    this.#path = pathname + search;
    this.#settings = options.settings ?? DEFAULT_SUBGRAPH_SETTINGS;
    this.#returns = returnsAnything(this.#settings);
    this.#guard = new UpstreamGuard(options, () => this.probe(Math.min(options.timeoutMs, PROBE_MS)));
    const { http2, tls } = this.#settings;
    const open = (connections: number, streams: number): AgeingPool =>
      new AgeingPool(origin, { maxAgeMs: options.maxAgeMs, connections, streams, http2, tls });
    // And two for probes, of the guard and of the readiness check, which are not to wait behind requests that hang.
    const most = options.concurrency + 2;
    this.#reads = http2 ? open(1, most) : open(most, 1);
    // Over HTTP/2, undici sends what shares a connection again when the other side goes away, and what may not be sent twice alone.
    this.#writes = http2 ? open(most, 1) : this.#reads;
  }

  /** Whether it answers without asking the subgraph, because that fails. */
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
    const guarded = { caller: options.caller.subject, operation: request.query, endsAt, repeatable, signal };
    return this.#guard.run(guarded, () => this.#send(body, options, endsAt, late));
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
      { caller: GATEWAY, headers: {}, repeatable: true },
      performance.now() + timeoutMs,
      'timeout',
    );
  }

  /** Ends what is under way and closes every connection. */
  async close(): Promise<void> {
    this.#guard.close();
    await Promise.all([this.#reads.close(), this.#writes.close()]);
  }

  async #send(
    body: string,
    { caller, headers, signal, forwarded, collect, repeatable = false }: SubgraphRequestOptions,
    endsAt: number,
    late: 'timeout' | 'deadline',
  ): Promise<SubgraphAnswer> {
    const { name, signingKey } = this.options;
    const ms = endsAt - performance.now();
    if (ms <= 0) throw new SubgraphFailure(name, late);
    const sender = repeatable ? this.#reads : this.#writes;
    // In one piece: to spread what will be sent into another object costs as much as undici's part in it.
    const exchange = new HttpExchange(
      sender,
      {
        method: 'POST',
        path: this.#path,
        headers: {
          ...configuredHeaders(this.#settings, forwarded),
          ...headers,
          ...signedHeaders(signingKey, name, caller, body),
          ...HEADERS,
        },
        body,
        idempotent: repeatable,
      },
      this.options.maxResponseBytes,
    );
    const abandon = (): void => exchange.end(new SubgraphFailure(name, 'abandoned'));
    const timer = setTimeout(() => exchange.end(new SubgraphFailure(name, late)), ms);
    signal?.addEventListener('abort', abandon);
    try {
      const answer = this.#judge(await exchange.answer, caller);
      if (collect && this.#returns)
        collect(name, returnedParts(this.#settings, (await exchange.answer).headers, answer));
      return answer;
    } catch (error) {
      throw error instanceof SubgraphFailure ? error : this.#failure(error);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abandon);
    }
  }

  /**
   * The body decides, not the status: GraphQL over HTTP allows 4xx with a well-formed response. A 5xx is believed only
   * when each of its errors says more than that something went wrong. Whoever is signed in here, and is told there to sign in, is not the
   * one who is refused, whatever the status: it is this gateway.
   */
  #judge({ status, headers, text }: HttpAnswer, caller: Caller): SubgraphAnswer {
    const answer = readSubgraphAnswer(text);
    const { name, refusals, refusesCallers = false } = this.options;
    const isRefusal = status === 401 || (status === 403 && !answer);
    if (!refusesCallers && (isRefusal || (isAuthenticated(caller) && answer && asksToSignIn(answer)))) {
      const theirTime = Date.parse(String(headers.date));
      refusals?.refused({
        by: isRefusal ? status : ERROR_CODES.UNAUTHENTICATED,
        theirTime: Number.isNaN(theirTime) ? undefined : theirTime,
      });
      throw new SubgraphFailure(name, 'untrusted', status);
    }
    refusals?.taken();
    if (answer && (status < 500 || answer.errors?.every(({ extensions }) => saysWhy(extensions?.['code']))))
      return answer;
    throw new SubgraphFailure(name, status >= 200 && status < 300 ? 'garbage' : 'status', status);
  }

  #failure(error: unknown): SubgraphFailure {
    if (error instanceof BodyFault) {
      return new SubgraphFailure(this.options.name, error.reason, error.detail, { cause: error.cause });
    }
    const code = errorCode(error);
    return new SubgraphFailure(this.options.name, reasonOf(code), code, { cause: error });
  }
}

/** What undici's code for a failed exchange means. */
function reasonOf(code: string | undefined): SubgraphFailureReason {
  // What came is no HTTP, or has more headers than anybody reads.
  if (code === 'UND_ERR_HEADERS_OVERFLOW' || code?.startsWith('HPE_')) return 'garbage';
  return 'unreachable';
}

function asksToSignIn({ data, errors = [] }: SubgraphAnswer): boolean {
  if (data || errors.length === 0) return false;
  return errors.every(({ extensions }) => extensions?.['code'] === ERROR_CODES.UNAUTHENTICATED);
}

function saysWhy(code: unknown): boolean {
  return typeof code === 'string' && code !== 'INTERNAL_SERVER_ERROR';
}
