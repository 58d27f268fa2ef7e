import { once } from 'node:events';
import { type IncomingMessage, get } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { WebSocket } from 'ws';
import { type TestGateway, startGateway } from '../support/fixtureGateway.js';
import { type Library, startLibrary } from '../support/fixtureSupergraph.js';

const APP = 'https://app.example.com';
const FRIEND = 'https://friend.example.com';
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

let library: Library;
/** A gateway that no other page may ask, behind a proxy; and one that pages of others may ask, behind none. */
let closed: TestGateway;
let open: TestGateway;

beforeAll(async () => {
  library = await startLibrary();
  closed = await startGateway(library.file, {
    trustedProxies: 1,
    // Soon over, and long enough for what is sent at once on a busy machine.
    limits: { headersTimeoutMs: 500, requestTimeoutMs: 1_000 },
  });
  open = await startGateway(library.file, {
    corsOrigins: [FRIEND, 'https://*.example.org', 'https://*.example.net:8443'],
  });
});

afterAll(async () => {
  await Promise.all([closed.stop(), open.stop()]);
  await library.stop();
});

describe('pages of other origins', () => {
  test('may not ask over HTTP, unless they are allowed', async () => {
    expect(await preflight(closed.url, FRIEND)).toBeNull();
    expect(await preflight(open.url, FRIEND)).toBe(FRIEND);
    expect(await preflight(open.url, EVIL)).toBeNull();
  });

  test('may not open WebSockets, unless they are allowed; programs and our own page may', async () => {
    expect(await openSocket(closed.url, EVIL)).toBe(403);
    expect(await openSocket(closed.url, 'null')).toBe(403);
    expect(await openSocket(open.url, EVIL)).toBe(403);
    expect(await openSocket(open.url, FRIEND)).toBe('open');
    expect(await openSocket(closed.url, new URL(closed.url).origin)).toBe('open');
    expect(await openSocket(closed.url)).toBe('open');
  });

  test('may not start event streams, not even as a picture', async () => {
    expect(await stream(closed.url, { origin: EVIL })).toBe(403);
    expect(await stream(closed.url, { 'sec-fetch-site': 'cross-site' })).toBe(403);
    expect(await stream(closed.url, {})).toBe(200);
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
  test.each<[string, Record<string, string>, string, number | string]>([
    ['the port of the protocol counts as none', { host: 'app.example.com:443' }, APP, 'open'],
    ['so it does the other way round', { host: 'app.example.com' }, `${APP}:443`, 'open'],
    ['another port is another origin', { host: 'app.example.com:8443' }, APP, 403],
    ['the port of another protocol is another origin', { host: 'app.example.com:80' }, APP, 403],
    ['without a trusted proxy nobody says what our name is', host('app.example.com'), APP, 403],
  ])('%s', async (_what, headers, origin, expected) => {
    expect(await openSocket(open.url, origin, headers)).toBe(expected);
    expect(await stream(open.url, { ...headers, origin })).toBe(expected === 'open' ? 200 : 403);
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
    expect(await openSocket(closed.url, origin, headers)).toBe(expected);
    expect(await stream(closed.url, { ...headers, origin })).toBe(expected === 'open' ? 200 : 403);
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
    expect(await preflight(open.url, origin)).toBe(isAllowed ? origin : null);
    expect(await openSocket(open.url, origin)).toBe(isAllowed ? 'open' : 403);
    expect(await stream(open.url, { origin })).toBe(isAllowed ? 200 : 403);
  });
});

describe('what the gateway answers with', () => {
  test('forbids browsers to guess, to frame and to run anything', async () => {
    const { headers } = await fetch(closed.url, { method: 'POST' });
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('strict-transport-security')).toBeNull();
  });

  test('tells browsers to stay with TLS where a trusted proxy says that there is TLS', async () => {
    const { headers } = await fetch(new URL('/health/live', closed.url), {
      headers: { 'x-forwarded-proto': 'https' },
    });
    expect(headers.get('strict-transport-security')).toMatch(/^max-age=\d+/);
  });

  test.each([
    ['the headers', 'POST /graphql HTTP/1.1\r\nhost: x\r\n'],
    ['the body', 'POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{'],
  ])('comes to an end for who never ends %s', async (_what, start) => {
    const socket = connect(Number(new URL(closed.url).port), '127.0.0.1');
    const answer = text(socket);
    await once(socket, 'connect');
    socket.write(start);
    expect(await answer).toMatch(/^HTTP\/1\.1 408 /);
  });

  test('refuses headers without end', async () => {
    const { status } = await fetch(closed.url, { method: 'POST', headers: { 'x-long': 'x'.repeat(20_000) } });
    expect(status).toBe(431);
  });
});
