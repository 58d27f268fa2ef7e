import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { traceHeadersOf } from '../../observability/traceHeaders.js';
import { HEADERS } from '../../schema/contract.js';
import type { Authenticate, Claimed } from '../access/createAuthenticator.js';
import { CollectedParts } from './CollectedParts.js';
import type { SupergraphLifecycle } from '../supergraph/SupergraphLifecycle.js';
import { clientApplication } from './clientApplication.js';
import type { RequestContext } from './RequestContext.js';
import { clientAddress } from './clientAddress.js';
import { whenOver } from './whenOver.js';

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

/** What goes through the gateway, for any subgraph. */
interface Passes {
  /** Names of headers of requests. */
  readonly headers: readonly string[];
  /** Whether anything of subgraphs' answers goes back. */
  readonly returnsParts: boolean;
}

/** Those headers of a request that go on to some subgraph; undefined when it has none. */
export function forwardedHeaders(
  { headers }: Pick<IncomingMessage, 'headers'>,
  names: readonly string[] = [],
): Readonly<Record<string, string>> | undefined {
  let forwarded: Record<string, string> | undefined;
  for (const name of names) {
    const value = headers[name];
    if (value !== undefined) (forwarded ??= {})[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return forwarded;
}

/** What making contexts needs. */
export interface ContextOptions {
  readonly authenticate: Authenticate;
  /** See `clientAddress`. */
  readonly trustedProxies: number;
  /** What serves the request to its end. */
  readonly lifecycle: Pick<SupergraphLifecycle, 'lease'>;
  /** What goes through the gateway between the client and subgraphs; nothing by default. */
  readonly passes?: Passes;
}

/**
 * Makes the context of one GraphQL request.
 *
 * @throws AccessRefused
 */
export async function createRequestContext(
  request: FastifyRequest,
  reply: FastifyReply,
  { authenticate, trustedProxies, lifecycle, passes }: ContextOptions,
): Promise<RequestContext> {
  const controller = new AbortController();
  // Each fetch that is under way listens, and a plan may have more of them than Node's warning allows.
  setMaxListeners(0, controller.signal);
  const lease = lifecycle.lease();
  whenOver(reply, (isWhole) => {
    lease.end();
    if (!isWhole) controller.abort();
  });
  const { authorization, caller } = await authenticate(claimedBy(request));
  return {
    requestId: request.id,
    caller,
    address: clientAddress(request.raw, trustedProxies),
    client: clientApplication(request.headers),
    authorization,
    lease,
    forwarded: forwardedHeaders(request, passes?.headers),
    collected: passes?.returnsParts ? new CollectedParts((name, value) => void reply.header(name, value)) : undefined,
    signal: controller.signal,
    trace: traceHeadersOf(request.headers),
  };
}
