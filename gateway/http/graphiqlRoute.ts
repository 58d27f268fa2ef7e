import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { isOwnPage } from './isOwnPage.js';

/** Where queries are written by hand. */
export const GRAPHIQL_PATH = '/graphiql';

interface Page {
  readonly bytes: Buffer;
  /** Its Content-Security-Policy. */
  readonly policy: string;
}

/**
 * Serves GraphiQL at `/graphiql`: one page that carries all its scripts and styles, so it works without the internet. It may run these scripts and
 * no others, and talk to this gateway and nobody else.
 *
 * @param endpoint the path of the GraphQL address
 * @param defaultQuery what the editor shows at the first visit
 * @param token of development: fills in the headers, for whoever opens the page at this machine; never given in production
 */
export function graphiqlRoute(app: FastifyInstance, endpoint: string, defaultQuery: string, token?: string): void {
  let page: Promise<Page> | undefined;
  let ownPage: Promise<Page> | undefined;
  app.get(GRAPHIQL_PATH, async (request, reply) => {
    const isFilledIn = token !== undefined && isOwnPage(request.headers);
    const { bytes, policy } = await (isFilledIn
      ? (ownPage ??= renderPage(endpoint, defaultQuery, token))
      : (page ??= renderPage(endpoint, defaultQuery)));
    return reply
      .type('text/html; charset=utf-8')
      .header('cache-control', isFilledIn ? 'no-store' : 'no-cache')
      .header('content-security-policy', policy)
      .send(bytes);
  });
}

/** The page is 9 MB of text, so it is made at the first visit and its renderer is not loaded before. */
async function renderPage(endpoint: string, defaultQuery: string, token?: string): Promise<Page> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const headers = { authorization: `Bearer ${token}` };
  const html = renderGraphiQL({
    title: 'Customer360',
    endpoint,
    defaultQuery,
    subscriptionsProtocol: 'WS',
    ...(token !== undefined && filledIn(headers)),
  }).trimStart();
  return { bytes: Buffer.from(html), policy: policyOf(html) };
}

/** In the tab for headers, where it can be seen and changed; a page keeps none, because those of the last time may have expired. */
function filledIn(headers: Readonly<Record<string, string>>): Record<string, unknown> {
  return { headers: JSON.stringify(headers, undefined, 2), connectionParams: headers, shouldPersistHeaders: false };
}

function policyOf(html: string): string {
  const scripts = [...html.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g)].map(
    ([, script = '']) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`,
  );
  return [
    "default-src 'none'",
    `script-src ${scripts.join(' ')} blob:`,
    'worker-src blob: data:',
    // The editor writes its styles while it runs.
    "style-src 'unsafe-inline'",
    "img-src 'self' data:",
    'font-src data:',
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
