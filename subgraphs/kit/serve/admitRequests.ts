import type { FastifyInstance, FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';
import { type Caller, ERROR_CODES } from '../../../schema/contract.js';
import type { GatewayTrust } from './GatewayTrust.js';
import { refuseUnstorableText } from './refuseUnstorableText.js';

const STATUS: ReadonlyMap<unknown, number> = new Map([
  [ERROR_CODES.BAD_USER_INPUT, 400],
  [ERROR_CODES.UNAUTHENTICATED, 401],
  [ERROR_CODES.SERVICE_UNAVAILABLE, 503],
]);

/**
 * Lets through to the GraphQL path only what `trust` admits: unsigned requests get 401 before their bodies are read, wrongly signed ones
 * before they are parsed, and all but POST get 405. What no database can hold (`refuseUnstorableText`) gets 400.
 * @param path where GraphQL is served; other paths are left alone
 * @returns tells who sent a request that was let through
 */
export function admitRequests(
  fastify: FastifyInstance,
  path: string,
  trust: GatewayTrust,
): (request: FastifyRequest) => Caller {
  const callers = new WeakMap<FastifyRequest, Caller>();
  const parseJson = fastify.getDefaultJsonParser('error', 'error');
  const isGraphQL = (request: FastifyRequest): boolean => request.routeOptions.url === path;
  // The only parser there is: it has the text that was signed, which is gone behind it.
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (isGraphQL(request)) {
      try {
        callers.set(request, trust.admit(request.headers, body));
      } catch (error) {
        done(error as Error);
        return;
      }
    }
    void parseJson(request, body, done);
  });
  fastify.addHook('onRequest', async (request, reply) => {
    if (!isGraphQL(request)) return undefined;
    trust.checkPresent(request.headers);
    if (request.method === 'POST') return undefined;
    return reply.header('allow', 'POST').code(405).send(answerOf(ERROR_CODES.BAD_REQUEST, 'ask by POST'));
  });
  // Without a body the parser was not called.
  fastify.addHook('preHandler', async (request) => {
    if (!isGraphQL(request)) return;
    if (!callers.has(request)) callers.set(request, trust.admit(request.headers, ''));
    if (typeof request.body === 'object' && request.body !== null) refuseUnstorableText(request.body);
  });
  fastify.setErrorHandler((error, _request, reply) => {
    const code = error instanceof GraphQLError ? error.extensions.code : undefined;
    const status = STATUS.get(code);
    // Fastify's own handler takes it.
    if (status === undefined || !(error instanceof GraphQLError)) throw error;
    return reply.code(status).send(answerOf(String(code), error.message, error.extensions));
  });
  return (request) => {
    const caller = callers.get(request);
    if (caller === undefined) throw new Error('this request was not for the path of GraphQL');
    return caller;
  };
}

function answerOf(code: string, message: string, extensions: object = {}): object {
  return { errors: [{ message, extensions: { ...extensions, code } }] };
}
