import type { ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { GraphQLFormattedError } from 'graphql';
import { z } from 'zod';
import { AccessRefused } from '../access/AccessRefused.js';
import { atMoment } from '../access/atMoment.js';
import type { Identity } from '../access/createAuthenticator.js';
import { clientApplication } from '../http/clientApplication.js';
import { ERROR_CODES } from '../../schema/contract.js';
import { claimedBy } from '../http/requestIdentity.js';
import { stampRequestId } from '../errors/presentError.js';
import { clientAddress } from '../http/clientAddress.js';
import { isForeignOrigin } from '../http/isForeignOrigin.js';
import type { SubscriptionLimits } from '../limits/limits.js';
import type { Pulse } from './Heartbeat.js';
import type { Message } from './Message.js';
import type { ClientConnection, OperationRequest, Receiver } from './Receiver.js';
import { persistedId } from './persistedId.js';
import type { Transport, TransportOptions } from './serveWebSockets.js';

const body = z.object({
  query: z.string().default(''),
  operationName: z.string().nullish(),
  variables: z.record(z.string(), z.unknown()).nullish(),
  extensions: z.unknown().optional(),
});

const HEAD = Buffer.from('event: next\ndata: ');
const TAIL = Buffer.from('\n\n');

/**
 * Serves operations as event streams, one for each request: the distinct connections mode of graphql-sse. `POST` takes JSON, `GET`
 * takes `query`, `operationName` and `variables` in the address, and no mutation. Not with graphql-sse's own server, which
 * keeps any number of messages for a client that does not read them.
 *
 * @see https://github.com/graphql/graphql-over-http/blob/main/rfcs/GraphQLOverSSE.md
 */
export function serveEventStreams(app: FastifyInstance, options: TransportOptions): Transport {
  const { authenticate, connections, heartbeat, limits, path, subscriptions } = options;
  const streams = new Set<EventStream>();
  let stopping = false;

  const answer = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    if (isForeignOrigin(request.headers, options.corsOrigins)) {
      return refuse(reply, 403, ERROR_CODES.FORBIDDEN, 'Pages of this origin may not ask (--cors-origin).');
    }
    const operation = operationOf(request);
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
    const response = reply.raw;
    response.writeHead(200, {
      ...Object.fromEntries(Object.entries(reply.getHeaders()).map(([name, value]) => [name, value ?? ''])),
      'content-type': 'text/event-stream; charset=utf-8',
      'x-accel-buffering': 'no',
    });
    const { authorization, caller, expiresAt } = identity;
    const stream = new EventStream(
      response,
      { caller, client: clientApplication(request.headers), authorization, address, running: 0 },
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
            stream.fail(expired(request.id));
          });
    const closed = (): void => {
      cancel();
      forgetExpiry?.();
      removePulse();
      streams.delete(stream);
      connections.release(address);
    };
    if (response.closed) closed();
    else response.once('close', closed);
    return reply;
  };
  app.get(path, answer);
  app.post(path, answer);

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

function expired(requestId: string): readonly GraphQLFormattedError[] {
  const message = 'The token has expired; subscribe again with a new one.';
  return stampRequestId([{ message, extensions: { code: ERROR_CODES.UNAUTHENTICATED } }], requestId);
}

function asked(sent: unknown): OperationRequest | undefined {
  const read = body.safeParse(sent).data;
  if (!read) return undefined;
  const { extensions, ...operation } = read;
  const id = persistedId(extensions);
  return operation.query || id ? { ...operation, id } : undefined;
}

function refuse(reply: FastifyReply, status: number, code: string, message: string): FastifyReply {
  return reply.code(status).send({ errors: stampRequestId([{ message, extensions: { code } }], reply.request.id) });
}

/** One response that goes on. What the client has not read waits in the socket's own buffer, up to a bound. */
class EventStream implements Receiver, Pulse {
  #queued = 0;
  /** Whether something was waiting to be taken at the last beat. */
  #stuck = false;
  readonly #sent = (): void => {
    this.#queued -= 1;
    this.#stuck = false;
  };

  constructor(
    private readonly response: ServerResponse,
    readonly connection: ClientConnection,
    private readonly limits: SubscriptionLimits,
  ) {
    // Some browsers show nothing of a response that has only headers.
    this.#write(':\n\n');
  }

  /** How many messages the client has not read. */
  get waiting(): number {
    return this.#queued;
  }

  message({ bytes }: Message): void {
    this.#write(Buffer.concat([HEAD, bytes, TAIL]));
  }

  complete(): void {
    this.#write('event: complete\ndata:\n\n');
    this.response.end();
  }

  fail(errors: readonly GraphQLFormattedError[]): void {
    this.#write(`event: next\ndata: ${JSON.stringify({ errors })}\n\n`);
    this.complete();
  }

  /** Ends the response without `complete`: the client may ask another gateway. */
  async end(): Promise<void> {
    await new Promise<void>((resolve) => {
      const limit = setTimeout(() => this.response.destroy(), STOP_LIMIT_MS);
      this.response.once('close', () => {
        clearTimeout(limit);
        resolve();
      });
      this.response.end();
    });
  }

  beat(): void {
    if (this.#stuck) {
      this.response.destroy();
      return;
    }
    this.#write(':\n\n');
    this.#stuck = true;
  }

  #write(data: string | Buffer): void {
    const { limits, response } = this;
    if (response.writableEnded || response.destroyed) return;
    if (this.#queued >= limits.queuedMessages || response.writableLength > limits.queuedBytes) {
      response.destroy();
      return;
    }
    this.#queued += 1;
    response.write(data, this.#sent);
  }
}

/** A client that does not take the end of its response for so long is cut off. */
const STOP_LIMIT_MS = 2_000;
