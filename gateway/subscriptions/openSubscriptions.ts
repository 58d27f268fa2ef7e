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
  options: SubscriptionsOptions & Pick<TransportOptions, 'authenticate'>,
): OpenSubscriptions {
  const { authenticate, limits, logger } = options;
  const subscriptions = new Subscriptions(options);
  const connections = new ConnectionCount(limits.subscriptions.connections);
  const heartbeat = new Heartbeat(limits.subscriptions.pingMs);
  const shared = { subscriptions, authenticate, limits, connections, heartbeat, logger };
  const transports = [
    serveWebSockets(app.server, { ...shared, path: paths.socket }),
    serveEventStreams(app, { ...shared, path: paths.stream }),
  ];
  return {
    swap: (graph) => subscriptions.swap(graph),
    async stop() {
      heartbeat.stop();
      await Promise.all(transports.map((transport) => transport.stop()));
      await subscriptions.stop();
    },
  };
}
