import { type FastifyInstance, fastify } from 'fastify';
import { HEADERS } from '../../schema/contract.js';
import { GRAPHIQL_PATH } from './graphiqlRoute.js';
import { requestIdOf } from './requestIdentity.js';

const LONG_TEXT = 4096;

/**
 * The HTTP server before it has any routes: it gives each request its id, forbids caches, and takes no body over the limit.
 *
 * @param graphqlPath a browser that opens this path is led to GraphiQL
 * @param requestBytes the longest body that is read
 */
export function createApp(graphqlPath: string, requestBytes: number): FastifyInstance {
  const app = fastify({
    logger: false,
    bodyLimit: requestBytes,
    genReqId: requestIdOf,
    requestIdHeader: false,
    routerOptions: { ignoreTrailingSlash: true },
  });
  app.addHook('onRequest', async (request, reply) => {
    reply.header(HEADERS.requestId, request.id);
    // Answers hold personal data: no cache between us and the caller may keep them.
    reply.header('cache-control', 'no-store');
    // The Fastify integration of Apollo Server makes a URL of this, and a header that cannot be one must not become a 500.
    if (!URL.canParse(`http://${request.hostname}/`)) {
      throw Object.assign(new Error('The Host header is not a host.'), { statusCode: 400 });
    }
    const path = request.url.replace(/\/$/, '');
    if (request.method === 'GET' && path === graphqlPath && request.headers.accept?.startsWith('text/html')) {
      return reply.redirect(GRAPHIQL_PATH);
    }
    return undefined;
  });
  // A long text is put together from pieces: made bytes once, it is neither measured nor copied again on its way out.
  app.addHook('onSend', async (_request, _reply, payload) =>
    typeof payload === 'string' && payload.length > LONG_TEXT ? Buffer.from(payload) : payload,
  );
  return app;
}
