import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { GraphQLFormattedError } from 'graphql';
import type { Logger } from 'pino';
import { ERROR_CODES } from '../../schema/contract.js';
import { MASKED_MESSAGE, stampRequestId } from '../errors/presentError.js';
import type { BeforeSending } from './beforeSending.js';

/**
 * Answers what goes wrong outside of GraphQL in GraphQL's own shape, so that a client needs one way to read errors: a body
 * that is too long or not JSON, and what nobody foresaw. An unknown path is told which paths there are.
 *
 * @param paths what the gateway serves, for people who read a 404
 */
export function errorReplies(app: FastifyInstance, logger: Logger, paths: readonly string[]): void {
  app.setNotFoundHandler(async (request, reply) =>
    reply.code(404).send({ error: `There is nothing at ${request.method} ${request.url.split('?')[0]}.`, paths }),
  );

  app.setErrorHandler<FastifyError>(async (error, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status < 500) return sendErrors(request, reply, status, error.message, ERROR_CODES.BAD_REQUEST);
    logger.error({ requestId: request.id, err: error }, 'an error that nobody foresaw');
    return sendErrors(request, reply, 500, MASKED_MESSAGE, ERROR_CODES.INTERNAL_SERVER_ERROR);
  });
}

/** Puts the request's id into errors that have none: Apollo Server refuses some requests before it makes a context. All of these have an error status. */
export const tellRequestId: BeforeSending = (request, reply, payload) =>
  reply.statusCode >= 400 && typeof payload === 'string' && String(reply.getHeader('content-type')).includes('json')
    ? withRequestId(payload, request.id)
    : payload;

function sendErrors(
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
  message: string,
  code: string,
): FastifyReply {
  return reply.code(status).send({ errors: stampRequestId([{ message, extensions: { code } }], request.id) });
}

function withRequestId(payload: string, requestId: string): string {
  const body: unknown = JSON.parse(payload);
  if (typeof body !== 'object' || body === null || !('errors' in body) || !Array.isArray(body.errors)) return payload;
  const errors: GraphQLFormattedError[] = body.errors;
  return JSON.stringify({ ...body, errors: stampRequestId(errors, requestId) });
}
