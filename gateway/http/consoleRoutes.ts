import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { errorCode } from '../errors/errorCode.js';

/** The console's own addresses: each opens the one page, which then shows what belongs there. */
const PAGES = ['/', '/customers/:id', '/live', '/teams'] as const;

/** What the build writes where a nonce belongs. */
const NONCE = /__NONCE__/g;

/**
 * Nothing from anywhere else, no script in the page, and no style element but those with the nonce of this visit: the component library
 * makes some when it runs.
 */
const policy = (nonce: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "connect-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');

/**
 * Serves the console: its page at `/` and at each address of its own, never cached; its scripts and styles, whose names change with what is in them, for
 * ever.
 *
 * @param folder what `npm run build` made of console/
 * @returns false when nothing was built there
 */
export async function consoleRoutes(app: FastifyInstance, folder: string): Promise<boolean> {
  const page = await readPage(folder);
  if (page === undefined) return false;
  for (const path of PAGES) {
    app.get(path, async (_request, reply) => {
      const nonce = randomBytes(16).toString('base64');
      return reply
        .type('text/html; charset=utf-8')
        .header('cache-control', 'no-cache')
        .header('content-security-policy', policy(nonce))
        .header('x-content-type-options', 'nosniff')
        .header('referrer-policy', 'same-origin')
        .send(page.replace(NONCE, nonce));
    });
  }
  await app.register(fastifyStatic, {
    root: resolve(folder, 'assets'),
    prefix: '/assets/',
    index: false,
    cacheControl: false,
    preCompressed: true,
    setHeaders(reply) {
      reply.header('cache-control', 'public, max-age=31536000, immutable');
      reply.header('x-content-type-options', 'nosniff');
    },
  });
  const icon = await readFile(join(folder, 'favicon.svg'));
  app.get('/favicon.svg', async (_request, reply) =>
    reply.type('image/svg+xml').header('cache-control', 'public, max-age=86400').send(icon),
  );
  return true;
}

async function readPage(folder: string): Promise<string | undefined> {
  try {
    return await readFile(join(folder, 'index.html'), 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
