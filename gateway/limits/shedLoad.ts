import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ERROR_CODES } from '../../schema/contract.js';
import { stampRequestId } from '../errors/presentError.js';
import { LoadLimit } from './LoadLimit.js';
import type { Limits } from './limits.js';

/** Seconds; spread, so that those who were turned away together do not come back together. */
const SHORTEST_WAIT = 1;
const LONGEST_WAIT = 3;

/**
 * Answers requests with 503 and `Retry-After` when the gateway has more to do than it can, before their bodies are read. An event
 * stream is turned away like any other, and does not count as under way while it is open. Health is always told.
 *
 * @param paths what is turned away when there is too much of it
 */
export function shedLoad(
  app: FastifyInstance,
  paths: { readonly graphql: string; readonly stream: string },
  limits: Pick<Limits, 'inFlight' | 'shedLoad'>,
): void {
  const load = new LoadLimit(limits.inFlight, limits.shedLoad);
  app.addHook('onRequest', async (request, reply) => {
    const { url } = request.routeOptions;
    if (url !== paths.graphql && url !== paths.stream) return undefined;
    if (!load.begin()) return refuse(request, reply);
    if (url === paths.stream) load.end();
    else reply.raw.once('close', () => load.end());
    return undefined;
  });
  app.addHook('onClose', async () => load.stop());
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
