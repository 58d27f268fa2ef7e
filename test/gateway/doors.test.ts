import { once } from 'node:events';
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
async function openSocket(url: string, origin?: string): Promise<number | string> {
  const client = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws', { ...(origin && { origin }) });
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

async function stream(url: string, headers: Record<string, string>): Promise<number> {
  const response = await fetch(`${url}/stream?query={openUntil}`, { headers });
  await response.text();
  return response.status;
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
