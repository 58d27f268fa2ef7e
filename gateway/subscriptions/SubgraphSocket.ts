import type { GraphQLFormattedError } from 'graphql';
import type { Logger } from 'pino';
import { scrubText } from '../../observability/scrubText.js';
import { type Caller, SUBSCRIBE_EXTENSIONS } from '../../schema/contract.js';
import { GATEWAY } from '../access/gatewayItself.js';
import type { SubgraphAnswer } from '../upstream/SubgraphAnswer.js';
import { signedHeaders } from '../upstream/signedHeaders.js';
import { UpstreamWebSocket, type UpstreamWebSocketOptions } from './UpstreamWebSocket.js';
import { backoffDelay } from './backoffDelay.js';

/** A subscription as a subgraph is asked for it. */
export interface UpstreamRequest {
  readonly query: string;
  readonly operationName: string | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Hears what becomes of an upstream subscription. After `complete`, `fail` or `lost` nothing more comes. */
export interface UpstreamListener {
  event(event: SubgraphAnswer): void;
  complete(): void;
  /** The subgraph refused it or ended it with errors. */
  fail(errors: readonly GraphQLFormattedError[]): void;
  /** The connection went away. @param begun whether the subgraph may have begun it */
  lost(begun: boolean): void;
}

export interface SubgraphSocketOptions extends Omit<UpstreamWebSocketOptions, 'connectionParams'> {
  readonly name: string;
  /** How long the connection is kept when nobody subscribes to anything. */
  readonly idleMs: number;
  /** What the connection and each subscribe are signed with; without it, they are not. */
  readonly signingKey?: string | undefined;
}

/** Who subscribes, as the subgraph hears of it. */
export interface UpstreamAccess {
  readonly caller: Caller;
  /** The caller's; they travel in the `extensions` of the subscribe message, because callers share the socket. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A connection that held for so long was no failure when it ends. */
const STABLE_MS = 5_000;

interface Entry {
  readonly request: UpstreamRequest;
  readonly access: UpstreamAccess;
  readonly listener: UpstreamListener;
  /** Tells the subgraph, once it has been asked. */
  cancel?: () => void;
}

/**
 * All subscriptions of this gateway at one subgraph, over one WebSocket (graphql-transport-ws). It connects when first needed,
 * and paces its attempts while the subgraph is away. It never subscribes again by itself: what is lost is reported, because
 * only who asked knows how to go on.
 */
export class SubgraphSocket {
  #connection: UpstreamWebSocket | undefined;
  /** Those that `#connection` carries. */
  #entries = new Set<Entry>();
  /** Asked while there was no connection; they go along with the next. */
  readonly #waiting = new Set<Entry>();
  #failures = 0;
  #retry: NodeJS.Timeout | undefined;
  #idle: NodeJS.Timeout | undefined;

  constructor(
    readonly options: SubgraphSocketOptions,
    private readonly logger: Logger,
  ) {}

  /** How many subscriptions it carries or is about to. */
  get size(): number {
    return this.#waiting.size + this.#entries.size;
  }

  /**
   * @param urgent connects at once, also when the last attempts failed: somebody new waits for an answer
   * @returns ends the subscription; afterwards the listener hears nothing
   */
  subscribe(request: UpstreamRequest, access: UpstreamAccess, listener: UpstreamListener, urgent: boolean): () => void {
    const entry: Entry = { request, access, listener };
    clearTimeout(this.#idle);
    if (this.#connection) {
      this.#ask(this.#connection, entry);
    } else {
      this.#waiting.add(entry);
      if (urgent || this.#failures === 0) this.#connect();
      else this.#retry ??= setTimeout(() => this.#connect(), backoffDelay(this.#failures));
    }
    return () => this.#forget(entry);
  }

  /** Ends everything without a word to the listeners. Resolves when the socket is closed, at the latest after a second. */
  async close(): Promise<void> {
    this.#waiting.clear();
    this.#entries.clear();
    clearTimeout(this.#retry);
    clearTimeout(this.#idle);
    const connection = this.#connection;
    this.#connection = undefined;
    await connection?.close();
  }

  #connect(): void {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    const connection = new UpstreamWebSocket(this.#socketOptions(), (reason) => this.#lose(connection, reason));
    this.#connection = connection;
    for (const entry of this.#waiting) this.#ask(connection, entry);
    this.#waiting.clear();
  }

  #socketOptions(): UpstreamWebSocketOptions {
    const { name, signingKey } = this.options;
    return { ...this.options, connectionParams: () => signedHeaders(signingKey, name, GATEWAY, '') };
  }

  #ask({ client }: UpstreamWebSocket, entry: Entry): void {
    const { access, listener, request } = entry;
    const { name, signingKey } = this.options;
    const headers = { ...access.headers, ...signedHeaders(signingKey, name, access.caller, request.query) };
    const entries = this.#entries;
    entries.add(entry);
    /** Runs `tell` unless the entry was given up or lost before. */
    const last = (tell: () => void): void => {
      if (!entries.delete(entry)) return;
      tell();
      this.#rest();
    };
    entry.cancel = client.subscribe(
      {
        query: request.query,
        operationName: request.operationName ?? null,
        variables: { ...request.variables },
        extensions: { [SUBSCRIBE_EXTENSIONS.headers]: headers },
      },
      {
        next({ data, errors }) {
          if (!entries.has(entry)) return;
          if (data !== undefined || !errors) {
            listener.event({ data: data ?? null, ...(errors && { errors }) });
            return;
          }
          // Without `data` nothing was executed: many servers refuse a subscription in this way, and complete it then.
          entry.cancel?.();
          last(() => listener.fail(errors));
        },
        error(reason) {
          // Anything but a list of errors is the end of the connection, which is reported to all at once.
          if (Array.isArray(reason)) last(() => listener.fail(reason as readonly GraphQLFormattedError[]));
        },
        complete: () => last(() => listener.complete()),
      },
    );
  }

  #forget(entry: Entry): void {
    this.#waiting.delete(entry);
    if (this.#entries.delete(entry)) entry.cancel?.();
    this.#rest();
  }

  /** Lets the connection go when nobody has used it for a while. */
  #rest(): void {
    if (this.size > 0) return;
    clearTimeout(this.#retry);
    this.#retry = undefined;
    clearTimeout(this.#idle);
    const connection = this.#connection;
    if (!connection) return;
    this.#idle = setTimeout(() => {
      this.#connection = undefined;
      this.#failures = 0;
      void connection.close();
    }, this.options.idleMs).unref();
  }

  #lose(connection: UpstreamWebSocket, reason: unknown): void {
    if (this.#connection !== connection) return;
    this.#connection = undefined;
    clearTimeout(this.#idle);
    const { readyAt } = connection;
    const held = readyAt !== undefined && performance.now() - readyAt >= STABLE_MS;
    this.#failures = held ? 1 : this.#failures + 1;
    const lost = this.#entries;
    this.#entries = new Set();
    void connection.close();
    if (lost.size === 0) return;
    this.logger.warn(
      { service: this.options.name, subscriptions: lost.size, ...described(reason) },
      'the subscriptions of a subgraph were lost',
    );
    const listeners = [...lost].map(({ listener }) => listener);
    lost.clear();
    for (const listener of listeners) listener.lost(readyAt !== undefined);
  }
}

function described(reason: unknown): Record<string, unknown> {
  if (typeof reason !== 'object' || reason === null) return {};
  return {
    ...('code' in reason && { code: reason.code }),
    ...('reason' in reason && { reason: scrubText(String(reason.reason)) }),
    ...('message' in reason && { message: scrubText(String(reason.message)) }),
  };
}
