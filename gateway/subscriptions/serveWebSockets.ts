import { STATUS_CODES, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type GraphQLError, buildSchema, parse } from 'graphql';
import { CloseCode, MessageType, handleProtocols, makeServer, stringifyMessage } from 'graphql-ws';
import type { Logger } from 'pino';
import { type WebSocket, WebSocketServer } from 'ws';
import { AccessRefused } from '../access/AccessRefused.js';
import type { Authenticate, Identity } from '../access/createAuthenticator.js';
import { HEADERS } from '../../schema/contract.js';
import { clientAddress } from '../http/clientAddress.js';
import { isForeignOrigin } from '../http/isForeignOrigin.js';
import { clientApplication } from '../http/clientApplication.js';
import { claimedBy } from '../http/requestIdentity.js';
import type { Limits } from '../limits/limits.js';
import { ClientSocket } from './ClientSocket.js';
import { CLOSE_CODES } from './CloseCode.js';
import type { ConnectionCount } from './ConnectionCount.js';
import type { Heartbeat } from './Heartbeat.js';
import { OperationFailed, SocketOperation } from './SocketOperation.js';
import { persistedId } from './persistedId.js';
import type { Subscriptions } from './Subscriptions.js';

/** A way in for clients. */
export interface Transport {
  /** How many messages clients have not read. */
  readonly waitingMessages: number;
  /** Lets nobody in any more, and ends all connections within a few seconds. */
  stop(): Promise<void>;
}

export interface TransportOptions {
  readonly path: string;
  readonly subscriptions: Subscriptions;
  readonly authenticate: Authenticate;
  readonly limits: Limits;
  readonly connections: ConnectionCount;
  readonly heartbeat: Heartbeat;
  readonly logger: Logger;
  /** Pages of these origins may ask beside those of the gateway's own; `*` for all. */
  readonly corsOrigins: readonly string[];
  /** See `clientAddress`. */
  readonly trustedProxies: number;
}

/** A client that does not answer our close for so long is cut off when the gateway stops. */
const STOP_LIMIT_MS = 2_000;

/** As much as fits a WebSocket's close frame; our messages are ASCII. */
const MAX_REASON_LENGTH = 123;

/** graphql-ws wants to see a schema and a document; ours are checked where the operation starts. */
const ANY = { schema: buildSchema('type Query { _: Boolean }'), document: parse('subscription { _ }') };

interface Subscribe {
  readonly id: string;
  readonly query: string;
  readonly sha256: string | undefined;
  readonly operationName?: string | null | undefined;
  readonly variables?: Record<string, unknown> | null | undefined;
  readonly socket: ClientSocket;
}

/**
 * Serves operations of all kinds over WebSockets, by the protocol graphql-transport-ws. A client says who it is by the header
 * `authorization` of its upgrade request, or by `authorization` in the payload of its `connection_init`, which counts more; and again at
 * any time, before its token expires, in the payload of a `ping`.
 *
 * @see https://github.com/graphql/graphql-over-http/blob/main/rfcs/GraphQLOverWebSocket.md
 */
export function serveWebSockets(server: Server, options: TransportOptions): Transport {
  const { connections, heartbeat, limits, logger, path } = options;
  const protocol = createProtocol(options);
  const sockets = new Set<ClientSocket>();
  let stopping = false;
  const acceptor = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: limits.requestBytes,
    perMessageDeflate: false,
    handleProtocols,
    // Each message has its whole effect before the next one: a client may use the id of an operation again that it just ended.
    allowSynchronousEvents: false,
  });

  const accept = (socket: WebSocket, request: IncomingMessage): void => {
    const client = new ClientSocket(socket, clientAddress(request, options.trustedProxies), limits.subscriptions);
    if (!connections.take(client.address)) {
      client.close(CLOSE_CODES.full, 'Too many connections');
      return;
    }
    client.claimed = claimedBy(request);
    client.client = clientApplication(request.headers);
    sockets.add(client);
    const removePulse = heartbeat.add(client);
    let closed: ((code: number, reason: string) => Promise<void>) | undefined;
    client.onClose = (code, reason) => {
      removePulse();
      connections.release(client.address);
      sockets.delete(client);
      void closed?.(code, reason);
    };
    closed = protocol.opened(
      {
        protocol: socket.protocol,
        send: (data) => client.send(data),
        close: (code = CLOSE_CODES.goingAway, reason = '') => client.close(code, reason),
        async onPing(payload) {
          const isNewToken = textOf(payload, 'authorization') !== undefined;
          const identity = isNewToken ? await identify(client, payload, options.authenticate) : undefined;
          if (client.isClosed) return;
          const answer = isNewToken ? untilWhen(identity) : payload;
          client.send(stringifyMessage({ type: MessageType.Pong, ...(answer && { payload: answer }) }));
        },
        onMessage(read) {
          socket.on('message', (data: Buffer) => {
            // Between our close and the client's answer to it, nothing may begin that nobody would end.
            if (client.isClosed) return;
            read(data.toString()).catch((error: unknown) => {
              // graphql-ws throws at messages that only servers send.
              if (error instanceof Error && error.message.startsWith('Unexpected message of type')) {
                client.close(CloseCode.BadRequest, 'Invalid message received');
                return;
              }
              logger.error({ err: error }, 'an error that nobody foresaw');
              client.close(CloseCode.InternalServerError, 'Internal server error');
            });
          });
        },
      },
      client,
    );
  };

  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const asked = request.url?.split('?')[0]?.replace(/\/$/, '');
    if (stopping || asked !== path) refuse(socket, stopping ? 503 : 404);
    else if (isForeignOrigin(request.headers, options.corsOrigins)) refuse(socket, 403);
    else acceptor.handleUpgrade(request, socket, head, accept);
  };
  server.on('upgrade', upgrade);

  return {
    get waitingMessages() {
      let waiting = 0;
      for (const client of sockets) waiting += client.waiting;
      return waiting;
    },
    async stop() {
      stopping = true;
      const open = [...sockets];
      const gone = open.map((client) => client.gone());
      for (const client of open) client.close(CLOSE_CODES.goingAway, 'Going away');
      const limit = setTimeout(() => {
        for (const client of open) client.terminate();
      }, STOP_LIMIT_MS);
      await Promise.all(gone);
      clearTimeout(limit);
    },
  };
}

function createProtocol({ authenticate, subscriptions }: TransportOptions) {
  return makeServer<Record<string, unknown>, ClientSocket>({
    async onConnect({ connectionParams, extra }) {
      extra.client = clientApplication(connectionParams ?? {}, extra.client);
      return (await identify(extra, connectionParams, authenticate)) !== undefined;
    },
    onSubscribe: ({ extra }, id, { query, operationName, variables, extensions }) => {
      const contextValue: Subscribe = {
        id,
        query,
        sha256: persistedId(extensions),
        operationName,
        variables,
        socket: extra,
      };
      return { ...ANY, contextValue };
    },
    subscribe({ contextValue }) {
      const { id, socket, sha256, ...request } = contextValue as Subscribe;
      const operation = new SocketOperation(id, socket);
      operation.cancel = subscriptions.start({ ...request, id: sha256 }, socket, operation);
      return operation;
    },
    onError: (_context, _id, _payload, errors) =>
      errors.flatMap((error: GraphQLError) =>
        error.originalError instanceof OperationFailed ? error.originalError.errors : [error.toJSON()],
      ),
  });
}

/**
 * Finds out who asks over a connection, from now on, by what its client says now; what it does not say stays as it was.
 *
 * @returns undefined when nobody may: the connection is closed then
 */
async function identify(
  client: ClientSocket,
  said: Readonly<Record<string, unknown>> | undefined,
  authenticate: Authenticate,
): Promise<Identity | undefined> {
  const claimed = {
    authorization: textOf(said, 'authorization') ?? client.claimed.authorization,
    purpose: textOf(said, HEADERS.purpose) ?? client.claimed.purpose,
  };
  try {
    const identity = await authenticate(claimed);
    client.claimed = claimed;
    client.identify(identity);
    return identity;
  } catch (error) {
    if (!(error instanceof AccessRefused)) throw error;
    client.close(closeCodeOf(error), error.message.slice(0, MAX_REASON_LENGTH));
    return undefined;
  }
}

function untilWhen(identity: Identity | undefined): Record<string, unknown> {
  const expiresAt = identity?.expiresAt;
  return expiresAt === undefined ? {} : { authenticatedUntil: new Date(expiresAt).toISOString() };
}

function closeCodeOf({ status }: AccessRefused): number {
  if (status === 401) return CloseCode.Forbidden;
  return status === 503 ? CLOSE_CODES.tryAgainLater : CloseCode.BadRequest;
}

function textOf(payload: Readonly<Record<string, unknown>> | undefined, wanted: string): string | undefined {
  for (const [name, value] of Object.entries(payload ?? {})) {
    if (name.toLowerCase() === wanted && typeof value === 'string') return value;
  }
  return undefined;
}

/** Answers an upgrade that we do not want. */
function refuse(socket: Duplex, status: number): void {
  socket.once('error', () => undefined);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}
