import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { GraphQLFormattedError } from 'graphql';
import { z } from 'zod';
import { AccessRefused } from '../access/AccessRefused.js';
import { atMoment } from '../access/atMoment.js';
import type { Identity } from '../access/createAuthenticator.js';
import { clientApplication } from '../http/clientApplication.js';
import { ERROR_CODES } from '../../schema/contract.js';
import { claimedBy, forwardedHeaders } from '../http/requestIdentity.js';
import { stampRequestId } from '../errors/presentError.js';
import { clientAddress } from '../http/clientAddress.js';
import { whenOver } from '../http/whenOver.js';
import type { Framing } from './Framing.js';
import type { OperationRequest } from './Receiver.js';
import { StreamedResponse } from './StreamedResponse.js';
import { acceptedAnswers } from './acceptedAnswers.js';
import { eventStreamFraming } from './eventStreamFraming.js';
import { multipartFraming } from './multipartFraming.js';
import type { Transport, TransportOptions } from './serveWebSockets.js';

const body = z.object({
  query: z.string().default(''),
  operationName: z.string().nullish(),
  variables: z.record(z.string(), z.unknown()).nullish(),
  extensions: z.unknown().optional(),
});

export interface StreamOptions extends TransportOptions {
  /** Where requests are answered that are no streams: one for a multipart response is taken from there. */
  readonly graphqlPath: string;
  /** Told that a request goes on as a stream, so that it is no request under way any more. */
  readonly onStream: (request: FastifyRequest) => void;
}

/**
 * Serves operations as responses that go on, one for each request:
 *
 * - event streams at a path of their own. `POST` takes JSON, `GET` takes `query`, `operationName` and `variables` in the address, and no
 *   mutation. Not with graphql-sse's own server, which keeps any number of messages for a client that does not read them.
 * - multipart responses at the path of GraphQL itself, for a request that accepts them (`multipart/mixed;subscriptionSpec=1.0`). A text without the
 *   word `subscription` is no subscription: where the client takes JSON as well, it is answered as if it had asked for that alone.
 */
export function serveStreams(app: FastifyInstance, options: StreamOptions): Transport {
  const { authenticate, connections, heartbeat, limits, path, subscriptions } = options;
  const streams = new Set<StreamedResponse>();
  let stopping = false;

  const answer = async (
    request: FastifyRequest,
    reply: FastifyReply,
    operation: OperationRequest | undefined,
    framing: Framing,
  ): Promise<FastifyReply> => {
    if (options.origins.isForeign(request.headers)) {
      return refuse(reply, 403, ERROR_CODES.FORBIDDEN, 'Pages of this origin may not ask (--cors-origin).');
    }
    if (!operation) return refuse(reply, 400, ERROR_CODES.BAD_REQUEST, 'Send an operation: its `query` at least.');
    let identity: Identity;
    try {
      identity = await authenticate(claimedBy(request));
    } catch (error) {
      if (!(error instanceof AccessRefused)) throw error;
      return refuse(reply.headers(error.headers), error.status, String(error.extensions['code']), error.message);
    }
    if (stopping) return refuse(reply, 503, ERROR_CODES.SERVICE_UNAVAILABLE, 'The gateway stops.');
    const address = clientAddress(request.raw, options.trustedProxies);
    if (!connections.take(address)) {
      return refuse(reply, 503, ERROR_CODES.TOO_MANY_SUBSCRIPTIONS, 'The gateway has as many connections as it takes.');
    }
    reply.hijack();
    options.onStream(request);
    const response = reply.raw;
    response.writeHead(200, {
      ...Object.fromEntries(Object.entries(reply.getHeaders()).map(([name, value]) => [name, value ?? ''])),
      'content-type': framing.contentType,
      'x-accel-buffering': 'no',
    });
    const { authorization, caller, expiresAt } = identity;
    const forwarded = forwardedHeaders(request, options.forwardedHeaders);
    const stream = new StreamedResponse(
      response,
      framing,
      { caller, client: clientApplication(request.headers), authorization, forwarded, address, running: 0 },
      limits.subscriptions,
    );
    streams.add(stream);
    const removePulse = heartbeat.add(stream);
    const cancel = subscriptions.start(operation, stream.connection, stream);
    const forgetExpiry =
      expiresAt === undefined
        ? undefined
        : atMoment(expiresAt, () => {
            cancel();
            stream.cutOff(expired(request.id));
          });
    const closed = (): void => {
      cancel();
      forgetExpiry?.();
      removePulse();
      streams.delete(stream);
      connections.release(address);
    };
    whenOver(reply, closed);
    return reply;
  };
  const answerAsEvents = (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> =>
    answer(request, reply, operationOf(request), eventStreamFraming);
  app.get(path, answerAsEvents);
  app.post(path, answerAsEvents);
  app.addHook('preHandler', async (request, reply) => {
    if (request.routeOptions.url !== options.graphqlPath) return undefined;
    const accepted = acceptedAnswers(request.headers.accept);
    if (!accepted.multipart) return undefined;
    const operation = operationOf(request);
    if (!operation || (isNoSubscription(operation) && accepted.json)) return undefined;
    return answer(request, reply, operation, multipartFraming);
  });

  return {
    get waitingMessages() {
      let waiting = 0;
      for (const stream of streams) waiting += stream.waiting;
      return waiting;
    },
    async stop() {
      stopping = true;
      await Promise.all([...streams].map((stream) => stream.end()));
    },
  };
}

function operationOf(request: FastifyRequest): OperationRequest | undefined {
  if (request.method === 'POST') return asked(request.body);
  const { data } = z.record(z.string(), z.string()).safeParse(request.query);
  if (!data) return undefined;
  try {
    const variables: unknown = data['variables'] ? JSON.parse(data['variables']) : undefined;
    const extensions: unknown = data['extensions'] ? JSON.parse(data['extensions']) : undefined;
    const read = asked({ ...data, variables, extensions });
    return read && { ...read, isSafe: true };
  } catch {
    return undefined;
  }
}

/** By the text alone: the keyword cannot be written in any other way. */
function isNoSubscription({ query }: OperationRequest): boolean {
  return query !== '' && !query.includes('subscription');
}

function expired(requestId: string): readonly GraphQLFormattedError[] {
  const message = 'The token has expired; subscribe again with a new one.';
  return stampRequestId([{ message, extensions: { code: ERROR_CODES.UNAUTHENTICATED } }], requestId);
}

function asked(sent: unknown): OperationRequest | undefined {
  const read = body.safeParse(sent).data;
  if (!read) return undefined;
  return read.query || read.extensions ? read : undefined;
}

function refuse(reply: FastifyReply, status: number, code: string, message: string): FastifyReply {
  return reply.code(status).send({ errors: stampRequestId([{ message, extensions: { code } }], reply.request.id) });
}
