import { createHash } from 'node:crypto';
import { serverAudits } from 'graphql-http';
import { type TestGateway, ask, startGateway } from '../support/fixtureGateway.js';
import { type Library, startLibrary } from '../support/fixtureSupergraph.js';

/** https://www.npmjs.com/package/graphql-http: one audit for each sentence of the specification. */
const AUDITS = serverAudits({ url: '' }).filter(({ name }) => !name.startsWith('MAY'));

async function get(url: string, parameters: Record<string, string>): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${url}?${new URLSearchParams(parameters).toString()}`, {
    headers: { 'apollo-require-preflight': 'yes' },
  });
  return { status: response.status, body: await response.json() };
}

describe('GraphQL over HTTP', () => {
  let library: Library;
  let gateway: TestGateway;

  beforeAll(async () => {
    library = await startLibrary();
    gateway = await startGateway(library.file);
  });

  afterAll(async () => {
    await gateway.stop();
    await library.stop();
  });

  test.each(AUDITS.map(({ id, name }) => [id, name]))('%s: %s', async (id) => {
    const audit = serverAudits({ url: gateway.url, fetchFn: fetch }).find((one) => one.id === id);
    expect(await audit?.fn()).toMatchObject({ status: 'ok' });
  });

  test.each([
    ['application/json', 200],
    ['*/*', 200],
    ['application/graphql-response+json', 400],
  ])('a document that cannot be parsed, for who accepts %s: %i', async (accept, status) => {
    const answer = await ask(gateway.url, '{', { headers: { accept, 'x-request-id': 'r2' } });
    expect(answer.status).toBe(status);
    expect(answer.errors?.[0]?.extensions).toEqual({ code: 'GRAPHQL_PARSE_FAILED', requestId: 'r2' });
  });

  test('a request that is not well-formed is 400 in any media type', async () => {
    for (const accept of ['application/json', 'application/graphql-response+json']) {
      const response = await fetch(gateway.url, {
        method: 'POST',
        headers: { accept, 'content-type': 'application/json' },
        body: '{"qeury":"{ openUntil }"}',
      });
      expect(response.status).toBe(400);
    }
  });

  test('a field that failed is 200 in any media type, and the type is the one that is accepted', async () => {
    for (const accept of ['application/json', 'application/graphql-response+json']) {
      const { status, headers, data } = await ask(gateway.url, '{ failWith(code: "CONFLICT", message: "No.") }', {
        headers: { accept },
      });
      expect([status, headers.get('content-type'), data]).toEqual([
        200,
        `${accept}; charset=utf-8`,
        { failWith: null },
      ]);
    }
  });

  test('a persisted query is asked for once and known from then on', async () => {
    const query = '{ openUntil }';
    const sha256Hash = createHash('sha256').update(query).digest('hex');
    const post = async (body: Record<string, unknown>): Promise<unknown> => {
      const extensions = { persistedQuery: { version: 1, sha256Hash } };
      const response = await fetch(gateway.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ...body, extensions }),
      });
      return response.json();
    };
    expect(await post({})).toMatchObject({ errors: [{ extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } }] });
    expect(await post({ query })).toEqual({ data: { openUntil: '18:00' } });
    expect(await post({})).toEqual({ data: { openUntil: '18:00' } });
  });

  test('a GET carries variables and an operation name, and no mutation', async () => {
    const query = 'query A { openUntil } query B($id: ID!) { book(id: $id) { title stars } }';
    expect(await get(gateway.url, { query, operationName: 'B', variables: '{"id":"2"}' })).toEqual({
      status: 200,
      body: { data: { book: { title: 'Middlemarch', stars: 2.5 } } },
    });
    expect(await get(gateway.url, { query: 'mutation { addBook(title: "X") { id } }' })).toMatchObject({ status: 405 });
  });
});
