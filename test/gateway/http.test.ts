import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { loadWithApollo } from '../../gateway/apollo/loadWithApollo.js';
import { type TestGateway, ask, startGateway } from '../support/fixtureGateway.js';
import { type Library, startLibrary } from '../support/fixtureSupergraph.js';

const served = { digest: expect.stringMatching(/^[0-9a-f]{64}$/), since: expect.any(String), source: 'file' };
const measured = { url: expect.any(String), latency: expect.any(Number), resting: false };

function up(name: string): unknown {
  return { name, ...measured, status: 'up' };
}

function down(name: string, error: string): unknown {
  return { name, ...measured, status: 'down', error };
}

let library: Library;
let gateway: TestGateway;
let origin: string;

async function start(): Promise<void> {
  library = await startLibrary();
  gateway = await startGateway(library.file, { limits: { requestBytes: 2_000, probeTimeoutMs: 1_000 } });
  origin = new URL(gateway.url).origin;
}

async function stop(): Promise<void> {
  await gateway.stop();
  await library.stop();
}

async function ready(): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${origin}/health/ready`);
  return { status: response.status, body: await response.json() };
}

describe('the health of a gateway', () => {
  beforeAll(start);
  afterAll(stop);

  test('is ready when all subgraphs answer, degraded when some do, down when none does', async () => {
    expect(await ready()).toEqual({
      status: 200,
      body: {
        status: 'ready',
        lost: [],
        slow: [],
        supergraph: served,
        subgraphs: [up('books'), up('lending-desk'), up('reviews')],
      },
    });

    await library.books.stop();
    library.reviews.misbehave(() => undefined);
    expect(await ready()).toEqual({
      status: 200,
      body: {
        status: 'degraded',
        lost: ['books'],
        slow: ['reviews'],
        supergraph: served,
        subgraphs: [
          down('books', 'The subgraph "books" could not be reached. (ECONNREFUSED)'),
          up('lending-desk'),
          { ...(down('reviews', 'The subgraph "reviews" did not answer in time.') as object), status: 'slow' },
        ],
      },
    });

    await library.desk.stop();
    expect(await ready()).toMatchObject({ status: 200, body: { status: 'degraded', slow: ['reviews'] } });
    await library.reviews.stop();
    expect(await ready()).toMatchObject({
      status: 503,
      body: { status: 'down', lost: ['books', 'lending-desk', 'reviews'] },
    });
    expect((await fetch(`${origin}/health/live`)).status).toBe(200);
  });
});

describe('the gateway over HTTP', () => {
  beforeAll(start);
  afterAll(stop);

  test('tells nobody but this machine where subgraphs are', async () => {
    const seen = await fetch(`${origin}/health/ready`, { headers: { 'x-forwarded-for': '203.0.113.7' } });
    const told = await seen.text();
    expect(JSON.parse(told)).toMatchObject({ status: 'ready', subgraphs: [{ name: 'books', status: 'up' }, {}, {}] });
    expect(told).not.toContain('127.0.0.1');
  });

  test.each([
    ['br, gzip', 'br', 'accept-encoding'],
    ['gzip', 'gzip', 'accept-encoding'],
    ['br;q=0.1, gzip;q=0.9', 'gzip', 'accept-encoding'],
    ['identity', null, null],
  ])('packs a long answer for who accepts %s; a short one stays as it is', async (accepted, encoding, vary) => {
    const long = 'x'.repeat(50_000);
    library.desk.misbehave((response) => response.end(JSON.stringify({ data: { openUntil: long } })));
    const answer = await ask(gateway.url, '{ openUntil }', { headers: { 'accept-encoding': accepted } });
    expect([answer.status, answer.data]).toEqual([200, { openUntil: long }]);
    expect(answer.headers.get('content-encoding')).toBe(encoding);
    expect(answer.headers.get('vary')).toBe(vary);
    library.desk.misbehave(undefined);
    const short = await ask(gateway.url, '{ openUntil }', { headers: { 'accept-encoding': accepted } });
    expect([short.data, short.headers.get('content-encoding')]).toEqual([{ openUntil: '18:00' }, null]);
    const stream = await fetch(`${gateway.url}/stream?query={openUntil}`, { headers: { 'accept-encoding': accepted } });
    expect([stream.headers.get('content-encoding'), await stream.text()]).toEqual([
      null,
      expect.stringContaining('18:00'),
    ]);
  });

  test('serves GraphiQL that loads nothing from anywhere', async () => {
    const response = await fetch(new URL('/graphiql', origin));
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const page = await response.text();
    const head = page.slice(0, page.indexOf('<script>'));
    expect(head).toContain('<title>Customer360</title>');
    expect(page).toContain('"endpoint":"/graphql"');
    expect(page).toContain('Ask this graph something');
    // What the page's own markup and styles would load; inside the scripts, addresses are text.
    const loads = [...head.matchAll(/(?:src|href)="([^"]*)"|url\(\s*["']?([^"')]*)/g)].map(
      (match) => match[1] ?? match[2] ?? '',
    );
    expect(loads.length).toBeGreaterThan(0);
    expect(loads.filter((address) => !address.startsWith('data:') && !address.startsWith('#'))).toEqual([]);
    expect(page).not.toMatch(/<(?:script|img|iframe|link)\b[^>]*\b(?:src|href)=["']?(?:https?:)?\/\//);
  });

  test('GraphiQL opens with the query that lies beside the supergraph', async () => {
    const folder = join(dirname(library.file), 'operations');
    await mkdir(folder);
    await writeFile(join(folder, 'welcome.graphql'), '{ openUntil } # at the desk');
    const welcoming = await startGateway(library.file);
    try {
      expect(await (await fetch(new URL('/graphiql', welcoming.url))).text()).toContain(
        '"defaultQuery":"{ openUntil } # at the desk"',
      );
    } finally {
      await welcoming.stop();
    }
  });

  test("Apollo's own reporting over the internet is off before its gateway is made", async () => {
    const before = process.env['APOLLO_TELEMETRY_DISABLED'];
    delete process.env['APOLLO_TELEMETRY_DISABLED'];
    try {
      await loadWithApollo(await readFile(library.file, 'utf8'));
      expect(process.env['APOLLO_TELEMETRY_DISABLED']).toBe('true');
    } finally {
      if (before !== undefined) process.env['APOLLO_TELEMETRY_DISABLED'] = before;
    }
  });

  test('a browser that opens the GraphQL address is led to GraphiQL', async () => {
    const response = await fetch(gateway.url, {
      headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' },
      redirect: 'manual',
    });
    expect([response.status, response.headers.get('location')]).toEqual([302, '/graphiql']);
  });

  test('a graph without customers has no console: its start page leads to GraphiQL', async () => {
    const response = await fetch(origin, { redirect: 'manual' });
    expect([response.status, response.headers.get('location')]).toEqual([302, '/graphiql']);
  });

  test('a path that cannot be read is one that is not there, with all that every answer says', async () => {
    const response = await fetch(`${origin}/%zz`);
    expect([response.status, await response.json()]).toMatchObject([404, { paths: expect.any(Array) }]);
    for (const name of ['x-request-id', 'content-security-policy', 'cache-control']) {
      expect(response.headers.get(name)).not.toBeNull();
    }
  });

  test('an unknown path is told which paths there are', async () => {
    const response = await fetch(`${origin}/grahpql?x=1`, { method: 'POST' });
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({
      error: 'There is nothing at POST /grahpql.',
      paths: ['/graphql', '/graphql/stream', '/', '/graphiql', '/health/live', '/health/ready'],
    });
  });

  test.each([
    ['a type that a form can send', 'text/plain', '{"query":"{ openUntil }"}', 400],
    ['a form', 'application/x-www-form-urlencoded', 'query={ openUntil }', 415],
    ['a batch', 'application/json', '[{"query":"{ openUntil }"}]', 400],
    ['half of its JSON', 'application/json', '{"query":', 400],
    [
      'a body over the limit',
      'application/json',
      JSON.stringify({ query: `{ openUntil } #${'x'.repeat(2_000)}` }),
      413,
    ],
  ])('refuses %s', async (_what, type, body, status) => {
    const asked = library.desk.requests.length;
    const response = await fetch(gateway.url, {
      method: 'POST',
      headers: { 'content-type': type, 'x-request-id': 'r9' },
      body,
    });
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({
      errors: [{ message: expect.any(String), extensions: { code: 'BAD_REQUEST', requestId: 'r9' } }],
    });
    expect(library.desk.requests).toHaveLength(asked);
  });

  test('refuses a GET that a foreign page could make', async () => {
    const response = await fetch(`${gateway.url}?query={openUntil}`);
    expect(response.status).toBe(400);
    expect(JSON.stringify(await response.json())).toContain('CSRF');
  });

  test('keeps a sane request id of the caller, replaces any other, and lets nobody cache', async () => {
    const kept = await ask(gateway.url, '{ openUntil }', { headers: { 'x-request-id': 'abc-1' } });
    expect(kept.headers.get('x-request-id')).toBe('abc-1');
    expect(kept.headers.get('cache-control')).toBe('no-store');
    const replaced = await ask(gateway.url, '{ openUntil }', { headers: { 'x-request-id': 'a b"; drop' } });
    expect(replaced.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  test.each([
    ['', { data: { openUntil: '18:00' } }],
    ['[::1]:80', { data: { openUntil: '18:00' } }],
    ['a b', { errors: [{ extensions: { code: 'BAD_REQUEST' } }] }],
    ['[::1', { errors: [{ extensions: { code: 'BAD_REQUEST' } }] }],
  ])('with the Host header "%s" it answers what it should', async (host, expected) => {
    const { port } = new URL(gateway.url);
    const answer = await new Promise<string>((resolve, reject) => {
      const body = '{"query":"{ openUntil }"}';
      const headers = { host, 'content-type': 'application/json', 'content-length': body.length };
      request({ port, host: '127.0.0.1', path: '/graphql', method: 'POST', headers }, (response) => {
        text(response).then(resolve, reject);
      })
        .on('error', reject)
        .end(body);
    });
    expect(JSON.parse(answer)).toMatchObject(expected);
  });
});
