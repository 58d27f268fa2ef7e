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
import { type Upgrade, acceptUpgrades } from '../http/acceptUpgrades.js';
import type { OriginRules } from '../http/OriginRules.js';
import { clientApplication } from '../http/clientApplication.js';
import { claimedBy, forwardedHeaders } from '../http/requestIdentity.js';
import type { ConnectionCount } from '../limits/ConnectionCount.js';
import type { OperationRate } from '../limits/OperationRate.js';
import type { AskedOperation } from '../operations/AskedOperation.js';
import { OperationRefused } from '../operations/OperationRefused.js';
import { callerKey } from '../limits/callerKey.js';
import type { Limits } from '../limits/limits.js';
import { ClientSocket } from './ClientSocket.js';
import { CLOSE_CODES } from './CloseCode.js';
import type { Heartbeat } from './Heartbeat.js';
import { OperationFailed, SocketOperation } from './SocketOperation.js';
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
  /** Counts messages that begin no operation, and offers that lead to no connection. */
  readonly rate: OperationRate;
  readonly logger: Logger;
  /** Which pages may ask. */
  readonly origins: OriginRules;
  /** See `clientAddress`. */
  readonly trustedProxies: number;
  /** Names of headers that go on to some subgraph. */
  readonly forwardedHeaders?: readonly string[] | undefined;
}

/** A client that does not answer our close for so long is cut off when the gateway stops. */
const STOP_LIMIT_MS = 2_000;

/** So many tokens of one client may wait to be checked. A client that renews its token sends one. */
const MOST_IDENTIFICATIONS = 10;

/** As much as fits a WebSocket's close frame; our messages are ASCII. */
const MAX_REASON_LENGTH = 123;

/** graphql-ws wants to see a schema and a document; ours are checked where the operation starts. */
const ANY = { schema: buildSchema('type Query { _: Boolean }'), document: parse('subscription { _ }') };

interface Subscribe {
  readonly id: string;
  /** Until it is run: then it is let go of. */
  request?: AskedOperation;
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

  acceptor.on('error', (error) => logger.error({ err: error }, 'the server failed to accept a WebSocket'));

  const accept = (socket: WebSocket, request: IncomingMessage): void => {
    const client = new ClientSocket(socket, clientAddress(request, options.trustedProxies), limits.subscriptions);
    if (!connections.take(client.address)) {
      client.close(CLOSE_CODES.full, 'Too many connections');
      return;
    }
    client.claimed = claimedBy(request);
    client.client = clientApplication(request.headers);
    client.forwarded = forwardedHeaders(request, options.forwardedHeaders);
    sockets.add(client);
    const removePulse = heartbeat.add(client);
    let closed: ((code: number, reason: string) => Promise<void>) | undefined;
    client.onClose = (code, reason) => {
      removePulse();
      connections.release(client.address);
      sockets.delete(client);
      closed?.(code, reason).catch((err: unknown) => logger.error({ err }, 'an error that nobody foresaw'));
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
          const pong = pongOf(answer);
          if (pong === undefined) client.close(CloseCode.BadRequest, 'Invalid message received');
          else client.send(pong);
        },
        onMessage(read) {
          socket.on('message', (data: Buffer) => {
            // Between our close and the client's answer to it, nothing may begin that nobody would end.
            if (client.isClosed) return;
            const key = callerKey(client.caller, client.address);
            client.excess = refusalOf(options.rate, key) ? client.excess + 1 : 0;
            // Fewer are read still, so that an operation can be told that it is one too many.
            if (client.excess > limits.subscriptions.perConnection) {
              client.close(CLOSE_CODES.tooOften, 'Too many messages');
              return;
            }
            client.isFree = false;
            const message = parsed(data);
            if (message === undefined) {
              options.rate.count(key);
              client.close(CloseCode.BadRequest, 'Invalid message received');
              return;
            }
            // It takes an object too; a text it would keep for as long as a subscription runs.
            const done = read(message as string);
            // By now the protocol has said what the message is.
            if (!client.isFree) options.rate.count(key);
            done.catch((error: unknown) => {
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

  const upgrade: Upgrade = (request, socket, head) => {
    const asked = request.url?.split('?')[0]?.replace(/\/$/, '');
    const caller = options.authenticate.known(request.headers.authorization);
    const key = callerKey(caller, clientAddress(request, options.trustedProxies));
    const refusal = refusalOf(options.rate, key);
    const status = asked === path ? (options.origins.isForeign(request.headers) ? 403 : undefined) : 404;
    if (stopping) refuse(socket, 503);
    else if (refusal) refuse(socket, refusal.status, refusal.headers);
    else if (status !== undefined) {
      options.rate.count(key);
      refuse(socket, status);
    } else acceptor.handleUpgrade(request, socket, head, accept);
  };
  acceptUpgrades(server, upgrade);

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

function createProtocol({ authenticate, rate, subscriptions }: TransportOptions) {
  return makeServer<Record<string, unknown>, ClientSocket>({
    async onConnect({ connectionParams, extra }) {
      extra.client = clientApplication(connectionParams ?? {}, extra.client);
      extra.isFree = true;
      const identity = await identify(extra, connectionParams, authenticate);
      if (!identity) rate.count(callerKey(undefined, extra.address));
      return identity !== undefined;
    },
    onSubscribe: ({ extra }, id, payload) => {
      extra.isFree = true;
      const contextValue: Subscribe = { id, request: { ...payload }, socket: extra };
      // graphql-ws keeps what it read for as long as the operation runs.
      Object.assign(payload, { variables: undefined, extensions: undefined });
      return { ...ANY, contextValue };
    },
    subscribe({ contextValue }) {
      const { id, request, socket } = contextValue as Required<Subscribe>;
      delete (contextValue as Subscribe).request;
      const operation = new SocketOperation(id, socket);
      operation.cancel = subscriptions.start(request, socket, operation);
      return operation;
    },
    onError: (_context, _id, _payload, errors) =>
      errors.flatMap((error: GraphQLError) =>
        error.originalError instanceof OperationFailed ? error.originalError.errors : [error.toJSON()],
      ),
  });
}

/**
 * Finds out who asks over a connection, from now on, by what its client says now; what it does not say stays as it was. Each message
 * has its turn after those before it, however long their tokens take to be checked: the last word counts.
 *
 * @returns undefined when nobody may: the connection is closed then
 */
async function identify(
  client: ClientSocket,
  said: Readonly<Record<string, unknown>> | undefined,
  authenticate: Authenticate,
): Promise<Identity | undefined> {
  if (client.identifications.size >= MOST_IDENTIFICATIONS) {
    client.close(CloseCode.BadRequest, 'Too many tokens at once');
    return undefined;
  }
  return client.identifications.run(() => identifyNow(client, said, authenticate));
}

async function identifyNow(
  client: ClientSocket,
  said: Readonly<Record<string, unknown>> | undefined,
  authenticate: Authenticate,
): Promise<Identity | undefined> {
  if (client.isClosed) return undefined;
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

/** Why somebody may not ask now; undefined when they may. */
function refusalOf(rate: OperationRate, key: string): OperationRefused | undefined {
  try {
    rate.check(key);
    return undefined;
  } catch (error) {
    if (error instanceof OperationRefused) return error;
    throw error;
  }
}

/** Answers an upgrade that we do not want. */
function refuse(socket: Duplex, status: number, headers: Readonly<Record<string, string>> = {}): void {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}`;
  socket.end(`${head}connection: close\r\ncontent-length: 0\r\n\r\n`);
}

/** Undefined when what it should carry is nested too deep to be written. */
function pongOf(payload: Record<string, unknown> | undefined): string | undefined {
  try {
    return stringifyMessage({ type: MessageType.Pong, ...(payload && { payload }) });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Undefined when it is no JSON, or a text of which graphql-ws would make a message once more. */
function parsed(data: Buffer): unknown {
  try {
    const message: unknown = JSON.parse(data.toString());
    return typeof message === 'string' ? undefined : message;
  } catch {
    return undefined;
  }
}
