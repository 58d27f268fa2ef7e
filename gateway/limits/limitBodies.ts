import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ERROR_CODES } from '../../schema/contract.js';
import { stampRequestId } from '../errors/presentError.js';
import { clientAddress } from '../http/clientAddress.js';
import { whenOver } from '../http/whenOver.js';
import { ConnectionCount } from './ConnectionCount.js';
import type { Limits } from './limits.js';

/** What bodies of this many bytes hold is bounded by the number of connections. */
const SMALL_BYTES = 16_384;
/** What larger ones that have begun may take in memory before they are whole: in all, and of one network; or so many of the largest. */
const ALL_BYTES = 256 * 1024 * 1024;
const NETWORK_BYTES = 32 * 1024 * 1024;
const LARGEST = 4;
/** One that does not say how long it is counts with this part of the most that it may have: few are long, and many may come at once. */
const PART_OF_UNKNOWN = 1 / 8;

/**
 * Bounds the memory of bodies that are not whole yet: who begins many and ends none is refused before more is read. A body counts with what
 * its headers announce.
 */
export function limitBodies(
  app: FastifyInstance,
  { requestBytes }: Pick<Limits, 'requestBytes'>,
  trustedProxies: number,
): void {
  const least = LARGEST * requestBytes;
  const bodies = new ConnectionCount(
    { all: Math.max(ALL_BYTES, least), perAddress: Math.max(NETWORK_BYTES, least) },
    () => undefined,
  );
  const ends = new WeakMap<FastifyRequest, () => void>();
  app.addHook('onRequest', async (request, reply) => {
    const bytes = announced(request, requestBytes);
    if (bytes <= SMALL_BYTES) return undefined;
    const network = clientAddress(request.raw, trustedProxies);
    if (bodies.take(network, bytes)) {
      const end = (): void => {
        if (ends.delete(request)) bodies.release(network, bytes);
      };
      ends.set(request, end);
      whenOver(reply, end);
      return undefined;
    }
    const message = 'Too many large bodies of your address have begun and not ended. Send one after another.';
    const error = { message, extensions: { code: ERROR_CODES.RATE_LIMITED } };
    return reply
      .code(429)
      .headers({ 'retry-after': '1', connection: 'close' })
      .send({ errors: stampRequestId([error], request.id) });
  });
  app.addHook('preValidation', async (request) => ends.get(request)?.());
}

/** How many bytes may come; what is announced beyond the limit is refused without being read. */
function announced({ headers }: FastifyRequest, most: number): number {
  if (headers['transfer-encoding'] !== undefined) return Math.ceil(most * PART_OF_UNKNOWN);
  const length = Number(headers['content-length'] ?? 0);
  return length > most ? 0 : length;
}
