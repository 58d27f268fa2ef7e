import type { FastifyInstance } from 'fastify';

/** Where queries are written by hand. */
export const GRAPHIQL_PATH = '/graphiql';

/**
 * Serves GraphiQL at `/graphiql`: one page that carries all its scripts and styles, so it works without the internet.
 *
 * @param endpoint the path of the GraphQL address
 * @param defaultQuery what the editor shows at the first visit
 */
export function graphiqlRoute(app: FastifyInstance, endpoint: string, defaultQuery: string): void {
  let page: Promise<Buffer> | undefined;
  app.get(GRAPHIQL_PATH, async (_request, reply) => {
    page ??= renderPage(endpoint, defaultQuery);
    return reply
      .type('text/html; charset=utf-8')
      .header('cache-control', 'no-cache')
      .send(await page);
  });
}

/** The page is 9 MB of text, so it is made at the first visit and its renderer is not loaded before. */
async function renderPage(endpoint: string, defaultQuery: string): Promise<Buffer> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  return Buffer.from(
    renderGraphiQL({ title: 'Customer360', endpoint, defaultQuery, subscriptionsProtocol: 'WS' }).trimStart(),
  );
}
