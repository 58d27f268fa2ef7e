import type { Logger } from 'pino';
import { GatewayRefusals } from './GatewayRefusals.js';
import type { SubgraphEvents, UpstreamAccess, UpstreamListener, UpstreamRequest } from './SubgraphEvents.js';
import { SubgraphSocket, type SubgraphSocketOptions } from './SubgraphSocket.js';

export interface SubgraphSocketsOptions extends SubgraphSocketOptions {
  /** See `SubgraphClientOptions`. */
  readonly refusesCallers: boolean;
}

/** All subscriptions of this gateway at one subgraph, spread over its WebSockets. */
export class SubgraphSockets implements SubgraphEvents {
  readonly url: string;
  readonly #sockets: readonly SubgraphSocket[];

  constructor(options: SubgraphSocketsOptions, logger: Logger) {
    this.url = options.url;
    const refusals = new GatewayRefusals(options.name, options.refusesCallers, logger);
    this.#sockets = Array.from(
      { length: options.settings.sockets },
      () => new SubgraphSocket(options, refusals, logger),
    );
  }

  get size(): number {
    return this.#sockets.reduce((sum, { size }) => sum + size, 0);
  }

  subscribe(request: UpstreamRequest, access: UpstreamAccess, listener: UpstreamListener, urgent: boolean): () => void {
    const [first, ...others] = this.#sockets;
    if (!first) throw new Error('there is no socket');
    const emptiest = others.reduce((least, socket) => (socket.size < least.size ? socket : least), first);
    return emptiest.subscribe(request, access, listener, urgent);
  }

  async close(): Promise<void> {
    await Promise.all(this.#sockets.map((socket) => socket.close()));
  }
}
