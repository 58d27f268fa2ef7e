import { once } from 'node:events';
import { type IncomingMessage, get } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { WebSocket } from 'ws';
import { type TestGateway, startGateway } from '../support/fixtureGateway.js';
import { type Library, startLibrary } from '../support/fixtureSupergraph.js';

const APP = 'https://app.example.com';
const EVIL = 'https://evil.example.com';

async function preflight(url: string, origin: string): Promise<string | null> {
  const headers = {
    origin,
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'content-type,authorization',
  };
  const response = await fetch(url, { method: 'OPTIONS', headers });
  return response.headers.get('access-control-allow-origin');
}

/** The status with which a WebSocket is refused, or `open`. */
async function openSocket(
  url: string,
  origin?: string,
  headers: Record<string, string> = {},
): Promise<number | string> {
  const client = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws', {
    ...(origin && { origin }),
    headers,
  });
  return new Promise((resolve, reject) => {
    client.once('open', () => {
      client.terminate();
      resolve('open');
    });
    client.once('unexpected-response', (_request, response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    client.once('error', reject);
  });
}

async function stream(url: string, headers: Record<string, string>): Promise<number | undefined> {
  const [response] = (await once(get(`${url}/stream?query={openUntil}`, { headers }), 'response')) as [IncomingMessage];
  response.resume();
  return response.statusCode;
}

describe('pages of other origins', () => {
  let library: Library;
  let gateway: TestGateway;
  let open: TestGateway;

  beforeAll(async () => {
    library = await startLibrary();
    gateway = await startGateway(library.file);
    open = await startGateway(library.file, { corsOrigins: [APP] });
  });

  afterAll(async () => {
    await Promise.all([gateway.stop(), open.stop()]);
    await library.stop();
  });

  test('may not ask over HTTP, unless they are allowed', async () => {
    expect(await preflight(gateway.url, APP)).toBeNull();
    expect(await preflight(open.url, APP)).toBe(APP);
    expect(await preflight(open.url, EVIL)).toBeNull();
  });

  test('may not open WebSockets, unless they are allowed; programs and our own page may', async () => {
    expect(await openSocket(gateway.url, EVIL)).toBe(403);
    expect(await openSocket(gateway.url, 'null')).toBe(403);
    expect(await openSocket(open.url, EVIL)).toBe(403);
    expect(await openSocket(open.url, APP)).toBe('open');
    expect(await openSocket(gateway.url, new URL(gateway.url).origin)).toBe('open');
    expect(await openSocket(gateway.url)).toBe('open');
  });

  test('may not start event streams, not even as a picture', async () => {
    expect(await stream(gateway.url, { origin: EVIL })).toBe(403);
    expect(await stream(gateway.url, { 'sec-fetch-site': 'cross-site' })).toBe(403);
    expect(await stream(gateway.url, {})).toBe(200);
  });
});

/** What a proxy sends that asks under a name of its own. */
function host(forwardedHost: string, protocol?: string): Record<string, string> {
  return {
    host: 'gateway:4000',
    'x-forwarded-host': forwardedHost,
    ...(protocol && { 'x-forwarded-proto': protocol }),
  };
}

describe('behind a proxy that ends TLS', () => {
  let library: Library;
  let direct: TestGateway;
  let proxied: TestGateway;

  beforeAll(async () => {
    library = await startLibrary();
    direct = await startGateway(library.file, { corsOrigins: ['https://*.example.org', 'https://*.example.net:8443'] });
    proxied = await startGateway(library.file, { trustedProxies: 1 });
  });

  afterAll(async () => {
    await Promise.all([direct.stop(), proxied.stop()]);
    await library.stop();
  });

  test.each<[string, Record<string, string>, string, number | string]>([
    ['the port of the protocol counts as none', { host: 'app.example.com:443' }, APP, 'open'],
    ['so it does the other way round', { host: 'app.example.com' }, `${APP}:443`, 'open'],
    ['another port is another origin', { host: 'app.example.com:8443' }, APP, 403],
    ['the port of another protocol is another origin', { host: 'app.example.com:80' }, APP, 403],
    ['without a trusted proxy nobody says what our name is', host('app.example.com'), APP, 403],
  ])('%s', async (_what, headers, origin, expected) => {
    expect(await openSocket(direct.url, origin, headers)).toBe(expected);
    expect(await stream(direct.url, { ...headers, origin })).toBe(expected === 'open' ? 200 : 403);
  });

  test.each<[string, Record<string, string>, string, number | string]>([
    ['a trusted proxy says what our name is', host('app.example.com'), APP, 'open'],
    ['with our protocol', host('app.example.com:443', 'wss'), APP, 'open'],
    [
      'a page without TLS is foreign where there is TLS',
      host('app.example.com', 'https'),
      'http://app.example.com',
      403,
    ],
    ['a client cannot say it before the proxy does', host('evil.example.com, app.example.com'), EVIL, 403],
    ['another name is foreign', host('app.example.com'), EVIL, 403],
    ['the name by which the proxy asks is not ours', host('app.example.com'), 'https://gateway:4000', 403],
    ['where it says nothing, Host counts', { host: 'app.example.com' }, APP, 'open'],
  ])('%s', async (_what, headers, origin, expected) => {
    expect(await openSocket(proxied.url, origin, headers)).toBe(expected);
    expect(await stream(proxied.url, { ...headers, origin })).toBe(expected === 'open' ? 200 : 403);
  });

  test.each([
    ['https://app.example.org', true],
    ['https://deep.down.example.org', true],
    ['https://example.org', false],
    ['https://evil-example.org', false],
    ['http://app.example.org', false],
    ['https://app.example.org:8443', false],
    ['https://app.example.net:8443', true],
    ['https://app.example.net', false],
    ['https://evil.example/.example.org', false],
    ['https://.example.org', false],
  ])('a star stands for all names below: %s: %s', async (origin, isAllowed) => {
    expect(await preflight(direct.url, origin)).toBe(isAllowed ? origin : null);
    expect(await openSocket(direct.url, origin)).toBe(isAllowed ? 'open' : 403);
    expect(await stream(direct.url, { origin })).toBe(isAllowed ? 200 : 403);
  });
});

describe('what the gateway answers with', () => {
  let library: Library;
  let gateway: TestGateway;

  beforeAll(async () => {
    library = await startLibrary();
    gateway = await startGateway(library.file, {
      trustedProxies: 1,
      limits: { headersTimeoutMs: 300, requestTimeoutMs: 600 },
    });
  });

  afterAll(async () => {
    await gateway.stop();
    await library.stop();
  });

  test('forbids browsers to guess, to frame and to run anything', async () => {
    const { headers } = await fetch(gateway.url, { method: 'POST' });
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('strict-transport-security')).toBeNull();
  });

  test('tells browsers to stay with TLS where a trusted proxy says that there is TLS', async () => {
    const { headers } = await fetch(new URL('/health/live', gateway.url), {
      headers: { 'x-forwarded-proto': 'https' },
    });
    expect(headers.get('strict-transport-security')).toMatch(/^max-age=\d+/);
  });

  test.each([
    ['the headers', 'POST /graphql HTTP/1.1\r\nhost: x\r\n'],
    ['the body', 'POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{'],
  ])('comes to an end for who never ends %s', async (_what, start) => {
    const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1');
    const answer = text(socket);
    await once(socket, 'connect');
    socket.write(start);
    expect(await answer).toMatch(/^HTTP\/1\.1 408 /);
  });

  test('refuses headers without end', async () => {
    const { status } = await fetch(gateway.url, { method: 'POST', headers: { 'x-long': 'x'.repeat(20_000) } });
    expect(status).toBe(431);
  });
});
