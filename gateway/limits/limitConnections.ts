import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { ERROR_CODES } from '../../schema/contract.js';
import { stampRequestId } from '../errors/presentError.js';
import { clientAddress } from '../http/clientAddress.js';
import { networkOf } from '../http/networkOf.js';
import { whenOver } from '../http/whenOver.js';
import { ConnectionCount, type ConnectionLimits } from './ConnectionCount.js';

/** The log tells so often at most that connections are turned away. */
const TOLD_EVERY_MS = 60_000;

/**
 * Bounds the connections (TCP) that are open at the same time, whatever comes over them, in all and from one network. One too many is
 * closed before a byte of it is read.
 *
 * Where proxies stand before the gateway, all connections are theirs and only the bound on all of them counts; what bounds one network
 * there is the number of its requests that are open at the same time, from their headers to the last byte of their answer. A WebSocket is
 * bounded by the limits of subscriptions.
 *
 * @param trustedProxies see `clientAddress`
 * @returns how many connections are open
 */
export function limitConnections(
  app: FastifyInstance,
  limits: ConnectionLimits,
  trustedProxies: number,
  logger: Logger,
): { readonly open: number } {
  const told = throttled(TOLD_EVERY_MS);
  const warn = (address: string): void => {
    if (told()) logger.warn({ address, ...limits }, 'more is open than is allowed (--max-sockets); the rest is closed');
  };
  const sockets = new ConnectionCount(
    trustedProxies === 0 ? limits : { all: limits.all, perAddress: limits.all },
    warn,
  );
  const counted = new WeakSet<Socket>();
  // Before the server's own listener, which would begin to read.
  app.server.prependListener('connection', (socket: Socket) => {
    // An offer to upgrade that is not taken up begins the connection anew.
    if (counted.has(socket)) return;
    counted.add(socket);
    const network = networkOf(socket.remoteAddress ?? '') ?? '';
    if (!sockets.take(network)) {
      socket.destroy();
      return;
    }
    socket.once('close', () => sockets.release(network));
  });
  if (trustedProxies > 0) limitRequests(app, new ConnectionCount({ ...limits, all: Infinity }, warn), trustedProxies);
  return sockets;
}

function limitRequests(app: FastifyInstance, requests: ConnectionCount, trustedProxies: number): void {
  app.addHook('onRequest', async (request, reply) => {
    const network = clientAddress(request.raw, trustedProxies);
    if (requests.take(network)) {
      whenOver(reply, () => requests.release(network));
      return undefined;
    }
    const message = 'Too many requests of your address are open (--max-sockets-per-address). Wait for their answers.';
    const error = { message, extensions: { code: ERROR_CODES.RATE_LIMITED } };
    return reply
      .code(429)
      .header('retry-after', '1')
      .send({ errors: stampRequestId([error], request.id) });
  });
}

/** True at most once in so many milliseconds. */
function throttled(ms: number): () => boolean {
  let next = 0;
  return () => {
    const now = performance.now();
    if (now < next) return false;
    next = now + ms;
    return true;
  };
}
