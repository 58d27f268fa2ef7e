import { type Dispatcher, Pool, buildConnector } from 'undici';
import { errorCode } from '../errors/errorCode.js';
import type { SubgraphTls } from './SubgraphSettings.js';

export interface AgeingPoolOptions {
  /** Connections at the same time; any number by default. */
  readonly connections?: number;
  /** How old connections become, in milliseconds, give or take a fifth. */
  readonly maxAgeMs: number;
  /** HTTP/2: by ALPN over TLS, with prior knowledge without it. */
  readonly http2?: boolean | undefined;
  readonly tls?: SubgraphTls | undefined;
  /** Requests at the same time over one connection of HTTP/2, if they may be sent twice; 1 by default. */
  readonly streams?: number;
}

/** Not all gateways, and not all subgraphs of one, are to connect anew in the same moment. */
const JITTER = 0.2;

/**
 * Kept-alive connections to one origin, none of which takes new requests when it is old: new replicas and changed DNS get their
 * part also of a load that never pauses. The pool as a whole is replaced: its requests end where they are, then it is closed.
 * (undici's own `clientTtl` can leave a request waiting for ever when all connections of a pool grow old at once.)
 */
export class AgeingPool {
  readonly #connect: buildConnector.connector;
  readonly #retiring = new Set<Pool>();
  #pool: Pool;
  #replaceAt: number;

  constructor(
    private readonly origin: string,
    private readonly options: AgeingPoolOptions,
  ) {
    // One for all pools: TLS sessions are resumed.
    this.#connect = connectorOf(origin, options);
    this.#pool = this.#open();
    this.#replaceAt = this.#nextReplacement();
  }

  dispatch(request: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): void {
    if (performance.now() >= this.#replaceAt) this.#replace();
    this.#pool.dispatch(request, this.options.http2 ? this.#watched(handler) : handler);
  }

  /**
   * After an error of its session, a client of undici's for HTTP/2 may take requests and answer none: a pool in which a connection broke gets no
   * more of them. Requests that were given up end with an error too, but with none that has a code.
   */
  #watched(handler: Dispatcher.DispatchHandler): Dispatcher.DispatchHandler {
    const pool = this.#pool;
    return {
      onRequestStart: (controller, context) => handler.onRequestStart?.(controller, context),
      onResponseStart: (...args) => handler.onResponseStart?.(...args),
      onResponseData: (...args) => handler.onResponseData?.(...args),
      onResponseEnd: (...args) => handler.onResponseEnd?.(...args),
      onResponseError: (controller, error) => {
        if (errorCode(error) !== undefined && this.#pool === pool) this.#replaceAt = -Infinity;
        handler.onResponseError?.(controller, error);
      },
    };
  }

  /** Ends what is under way and closes every connection. */
  async close(): Promise<void> {
    await Promise.all([this.#pool, ...this.#retiring].map((pool) => pool.destroy()));
  }

  #replace(): void {
    const old = this.#pool;
    this.#pool = this.#open();
    this.#replaceAt = this.#nextReplacement();
    this.#retiring.add(old);
    const forget = (): void => void this.#retiring.delete(old);
    // It rejects when `close` came meanwhile: then it is closed as well.
    old.close().then(forget, forget);
  }

  #nextReplacement(): number {
    return performance.now() + this.options.maxAgeMs * (1 - JITTER + Math.random() * 2 * JITTER);
  }

  #open(): Pool {
    return new Pool(this.origin, {
      connections: this.options.connections ?? null,
      allowH2: this.options.http2 ?? false,
      ...(this.options.http2 && { pipelining: this.options.streams ?? 1 }),
      connect: this.#connect,
      // Who asks has one timer for the whole request: undici's are per phase, so a trickle of bytes passes them for ever.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }
}

function connectorOf(origin: string, { http2 = false, tls }: AgeingPoolOptions): buildConnector.connector {
  if (!http2) return buildConnector({ ...tls });
  const connect = buildConnector({ ...tls, allowH2: true, ...(origin.startsWith('http:') && { useH2c: true }) });
  return (options, callback) =>
    connect(options, (...[error, socket]) => {
      if (error) {
        callback(error, null);
      } else if ('alpnProtocol' in socket && socket.alpnProtocol === 'h2') {
        callback(null, socket);
      } else {
        // Over HTTP/1.1, undici would let requests wait behind each other.
        socket.destroy();
        callback(Object.assign(new Error('the other side speaks no HTTP/2'), { code: 'NO_HTTP2' }), null);
      }
    });
}
