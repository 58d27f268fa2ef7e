import type { GraphQLFormattedError } from 'graphql';
import type { Logger } from 'pino';
import { scrubText } from '../../observability/scrubText.js';
import { SUBSCRIBE_EXTENSIONS } from '../../schema/contract.js';
import { subscribeBody } from '../../schema/signature.js';
import { GATEWAY } from '../access/gatewayItself.js';
import type { SubgraphSettings } from '../upstream/SubgraphSettings.js';
import { configuredHeaders } from '../upstream/configuredHeaders.js';
import { signedHeaders } from '../upstream/signedHeaders.js';
import type { GatewayRefusals } from './GatewayRefusals.js';
import type { SubgraphEvents, UpstreamAccess, UpstreamListener, UpstreamRequest } from './SubgraphEvents.js';
import { UpstreamWebSocket, type UpstreamWebSocketOptions } from './UpstreamWebSocket.js';
import { backoffDelay } from './backoffDelay.js';

export interface SubgraphSocketOptions extends Omit<UpstreamWebSocketOptions, 'connectionParams' | 'tls'> {
  readonly settings: SubgraphSettings;
  readonly name: string;
  /** How long the connection is kept when nobody subscribes to anything. */
  readonly idleMs: number;
  /** How old a connection becomes, in milliseconds, give or take a fifth; then what can be moved without loss goes on over another. */
  readonly maxAgeMs: number;
  /** What the connection and each subscribe are signed with; without it, they are not. */
  readonly signingKey?: string | undefined;
}

/** A connection that held for so long was no failure when it ends. */
const STABLE_MS = 5_000;
/** So many subscriptions are moved in one turn of the event loop. */
const MOVES_A_TURN = 50;
const JITTER = 0.2;

interface Entry {
  readonly request: UpstreamRequest;
  readonly access: UpstreamAccess;
  readonly listener: UpstreamListener;
  /** The connection over which it was asked for. */
  line?: Line;
  /** Tells the subgraph, once it has been asked. */
  cancel?: () => void;
}

/** A connection and the subscriptions that it carries. */
interface Line {
  readonly connection: UpstreamWebSocket;
  readonly entries: Set<Entry>;
}

/**
 * Subscriptions at one subgraph over one WebSocket (graphql-transport-ws). It connects when first needed, and paces its attempts while the
 * subgraph is away. A connection that has grown old is followed by another: those that can be resumed are moved as soon as that is ready,
 * the others stay until they end.
 */
export class SubgraphSocket implements SubgraphEvents {
  #line: Line | undefined;
  /** Old connections, each with those that could not be moved. */
  readonly #old = new Set<Line>();
  /** The connection that will follow `#line`, until it is ready. */
  #next: Line | undefined;
  /** Asked while there was no connection; they go along with the next. */
  readonly #waiting = new Set<Entry>();
  #failures = 0;
  #retry: NodeJS.Timeout | undefined;
  #idle: NodeJS.Timeout | undefined;
  #age: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(
    private readonly options: SubgraphSocketOptions,
    private readonly refusals: GatewayRefusals,
    private readonly logger: Logger,
  ) {}

  get url(): string {
    return this.options.url;
  }

  get size(): number {
    let size = this.#waiting.size + (this.#line?.entries.size ?? 0);
    for (const { entries } of this.#old) size += entries.size;
    return size;
  }

  subscribe(request: UpstreamRequest, access: UpstreamAccess, listener: UpstreamListener, urgent: boolean): () => void {
    const entry: Entry = { request, access, listener };
    clearTimeout(this.#idle);
    if (this.#line) {
      this.#begin(this.#line, entry);
    } else {
      this.#waiting.add(entry);
      if (urgent || this.#failures === 0) this.#connect();
      else this.#retry ??= setTimeout(() => this.#connect(), backoffDelay(this.#failures));
    }
    return () => this.#forget(entry);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#waiting.clear();
    for (const timer of [this.#retry, this.#idle, this.#age]) clearTimeout(timer);
    const lines = [...this.#old, this.#line, this.#next].filter((line) => line !== undefined);
    this.#old.clear();
    this.#line = undefined;
    this.#next = undefined;
    for (const { entries } of lines) entries.clear();
    await Promise.all(lines.map(({ connection }) => connection.close()));
  }

  #connect(): void {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    const line = this.#open(() => this.#ageLater(line));
    this.#line = line;
    for (const entry of this.#waiting) this.#begin(line, entry);
    this.#waiting.clear();
  }

  #open(onReady: () => void): Line {
    const { name, settings, signingKey } = this.options;
    const connection = new UpstreamWebSocket(
      { ...this.options, tls: settings.tls, connectionParams: () => signedHeaders(signingKey, name, GATEWAY, '') },
      onReady,
      (reason) => this.#lose(line, reason),
    );
    const line: Line = { connection, entries: new Set() };
    return line;
  }

  /** One that cannot be asked for costs no other. */
  #begin(line: Line, entry: Entry): void {
    try {
      this.#ask(line, entry);
    } catch (error) {
      line.entries.delete(entry);
      entry.listener.broken(error);
    }
  }

  #ask(line: Line, entry: Entry): void {
    const { access, listener, request } = entry;
    const { entries } = line;
    entry.line = line;
    entries.add(entry);
    /** Runs `tell` unless the entry was given up or lost before. */
    const last = (tell: () => void): void => {
      if (!entries.delete(entry)) return;
      tell();
      this.#rest(line);
    };
    const refuse = (errors: readonly GraphQLFormattedError[]): void =>
      last(() => listener.fail(this.refusals.judge(errors, access.caller)));
    entry.cancel = line.connection.client.subscribe(
      {
        query: request.query,
        operationName: request.operationName ?? null,
        variables: { ...request.variables },
        extensions: this.#extensions(request, access),
      },
      {
        next: ({ data, errors }) => {
          if (!entries.has(entry)) return;
          if (data !== undefined || !errors) {
            this.refusals.taken();
            listener.event({ data: data ?? null, ...(errors && { errors }) });
            return;
          }
          // Without `data` nothing was executed: many servers refuse a subscription in this way, and complete it then.
          entry.cancel?.();
          refuse(errors);
        },
        error(reason) {
          // Anything but a list of errors is the end of the connection, which is reported to all at once.
          if (Array.isArray(reason)) refuse(reason as readonly GraphQLFormattedError[]);
        },
        complete: () => last(() => listener.complete()),
      },
    );
  }

  /** What would be headers over HTTP; where that is signed, with the variables as the text that the signature is over. */
  #extensions(request: UpstreamRequest, { caller, forwarded, headers: own }: UpstreamAccess): Record<string, unknown> {
    const { name, settings, signingKey } = this.options;
    const headers = { ...configuredHeaders(settings, forwarded), ...own };
    if (signingKey === undefined) return { [SUBSCRIBE_EXTENSIONS.headers]: headers };
    const variables = JSON.stringify(request.variables);
    const signature = signedHeaders(signingKey, name, caller, subscribeBody({ ...request, variables }));
    return {
      [SUBSCRIBE_EXTENSIONS.headers]: { ...headers, ...signature },
      [SUBSCRIBE_EXTENSIONS.variables]: variables,
    };
  }

  #forget(entry: Entry): void {
    this.#waiting.delete(entry);
    if (entry.line?.entries.delete(entry)) entry.cancel?.();
    this.#rest(entry.line);
  }

  /** Lets a connection go that nobody uses: an old one at once, else after a while. */
  #rest(line: Line | undefined): void {
    if (line && this.#old.has(line) && line.entries.size === 0) {
      this.#old.delete(line);
      void line.connection.close();
    }
    if (this.#waiting.size > 0 || this.#line?.entries.size) return;
    clearTimeout(this.#retry);
    this.#retry = undefined;
    clearTimeout(this.#idle);
    const idle = this.#line;
    if (!idle) return;
    this.#idle = setTimeout(() => {
      this.#line = undefined;
      this.#failures = 0;
      clearTimeout(this.#age);
      void idle.connection.close();
    }, this.options.idleMs).unref();
  }

  #ageLater(line: Line): void {
    if (this.#closed || this.#line !== line) return;
    const ms = this.options.maxAgeMs * (1 - JITTER + Math.random() * 2 * JITTER);
    clearTimeout(this.#age);
    this.#age = setTimeout(() => this.#replace(line), ms).unref();
  }

  /** Opens the next connection beside an old one, which serves until that is ready. */
  #replace(old: Line): void {
    if (this.#line !== old || old.entries.size === 0) return;
    const next = this.#open(() => {
      this.#next = undefined;
      if (this.#closed || this.#line !== old) {
        void next.connection.close();
        return;
      }
      this.#line = next;
      this.#old.add(old);
      this.#ageLater(next);
      this.#move(old).catch((err: unknown) => this.logger.error({ err }, 'an error that nobody foresaw'));
    });
    this.#next = next;
  }

  async #move(old: Line): Promise<void> {
    let moved = 0;
    for (const entry of old.entries) {
      entry.listener.move();
      moved += 1;
      if (moved % MOVES_A_TURN === 0) await new Promise(setImmediate);
    }
    this.#rest(old);
  }

  #lose(line: Line, reason: unknown): void {
    const { connection, entries } = line;
    const { readyAt } = connection;
    void connection.close();
    if (this.#line === line) {
      this.#line = undefined;
      clearTimeout(this.#idle);
      clearTimeout(this.#age);
      const held = readyAt !== undefined && performance.now() - readyAt >= STABLE_MS;
      this.#failures = held ? 1 : this.#failures + 1;
    } else if (this.#next === line) {
      // It did not come about: the old one goes on, and another is tried when that has grown older by as much again.
      this.#next = undefined;
      if (this.#line) this.#ageLater(this.#line);
    } else {
      this.#old.delete(line);
    }
    const refusal = this.refusals.ofConnection(reason);
    if (entries.size === 0) return;
    if (!refusal) {
      this.logger.warn(
        { service: this.options.name, subscriptions: entries.size, ...described(reason) },
        'the subscriptions of a subgraph were lost',
      );
    }
    const lost = [...entries];
    entries.clear();
    for (const { listener } of lost) listener.lost(readyAt !== undefined, refusal ? 'untrusted' : 'unreachable');
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
