import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { traceHeadersOf } from '../../observability/traceHeaders.js';
import { HEADERS } from '../../schema/contract.js';
import type { Authenticate, Claimed } from '../access/createAuthenticator.js';
import { clientApplication } from './clientApplication.js';
import type { RequestContext } from './RequestContext.js';
import { clientAddress } from './clientAddress.js';

/** Ids that cannot break a log line or a header; anything else that a caller sends is replaced. */
const ACCEPTED_ID = /^[\w.:@/+=-]{1,128}$/;

/** The id that a request goes by: the caller's own where it sends a sane one, else a new UUID. */
export function requestIdOf(request: IncomingMessage): string {
  const given = request.headers[HEADERS.requestId];
  return typeof given === 'string' && ACCEPTED_ID.test(given) ? given : randomUUID();
}

/** What a request's headers say of who asks, and what for. */
export function claimedBy({ headers }: Pick<IncomingMessage, 'headers'>): Claimed {
  return { authorization: headers.authorization, purpose: headers[HEADERS.purpose]?.toString() };
}

/**
 * Makes the context of one GraphQL request.
 *
 * @param trustedProxies see `clientAddress`
 * @throws AccessRefused
 */
export async function createRequestContext(
  request: FastifyRequest,
  reply: FastifyReply,
  authenticate: Authenticate,
  trustedProxies: number,
): Promise<RequestContext> {
  const controller = new AbortController();
  // Each fetch that is under way listens, and a plan may have more of them than Node's warning allows.
  setMaxListeners(0, controller.signal);
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) controller.abort();
  });
  const { authorization, caller } = await authenticate(claimedBy(request));
  return {
    requestId: request.id,
    caller,
    address: clientAddress(request.raw, trustedProxies),
    client: clientApplication(request.headers),
    authorization,
    signal: controller.signal,
    trace: traceHeadersOf(request.headers),
  };
}
