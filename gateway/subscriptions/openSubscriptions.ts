import type { FastifyInstance } from 'fastify';
import { ConnectionCount } from './ConnectionCount.js';
import { Heartbeat } from './Heartbeat.js';
import { type SubscriptionGraph, Subscriptions, type SubscriptionsOptions } from './Subscriptions.js';
import { serveEventStreams } from './serveEventStreams.js';
import { type TransportOptions, serveWebSockets } from './serveWebSockets.js';

/** Subscriptions that clients can reach. */
export interface OpenSubscriptions {
  /** Moves all that run to a new graph: call it when the new engine serves. */
  swap(graph: SubscriptionGraph): void;
  /** What there is to carry now. */
  readonly load: {
    /** Operations that clients run. */
    readonly clients: number;
    /** Subscriptions at subgraphs. */
    readonly upstreams: number;
    /** Events that wait to be enriched. */
    readonly waitingEvents: number;
    /** WebSockets and event streams. */
    readonly connections: number;
    /** Messages that clients have not read. */
    readonly waitingMessages: number;
  };
  /** Ends all connections, with the close code 1001 where there is one, within a few seconds. */
  stop(): Promise<void>;
}

/** Where the two ways in are. */
export interface SubscriptionPaths {
  readonly socket: string;
  readonly stream: string;
}

/**
 * Serves operations over WebSockets and as event streams. Call it before the server listens, and `stop` before the server is
 * closed.
 */
export function openSubscriptions(
  app: FastifyInstance,
  paths: SubscriptionPaths,
  options: SubscriptionsOptions & Pick<TransportOptions, 'authenticate' | 'corsOrigins' | 'trustedProxies'>,
): OpenSubscriptions {
  const { authenticate, corsOrigins, limits, logger, observers, trustedProxies } = options;
  const subscriptions = new Subscriptions(options);
  const connections = new ConnectionCount(limits.subscriptions, () => observers.metrics.refusedConnection());
  const heartbeat = new Heartbeat(limits.subscriptions.pingMs);
  const shared = { subscriptions, authenticate, limits, connections, heartbeat, logger, corsOrigins, trustedProxies };
  const transports = [
    serveWebSockets(app.server, { ...shared, path: paths.socket }),
    serveEventStreams(app, { ...shared, path: paths.stream }),
  ];
  return {
    swap: (graph) => subscriptions.swap(graph),
    get load() {
      const waitingMessages = transports.reduce((sum, { waitingMessages: some }) => sum + some, 0);
      return { ...subscriptions.load, connections: connections.open, waitingMessages };
    },
    async stop() {
      heartbeat.stop();
      await Promise.all(transports.map((transport) => transport.stop()));
      await subscriptions.stop();
    },
  };
}
