import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { SubgraphTls } from '../upstream/SubgraphSettings.js';

export interface UpstreamWebSocketOptions {
  /** `ws://…` or `wss://…` */
  readonly url: string;
  /** The longest message that is read, in bytes. */
  readonly maxMessageBytes: number;
  /** Certificates, where the address begins with wss. */
  readonly tls?: SubgraphTls | undefined;
  /** How long connecting may take, and how long the subgraph may take to answer a ping. */
  readonly timeoutMs: number;
  /** How long the connection may be silent before we ask whether it is still there. */
  readonly pingMs: number;
  /** Makes the payload of `connection_init`, when the socket is open. */
  readonly connectionParams: () => Readonly<Record<string, string>>;
}

/** How long a subgraph may take to say goodbye. */
const CLOSE_LIMIT_MS = 1_000;

/**
 * One WebSocket to a subgraph, from connecting to its end; it never connects a second time. The graphql-ws client would do
 * that by itself, but silently, so that what was missed meanwhile could not be fetched or told.
 */
export class UpstreamWebSocket {
  readonly client: Client;
  /** When the subgraph acknowledged it, as `performance.now()` tells time. */
  readyAt: number | undefined;
  #socket: WebSocket | undefined;

  /**
   * @param onReady called once the subgraph has acknowledged it
   * @param onEnd called once, also when connecting failed
   */
  constructor(options: UpstreamWebSocketOptions, onReady: () => void, onEnd: (reason: unknown) => void) {
    const { url, maxMessageBytes, timeoutMs, tls, pingMs, connectionParams } = options;
    const opened = (socket: WebSocket): void => {
      this.#socket = socket;
    };
    let pongLimit: NodeJS.Timeout | undefined;
    let ended = false;
    const ends = (reason: unknown): void => {
      clearTimeout(pongLimit);
      if (ended) return;
      ended = true;
      onEnd(reason);
    };
    this.client = createClient({
      url,
      connectionParams: () => ({ ...connectionParams() }),
      lazy: false,
      retryAttempts: 0,
      onNonLazyError: () => undefined,
      connectionAckWaitTimeout: timeoutMs,
      keepAlive: pingMs,
      webSocketImpl: class extends WebSocket {
        constructor(address: string, protocol: string) {
          super(address, protocol, {
            ...tls,
            maxPayload: maxMessageBytes,
            handshakeTimeout: timeoutMs,
            perMessageDeflate: false,
          });
          opened(this);
        }
      },
      on: {
        connected: () => {
          this.readyAt = performance.now();
          onReady();
        },
        closed: ends,
        error: ends,
        ping: (received) => {
          if (!received) pongLimit = setTimeout(() => this.#socket?.terminate(), timeoutMs);
        },
        pong: (received) => {
          if (received) clearTimeout(pongLimit);
        },
      },
    });
  }

  /** Closes it, whatever its state; resolves when it is closed, at the latest after a second. */
  async close(): Promise<void> {
    // It rejects when the connection never came about; either way the client does not connect anew from here on.
    void Promise.resolve(this.client.dispose()).catch(() => undefined);
    const socket = this.#socket;
    if (!socket || socket.readyState === WebSocket.CLOSED) return;
    await new Promise<void>((resolve) => {
      const limit = setTimeout(() => socket.terminate(), CLOSE_LIMIT_MS);
      socket.once('close', () => {
        clearTimeout(limit);
        resolve();
      });
      if (this.readyAt === undefined) socket.terminate();
    });
  }
}
