import type { FastifyInstance, FastifyRequest } from 'fastify';
import { stampRequestId } from '../errors/presentError.js';
import type { BeforeSending } from '../http/beforeSending.js';
import { clientAddress } from '../http/clientAddress.js';
import type { Caller } from '../../schema/contract.js';
import type { OperationRate } from './OperationRate.js';
import { OperationRefused } from '../operations/OperationRefused.js';
import { callerKey } from './callerKey.js';

/** What became an operation is counted as one. */
export interface Misses {
  /** Says that a request is an operation: it is no miss, whatever its answer is. */
  isOperation(request: FastifyRequest): void;
  /** Counts what turns out to be one. */
  readonly count: BeforeSending;
}

/**
 * Counts requests that never become an operation like operations, of the address that they come from: unknown paths, tokens that will not
 * do, bodies that cannot be read. Who has nothing left is answered with 429 before anything is done: before a signature is checked or a body is
 * read. Health, pages and their files are never refused.
 *
 * Who comes with a token that was checked before is counted by its subject, whatever others at the same address do.
 *
 * @param known who asks, where that is known without any work
 */
export function meterMisses(
  app: FastifyInstance,
  paths: { readonly graphql: string; readonly stream: string },
  rate: OperationRate,
  trustedProxies: number,
  known: (authorization: string | undefined) => Caller | undefined,
): Misses {
  const operations = new WeakSet<FastifyRequest>();
  const isMetered = ({ is404, routeOptions: { url } }: FastifyRequest): boolean =>
    is404 || url === paths.graphql || url === paths.stream;
  const keyOf = ({ headers, raw }: FastifyRequest): string =>
    callerKey(known(headers.authorization), clientAddress(raw, trustedProxies));
  app.addHook('onRequest', async (request, reply) => {
    if (!isMetered(request)) return undefined;
    try {
      rate.check(keyOf(request));
      return undefined;
    } catch (error) {
      if (!(error instanceof OperationRefused)) throw error;
      operations.add(request);
      return reply
        .code(error.status)
        .headers(error.headers)
        .send({ errors: stampRequestId(error.errors, request.id) });
    }
  });
  return {
    isOperation: (request) => void operations.add(request),
    count(request, { statusCode }, payload) {
      if (statusCode >= 400 && statusCode < 500 && isMetered(request) && !operations.has(request)) {
        rate.count(keyOf(request));
      }
      return payload;
    },
  };
}
