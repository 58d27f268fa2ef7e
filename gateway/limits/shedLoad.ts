import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ERROR_CODES } from '../../schema/contract.js';
import { stampRequestId } from '../errors/presentError.js';
import type { BeforeSending } from '../http/beforeSending.js';
import { clientAddress } from '../http/clientAddress.js';
import { whenOver } from '../http/whenOver.js';
import { LoadLimit } from './LoadLimit.js';
import type { Limits } from './limits.js';

/** Seconds; spread, so that those who were turned away together do not come back together. */
const SHORTEST_WAIT = 1;
const LONGEST_WAIT = 3;

/** What there is to do, and what is told of it. */
export interface Shedding {
  /** Requests that are worked on. */
  readonly underWay: number;
  /** Says that a request goes on as a stream: it is not under way any more. */
  onStream(request: FastifyRequest): void;
  /** An answer that is ready is not worked on any more. */
  readonly end: BeforeSending;
}

/**
 * Answers requests with 503 and `Retry-After` when the gateway has more to do than it can: before their bodies are read, and again when
 * they are there. What counts is what is worked on: a request is under way from the last byte of its body until its answer is ready, so
 * that who sends or reads slowly holds no place. A request that goes on as a stream is turned away like any other, and does not count while it
 * is open. Health is always told.
 *
 * Who has had more than a fair share is turned away first. Callers are told apart by their network alone: what a token says is not known to be true
 * before it is checked, and that would be work.
 *
 * @param paths what is turned away when there is too much of it
 * @param trustedProxies see `clientAddress`
 */
export function shedLoad(
  app: FastifyInstance,
  paths: { readonly graphql: string; readonly stream: string },
  limits: Pick<Limits, 'inFlight' | 'shedLoad'>,
  trustedProxies: number,
): Shedding {
  const load = new LoadLimit(limits.inFlight, limits.shedLoad);
  const ends = new WeakMap<FastifyRequest, () => void>();
  const counts = ({ routeOptions: { url } }: FastifyRequest): boolean => url === paths.graphql || url === paths.stream;
  app.addHook('onRequest', async (request, reply) =>
    counts(request) && load.refuses(clientAddress(request.raw, trustedProxies)) ? refuse(request, reply) : undefined,
  );
  app.addHook('preValidation', async (request, reply) => {
    if (!counts(request)) return undefined;
    const answered = load.begin(clientAddress(request.raw, trustedProxies));
    if (!answered) return refuse(request, reply);
    const end = (): void => {
      if (ends.delete(request)) answered();
    };
    ends.set(request, end);
    whenOver(reply, end);
    return undefined;
  });
  app.addHook('onClose', async () => load.stop());
  return {
    get underWay() {
      return load.underWay;
    },
    onStream: (request) => ends.get(request)?.(),
    end(request, _reply, payload) {
      ends.get(request)?.();
      return payload;
    },
  };
}

function refuse(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const seconds = SHORTEST_WAIT + Math.floor(Math.random() * (LONGEST_WAIT - SHORTEST_WAIT + 1));
  const error = {
    message: `The gateway has more to do than it can. Nothing was done; try again in ${seconds} s.`,
    extensions: { code: ERROR_CODES.OVERLOADED },
  };
  return reply
    .code(503)
    .header('retry-after', String(seconds))
    .send({ errors: stampRequestId([error], request.id) });
}
