import cors from '@fastify/cors';
import helmet from '@fastify/helmet';
import { type FastifyInstance, fastify } from 'fastify';
import { HEADERS } from '../../schema/contract.js';
import type { Limits } from '../limits/limits.js';
import { answerBrokenRequest } from './answerBrokenRequest.js';
import { compressAnswers } from './compressAnswers.js';
import { forwarded } from './forwarded.js';
import type { OriginRules } from './OriginRules.js';
import { GRAPHIQL_PATH } from './graphiqlRoute.js';
import { requestIdOf } from './requestIdentity.js';

export interface AppOptions {
  /** A browser that opens this path is led to GraphiQL. */
  readonly graphqlPath: string;
  /** Whether there is GraphiQL. */
  readonly page: boolean;
  readonly limits: Pick<Limits, 'requestBytes' | 'headersTimeoutMs' | 'requestTimeoutMs' | 'silenceMs' | 'keepAliveMs'>;
  /** Which pages may ask. */
  readonly origins: OriginRules;
  /** See `clientAddress`. */
  readonly trustedProxies: number;
}

/** A page may be a cache's for so long: half a year, in seconds. */
const HSTS = 'max-age=15552000; includeSubDomains';

/**
 * The HTTP server before it has any routes: it gives each request its id, forbids caches, frames and scripts, answers pages of foreign
 * origins only where they are allowed, takes no body over the limit, none that is compressed, and none that comes too slowly, and closes
 * connections on which nothing moves.
 */
export async function createApp(options: AppOptions): Promise<FastifyInstance> {
  const { limits, origins, trustedProxies } = options;
  const app = fastify({
    logger: false,
    bodyLimit: limits.requestBytes,
    requestTimeout: limits.requestTimeoutMs,
    connectionTimeout: limits.silenceMs,
    keepAliveTimeout: limits.keepAliveMs,
    clientErrorHandler: answerBrokenRequest,
    http: {
      headersTimeout: limits.headersTimeoutMs,
      // Node looks for late requests so often.
      connectionsCheckingInterval: Math.max(100, Math.min(5_000, limits.headersTimeoutMs / 2)),
    },
    // What comes over a connection that was open before is answered as any other.
    return503OnClosing: false,
    genReqId: requestIdOf,
    requestIdHeader: false,
    rewriteUrl: ({ url = '/' }) => readable(url),
    routerOptions: { ignoreTrailingSlash: true },
  });
  await compressAnswers(app);
  // What is answered is data; a page says for itself what it needs.
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"], baseUri: ["'none'"], formAction: ["'none'"] },
    },
    xFrameOptions: { action: 'deny' },
    // Whether there is TLS is known to the proxy that ends it: see below.
    strictTransportSecurity: false,
  });
  if (origins.isOpen) {
    await app.register(cors, {
      origin: origins.isOpenToAll ? '*' : (origin, done) => done(null, origin !== undefined && origins.allows(origin)),
      methods: ['GET', 'POST'],
      exposedHeaders: [HEADERS.requestId, 'retry-after'],
      maxAge: 600,
    });
  }
  app.addHook('onRequest', async (request, reply) => {
    reply.header(HEADERS.requestId, request.id);
    // Answers hold personal data: no cache between us and the caller may keep them.
    reply.header('cache-control', 'no-store');
    if (forwarded(request.headers['x-forwarded-proto'], trustedProxies) === 'https') {
      reply.header('strict-transport-security', HSTS);
    }
    // The Fastify integration of Apollo Server makes a URL of this, and a header that cannot be one must not become a 500.
    if (!URL.canParse(`http://${request.hostname}/`)) throw refusal(400, 'The Host header is not a host.');
    const encoding = request.headers['content-encoding']?.trim().toLowerCase();
    // A small body could become a very large one.
    if (encoding && encoding !== 'identity') throw refusal(415, 'Send the body as it is, not compressed.');
    const path = request.url.replace(/\/$/, '');
    const isPage = request.method === 'GET' && request.headers.accept?.startsWith('text/html');
    if (options.page && isPage && path === options.graphqlPath) return reply.redirect(GRAPHIQL_PATH);
    return undefined;
  });
  return app;
}

/** A path that cannot be read is unknown, as any other that is: what holds for those holds for it, which the framework alone does not see to. */
function readable(url: string): string {
  const [path = ''] = url.split('?', 1);
  if (!path.includes('%')) return url;
  try {
    decodeURIComponent(path);
    return url;
  } catch {
    return path.replaceAll('%', '%25') + url.slice(path.length);
  }
}

function refusal(statusCode: number, message: string): Error {
  return Object.assign(new Error(message), { statusCode });
}
