import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ERROR_CODES } from '../../schema/contract.js';
import { stampRequestId } from '../errors/presentError.js';
import { whenOver } from '../http/whenOver.js';
import { LoadLimit } from './LoadLimit.js';
import type { Limits } from './limits.js';

/** Seconds; spread, so that those who were turned away together do not come back together. */
const SHORTEST_WAIT = 1;
const LONGEST_WAIT = 3;

/**
 * Answers requests with 503 and `Retry-After` when the gateway has more to do than it can, before their bodies are read. One for a
 * stream is turned away like any other. Health is always told.
 *
 * @param paths what is turned away when there is too much of it
 * @returns to be told of a request that goes on as a stream: it does not count as under way while it is open
 */
export function shedLoad(
  app: FastifyInstance,
  paths: { readonly graphql: string; readonly stream: string },
  limits: Pick<Limits, 'inFlight' | 'shedLoad'>,
): (request: FastifyRequest) => void {
  const load = new LoadLimit(limits.inFlight, limits.shedLoad);
  const underWay = new WeakSet<FastifyRequest>();
  const over = (request: FastifyRequest): void => {
    if (underWay.delete(request)) load.end();
  };
  app.addHook('onRequest', async (request, reply) => {
    const { url } = request.routeOptions;
    if (url !== paths.graphql && url !== paths.stream) return undefined;
    if (!load.begin()) return refuse(request, reply);
    underWay.add(request);
    whenOver(reply, () => over(request));
    return undefined;
  });
  app.addHook('onClose', async () => load.stop());
  return over;
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
