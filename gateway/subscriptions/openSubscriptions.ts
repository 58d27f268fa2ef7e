import type { FastifyInstance } from 'fastify';
import { ConnectionCount } from '../limits/ConnectionCount.js';
import { Heartbeat } from './Heartbeat.js';
import { type SubscriptionGraph, Subscriptions, type SubscriptionsOptions } from './Subscriptions.js';
import { type StreamOptions, serveStreams } from './serveStreams.js';
import { type TransportOptions, serveWebSockets } from './serveWebSockets.js';

/** Subscriptions that clients can reach. */
export interface OpenSubscriptions {
  /** Moves all that run to a new graph: call it when the new engine serves. */
  swap(graph: SubscriptionGraph): Promise<void>;
  /** What there is to carry now. */
  readonly load: {
    /** Operations that clients run. */
    readonly clients: number;
    /** Subscriptions at subgraphs. */
    readonly upstreams: number;
    /** Events that wait to be enriched. */
    readonly waitingEvents: number;
    /** WebSockets, event streams and multipart responses. */
    readonly connections: number;
    /** Messages that clients have not read. */
    readonly waitingMessages: number;
  };
  /** Ends all connections, with the close code 1001 where there is one, within a few seconds. */
  stop(): Promise<void>;
}

/** Where the ways in are. */
export interface SubscriptionPaths {
  /** Also that of multipart responses. */
  readonly socket: string;
  readonly stream: string;
}

/**
 * Serves operations over WebSockets, as event streams and as multipart responses. Call it before the server listens, and `stop` before the
 * server is closed.
 */
export function openSubscriptions(
  app: FastifyInstance,
  paths: SubscriptionPaths,
  graph: SubscriptionGraph,
  options: SubscriptionsOptions &
    Pick<TransportOptions, 'authenticate' | 'origins' | 'rate' | 'trustedProxies' | 'forwardedHeaders'> &
    Pick<StreamOptions, 'onStream'>,
): OpenSubscriptions {
  const { authenticate, forwardedHeaders, origins, limits, logger, observers, onStream, rate, trustedProxies } =
    options;
  const subscriptions = new Subscriptions(graph, options);
  const { connections: all, connectionsPerAddress: perAddress } = limits.subscriptions;
  const connections = new ConnectionCount({ all, perAddress }, () => observers.metrics.refusedConnection());
  const heartbeat = new Heartbeat(limits.subscriptions.pingMs);
  const shared = {
    subscriptions,
    authenticate,
    limits,
    connections,
    heartbeat,
    logger,
    origins,
    rate,
    trustedProxies,
    forwardedHeaders,
  };
  const transports = [
    serveWebSockets(app.server, { ...shared, path: paths.socket }),
    serveStreams(app, { ...shared, path: paths.stream, graphqlPath: paths.socket, onStream }),
  ];
  return {
    swap: (next) => subscriptions.swap(next),
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
