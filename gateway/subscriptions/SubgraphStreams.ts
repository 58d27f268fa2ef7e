import type { Logger } from 'pino';
import { AgeingPool } from '../upstream/AgeingPool.js';
import { readSubgraphAnswer } from '../upstream/SubgraphAnswer.js';
import type { SubgraphSettings } from '../upstream/SubgraphSettings.js';
import { unavailable } from '../upstream/SubgraphFailure.js';
import { configuredHeaders } from '../upstream/configuredHeaders.js';
import { signedHeaders } from '../upstream/signedHeaders.js';
import { EventStreamExchange } from './EventStreamExchange.js';
import { EventStreamParser } from './EventStreamParser.js';
import { GatewayRefusals } from './GatewayRefusals.js';
import type { SubgraphEvents, UpstreamAccess, UpstreamListener, UpstreamRequest } from './SubgraphEvents.js';
import { backoffDelay } from './backoffDelay.js';

export interface SubgraphStreamsOptions {
  readonly settings: SubgraphSettings;
  readonly name: string;
  /** `http://…` or `https://…` */
  readonly url: string;
  /** The longest event that is read, in characters. */
  readonly maxMessageBytes: number;
  /** How long connecting may take, with the subgraph's first answer. */
  readonly timeoutMs: number;
  /** How long a stream may be silent; the subgraph's heartbeat must come more often. */
  readonly silenceMs: number;
  /** How old a stream becomes, in milliseconds, give or take a fifth, where it can be taken up again without loss. */
  readonly maxAgeMs: number;
  /** What each request is signed with; without it, they are not. */
  readonly signingKey?: string | undefined;
  /** See `SubgraphClientOptions`. */
  readonly refusesCallers: boolean;
}

const HEADERS = { 'content-type': 'application/json', accept: 'text/event-stream, application/json;q=0.9' };
/** Over one connection of HTTP/2. */
const HTTP2_STREAMS = 100;
/** A stream that held for so long was no failure when it ends. */
const STABLE_MS = 5_000;
const JITTER = 0.2;

/**
 * Subscriptions at a subgraph that offers them as event streams: the distinct connections mode of graphql-sse, a request for each. Listeners
 * hear the same as of those over a WebSocket.
 *
 * @see https://github.com/graphql/graphql-over-http/blob/main/rfcs/GraphQLOverSSE.md
 */
export class SubgraphStreams implements SubgraphEvents {
  readonly url: string;
  readonly #path: string;
  readonly #pool: AgeingPool;
  readonly #refusals: GatewayRefusals;
  /** How each that runs is given up. */
  readonly #running = new Set<() => void>();
  #failures = 0;

  constructor(
    private readonly options: SubgraphStreamsOptions,
    private readonly logger: Logger,
  ) {
    const { origin, pathname, search } = new URL(options.url);
    this.url = options.url;
    this.#path = pathname + search;
    const { http2, tls } = options.settings;
    this.#pool = new AgeingPool(origin, { maxAgeMs: options.maxAgeMs, http2, tls, streams: HTTP2_STREAMS });
    this.#refusals = new GatewayRefusals(options.name, options.refusesCallers, logger);
  }

  get size(): number {
    return this.#running.size;
  }

  subscribe(request: UpstreamRequest, access: UpstreamAccess, listener: UpstreamListener, urgent: boolean): () => void {
    let end: (() => void) | undefined;
    const cancel = (): void => {
      this.#running.delete(cancel);
      end?.();
    };
    this.#running.add(cancel);
    const begin = (): void => {
      try {
        end = this.#begin(request, access, listener, () => this.#running.delete(cancel));
      } catch (error) {
        this.#running.delete(cancel);
        listener.broken(error);
      }
    };
    if (urgent || this.#failures === 0) {
      begin();
    } else {
      const timer = setTimeout(begin, backoffDelay(this.#failures));
      end = () => clearTimeout(timer);
    }
    return cancel;
  }

  async close(): Promise<void> {
    for (const cancel of this.#running) cancel();
    await this.#pool.close();
  }

  /**
   * @param forget takes it out of those that run. @returns false when it was given up before
   * @returns gives it up
   */
  #begin(
    { query, operationName, variables }: UpstreamRequest,
    { caller, forwarded, headers }: UpstreamAccess,
    listener: UpstreamListener,
    forget: () => boolean,
  ): () => void {
    const { maxMessageBytes, name, settings, signingKey, silenceMs, timeoutMs } = this.options;
    const body = JSON.stringify({ query, operationName, variables });
    const parser = new EventStreamParser(maxMessageBytes);
    let status = 0;
    let isStream = false;
    let plain = '';
    let begunAt: number | undefined;
    let age: NodeJS.Timeout | undefined;
    let isOver = false;

    /** Runs `tell` unless it was given up before. */
    const last = (tell: () => void): void => {
      for (const timer of [silence, age]) clearTimeout(timer);
      isOver = true;
      exchange.abort();
      if (forget()) tell();
    };
    const lose = (reason: string | undefined, isRefusal = false): void =>
      last(() => {
        const held = begunAt !== undefined && performance.now() - begunAt >= STABLE_MS;
        this.#failures = held ? 1 : this.#failures + 1;
        if (!isRefusal) this.logger.warn({ service: name, reason }, 'a subscription of a subgraph was lost');
        listener.lost(begunAt !== undefined, isRefusal ? 'untrusted' : 'unreachable');
      });
    const take = ({ event, data }: { event: string; data: string }): void => {
      if (event === 'complete') {
        last(() => listener.complete());
        return;
      }
      // A heartbeat may be an event too.
      if (event !== 'next') return;
      const answer = readSubgraphAnswer(data);
      if (!answer) lose('an event that is not GraphQL');
      else if (answer.errors && !answer.data && !('data' in JSON.parse(data))) {
        // Nothing was executed.
        last(() => listener.fail(this.#refusals.judge(answer.errors ?? [], caller)));
      } else {
        this.#failures = 0;
        this.#refusals.taken();
        listener.event(answer);
      }
    };
    /** The answer is no stream: a refusal, or nothing that can be read. */
    const judge = (): void => {
      const answer = readSubgraphAnswer(plain);
      if (this.#refusals.ofStatus(status)) lose(undefined, true);
      else if (answer?.errors) last(() => listener.fail(this.#refusals.judge(answer.errors ?? [], caller)));
      else if (status >= 500 || status === 429) last(() => listener.fail([unavailable(name, 'status')]));
      else last(() => listener.fail([unavailable(name, status >= 200 && status < 300 ? 'garbage' : 'status')]));
    };
    let silence = setTimeout(() => lose('no answer in time'), timeoutMs);
    const hear = (): void => {
      clearTimeout(silence);
      silence = setTimeout(() => lose('silence'), silenceMs);
    };

    const exchange = new EventStreamExchange({
      begin: (code, type) => {
        status = code;
        isStream = code === 200 && type === 'text/event-stream';
        if (!isStream) return;
        begunAt = performance.now();
        hear();
        age = this.#ageLater(listener);
      },
      data: (chunk) => {
        try {
          if (isStream) {
            hear();
            for (const event of parser.push(chunk)) if (!isOver) take(event);
          } else if ((plain += chunk.toString()).length > maxMessageBytes) {
            lose('an answer that is too large');
          }
        } catch (error) {
          if (error instanceof RangeError) lose(error.message);
          else last(() => listener.broken(error));
        }
      },
      end: (error) => {
        if (error || isStream) lose(error ? String(Object(error).code ?? error.message) : 'ended');
        else judge();
      },
    });
    exchange.send(this.#pool, {
      method: 'POST',
      path: this.#path,
      headers: {
        ...configuredHeaders(settings, forwarded),
        ...headers,
        ...signedHeaders(signingKey, name, caller, body),
        ...HEADERS,
      },
      body,
      // Asking twice does no harm, and over HTTP/2 a stream must not keep a connection to itself.
      idempotent: true,
    });
    return () => {
      for (const timer of [silence, age]) clearTimeout(timer);
      exchange.abort();
    };
  }

  /** What has no cursor stays until it ends: it is asked again and again, because it may have one by then. */
  #ageLater(listener: UpstreamListener): NodeJS.Timeout {
    const ms = this.options.maxAgeMs * (1 - JITTER + Math.random() * 2 * JITTER);
    return setInterval(() => listener.move(), ms).unref();
  }
}
