import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, createServer, get as httpGet } from 'node:http';
import { text } from 'node:stream/consumers';
import { jest } from '@jest/globals';
import { pino } from 'pino';
import { decodeCaller, verify } from '../../schema/signature.js';
import type { TokenConfig } from '../../gateway/access/AccessConfig.js';
import { findTokenKey } from '../../gateway/access/findTokenKey.js';
import { readDevelopmentTokens } from '../../gateway/access/readDevelopmentTokens.js';
import { TokenVerifier } from '../../gateway/access/TokenVerifier.js';
import { type TestGateway, ask, startGateway } from '../support/fixtureGateway.js';
import { type Library, startLibrary } from '../support/fixtureSupergraph.js';
import { TEST_ACCESS, accessOf, token } from '../support/tokens.js';

const SIGNING_KEY = 'what gateway and subgraphs both know';
const bearer = (sent: string) => ({ authorization: `Bearer ${sent}` });

let library: Library;
beforeAll(async () => {
  library = await startLibrary();
});
afterAll(() => library.stop());

describe('a gateway that checks tokens', () => {
  let gateway: TestGateway;

  beforeAll(async () => {
    gateway = await startGateway(library.file, { auth: accessOf(TEST_ACCESS), signingKey: SIGNING_KEY });
  });
  afterAll(() => gateway.stop());

  test('answers a bad token with 401, a challenge and the reason, and asks no subgraph', async () => {
    const before = library.books.requests.length;
    const bad = await token({ exp: 1 });
    const answer = await ask(gateway.url, '{ books { title } }', { headers: bearer(bad) });
    expect(answer).toMatchObject({
      status: 401,
      errors: [
        {
          message: 'The token has expired.',
          extensions: { code: 'UNAUTHENTICATED', requestId: expect.any(String) },
        },
      ],
    });
    expect(answer.errors?.[0]?.extensions).not.toHaveProperty('http');
    expect(answer.headers.get('www-authenticate')).toBe(
      'Bearer error="invalid_token", error_description="The token has expired."',
    );
    expect(library.books.requests).toHaveLength(before);
  });

  test('answers a malformed purpose with 400', async () => {
    const headers = { ...bearer(await token()), 'x-purpose': 'a b' };
    expect(await ask(gateway.url, '{ books { title } }', { headers })).toMatchObject({
      status: 400,
      errors: [{ extensions: { code: 'BAD_REQUEST' } }],
    });
  });

  test('tells each subgraph who asks, what for and by which operation, signed for it alone; never the token', async () => {
    const from = [library.books, library.reviews].map(({ requests }) => requests.length);
    const headers = { ...bearer(await token({ scope: 'b:read a:read' })), 'x-purpose': 'marketing' };
    const { errors } = await ask(gateway.url, 'query Shelf { books { title stars } }', { headers });
    expect(errors).toBeUndefined();
    for (const [index, [service, subgraph]] of Object.entries({
      books: library.books,
      reviews: library.reviews,
    }).entries()) {
      const [request] = subgraph.requests.slice(from[index]);
      const caller = request?.headers['x-customer360-caller']?.toString() ?? '';
      expect(decodeCaller(caller)).toEqual({
        subject: 'anna',
        scopes: ['a:read', 'b:read'],
        purpose: 'marketing',
        operation: 'Shelf',
      });
      const signature = request?.headers['x-customer360-signature']?.toString() ?? '';
      const body = JSON.stringify(request?.body);
      expect(verify([SIGNING_KEY], { service, caller, body }, signature)).not.toBeNull();
      expect(verify([SIGNING_KEY], { service: 'lending-desk', caller, body }, signature)).toBeNull();
      expect(request?.headers).not.toHaveProperty('authorization');
    }
  });

  test('tells subgraphs that nobody in particular asks where there is no token', async () => {
    const from = library.books.requests.length;
    await ask(gateway.url, '{ books { title } }');
    const caller = library.books.requests[from]?.headers['x-customer360-caller']?.toString() ?? '';
    expect(decodeCaller(caller)).toEqual({ subject: 'anonymous', scopes: [] });
  });

  test('signs its probes too, as itself and without scopes', async () => {
    const from = library.desk.requests.length;
    expect((await fetch(new URL('/health/ready', gateway.url))).status).toBe(200);
    const probe = library.desk.requests[from];
    const caller = probe?.headers['x-customer360-caller']?.toString() ?? '';
    expect(decodeCaller(caller)).toEqual({ subject: 'gateway', scopes: [] });
    const signature = probe?.headers['x-customer360-signature']?.toString() ?? '';
    const parts = { service: 'lending-desk', caller, body: JSON.stringify(probe?.body) };
    expect(verify([SIGNING_KEY], parts, signature)).not.toBeNull();
  });

  test('asks for a token on an event stream as well', async () => {
    const stream = await fetch(`${gateway.url}/stream`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...bearer('nonsense') },
      body: JSON.stringify({ query: '{ books { title } }' }),
    });
    expect(stream.status).toBe(401);
    expect(stream.headers.get('www-authenticate')).toContain('invalid_token');
    expect(await stream.json()).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
  });

  test('writes neither tokens nor keys into its log', async () => {
    const good = await token();
    const bad = await token({ aud: 'other' });
    for (const one of [good, bad]) await ask(gateway.url, '{ books { title } nothing }', { headers: bearer(one) });
    const log = JSON.stringify(gateway.log);
    expect(log).toContain('an operation');
    for (const secret of [good, bad, ...good.split('.').slice(1), TEST_ACCESS.JWT_SECRET, SIGNING_KEY]) {
      expect(log).not.toContain(secret);
    }
  });
});

describe('without access control', () => {
  const tokens = [{ role: 'admin', token: 'a.b.c', scopes: ['x:read'] }];
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startGateway(library.file, { developmentTokens: tokens });
  });
  afterAll(() => gateway.stop());

  /** fetch does not let a caller choose these headers. */
  async function get(path: string, headers: Record<string, string> = {}) {
    const request = httpGet(new URL(path, gateway.url), { headers });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    return { status: response.statusCode, cache: response.headers['cache-control'], body: await text(response) };
  }

  describe('the tokens of development', () => {
    test('are told to pages of the gateway at this machine, and filled in there', async () => {
      const { status, cache, body } = await get('/development/tokens', { 'sec-fetch-site': 'same-origin' });
      expect({ status, cache, body: JSON.parse(body) }).toEqual({ status: 200, cache: 'no-store', body: tokens });
      const page = await get('/graphiql');
      expect(page.body).toContain('Bearer a.b.c');
      expect(page.cache).toBe('no-store');
    });

    test.each([
      ['a page of another origin', { origin: 'https://evil.example' }],
      ['a page of another site without an origin', { 'sec-fetch-site': 'cross-site' }],
      ['another name that leads here', { host: 'evil.example' }],
      ['somebody behind a proxy', { 'x-forwarded-for': '203.0.113.7' }],
    ])('are nothing to %s', async (_who, headers) => {
      const { status, body } = await get('/development/tokens', headers);
      expect(status).toBe(404);
      expect(body).not.toContain('a.b.c');
      expect((await get('/graphiql', headers)).body).not.toContain('a.b.c');
    });

    test('are refused in production, and where others could ask', () => {
      const env = { DEVELOPMENT_TOKENS: JSON.stringify(tokens) };
      expect(readDevelopmentTokens('127.0.0.1', env)).toEqual({ value: tokens });
      expect(readDevelopmentTokens('0.0.0.0', env)).toHaveProperty('problems');
      expect(readDevelopmentTokens('127.0.0.1', { ...env, NODE_ENV: 'production' })).toHaveProperty('problems');
    });
  });

  test("the client's authorization goes on to subgraphs, and a warning says that the door is open", async () => {
    const from = library.books.requests.length;
    await ask(gateway.url, '{ books { title } }', { headers: { authorization: 'Basic YTpi' } });
    expect(library.books.requests[from]?.headers).toMatchObject({ authorization: 'Basic YTpi' });
    expect(library.books.requests[from]?.headers).not.toHaveProperty('x-customer360-caller');
    expect(gateway.log).toContainEqual(
      expect.objectContaining({ level: 40, msg: expect.stringContaining('ACCESS CONTROL IS OFF') }),
    );
  });
});

/** An issuer that publishes its keys. */
async function startIssuer() {
  const pairs = new Map<string, { publicKey: KeyObject; privateKey: KeyObject }>();
  let isDown = false;
  let fetches = 0;
  const server = createServer((_request, response) => {
    fetches += 1;
    if (isDown) {
      response.writeHead(500).end();
      return;
    }
    const keys = [...pairs].map(([kid, { publicKey }]) => ({
      ...publicKey.export({ format: 'jwk' }),
      kid,
      use: 'sig',
    }));
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys }));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const config = accessOf({ ...TEST_ACCESS, JWT_SECRET: '', JWKS_URL: `http://127.0.0.1:${port}/jwks` });
  return {
    config: config as TokenConfig,
    get fetches() {
      return fetches;
    },
    set down(value: boolean) {
      isDown = value;
    },
    publish(...kids: string[]) {
      pairs.clear();
      for (const kid of kids) pairs.set(kid, generateKeyPairSync('ec', { namedCurve: 'P-256' }));
    },
    publishRsa(...kids: string[]) {
      pairs.clear();
      for (const kid of kids) pairs.set(kid, generateKeyPairSync('rsa', { modulusLength: 2048 }));
    },
    sign: (kid: string, claims = {}) =>
      token(claims, pairs.get(kid)?.privateKey ?? Buffer.alloc(32), { alg: 'ES256', kid }),
    signWithoutKid: (kid: string, claims = {}, alg = 'ES256') =>
      token(claims, pairs.get(kid)?.privateKey ?? Buffer.alloc(32), { alg }),
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

describe('published keys', () => {
  const TIMES = { maxAge: 600_000, cooldown: 0, fetchTimeout: 5_000, pause: 0, stale: 600_000 };
  const SILENT = pino({ level: 'silent' });
  let issuer: Awaited<ReturnType<typeof startIssuer>>;

  beforeEach(async () => {
    issuer = await startIssuer();
    issuer.publish('one');
  });
  afterEach(() => issuer.stop());

  const verifier = (times = {}) =>
    new TokenVerifier(issuer.config, findTokenKey(issuer.config.key, SILENT, { ...TIMES, ...times }));

  test('are fetched once for many tokens, and anew when the issuer changes them', async () => {
    const tokens = verifier();
    for (const sub of ['a', 'b', 'c']) await tokens.verify(await issuer.sign('one', { sub }));
    expect(issuer.fetches).toBe(1);
    issuer.publish('two');
    expect((await tokens.verify(await issuer.sign('two'))).caller.subject).toBe('anna');
    expect(issuer.fetches).toBe(2);
  });

  test('are not fetched for each token that names a key which is not there', async () => {
    const tokens = verifier({ cooldown: 60_000 });
    await tokens.verify(await issuer.sign('one'));
    for (const kid of ['x', 'y', 'z']) {
      const foreign = await token({}, generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey, {
        alg: 'ES256',
        kid,
      });
      await expect(tokens.verify(foreign)).rejects.toMatchObject({
        status: 401,
        message: 'The token is not signed with a key that its issuer publishes.',
      });
    }
    expect(issuer.fetches).toBe(1);
  });

  test('that cannot be fetched make a token unavailable, not wrong; once they can, all is well', async () => {
    const tokens = verifier();
    issuer.down = true;
    const good = await issuer.sign('one');
    await expect(tokens.verify(good)).rejects.toMatchObject({
      status: 503,
      headers: { 'retry-after': '1' },
      extensions: { code: 'SERVICE_UNAVAILABLE' },
    });
    issuer.down = false;
    expect((await tokens.verify(good)).caller.subject).toBe('anna');
  });

  test('count on when new ones cannot be fetched, and are not asked for by each request meanwhile', async () => {
    const tokens = verifier({ maxAge: 0, pause: 60_000 });
    await tokens.verify(await issuer.sign('one'));
    issuer.down = true;
    for (const sub of ['a', 'b', 'c'])
      expect((await tokens.verify(await issuer.sign('one', { sub }))).caller.subject).toBe(sub);
    expect(issuer.fetches).toBe(2);
  });

  test('count no longer than they may', async () => {
    const tokens = verifier({ maxAge: 0, stale: -1 });
    await tokens.verify(await issuer.sign('one'));
    issuer.down = true;
    await expect(tokens.verify(await issuer.sign('one', { sub: 'berta' }))).rejects.toMatchObject({ status: 503 });
  });

  describe('of a token that names none', () => {
    test('are tried one after the other: two of RS256, and a token of the second', async () => {
      issuer.publishRsa('one', 'two');
      const good = await issuer.signWithoutKid('two', {}, 'RS256');
      expect((await verifier().verify(good)).caller.subject).toBe('anna');
    });

    test('say what is wrong with a token that one of them signed', async () => {
      issuer.publish('one', 'two');
      await expect(verifier().verify(await issuer.signWithoutKid('two', { exp: 1 }))).rejects.toMatchObject({
        message: 'The token has expired.',
      });
    });

    test('are tried while they are the last ones that could be fetched', async () => {
      issuer.publish('one', 'two');
      const tokens = verifier({ maxAge: 0, pause: 60_000 });
      await tokens.verify(await issuer.signWithoutKid('one'));
      issuer.down = true;
      const good = await issuer.signWithoutKid('two', { sub: 'berta' });
      expect((await tokens.verify(good)).caller.subject).toBe('berta');
    });

    test.each([1, 2])('are fetched anew when none of them signed it (%i before)', async (count) => {
      const tokens = verifier();
      issuer.publish(...['one', 'two'].slice(0, count));
      await tokens.verify(await issuer.signWithoutKid('one'));
      issuer.publish('three', 'four');
      expect((await tokens.verify(await issuer.signWithoutKid('four'))).caller.subject).toBe('anna');
      expect(issuer.fetches).toBe(2);
    });

    test('are ten at most, and not tried again for the same bad token: a thousand cost no more', async () => {
      issuer.publish(...Array.from({ length: 1_000 }, (_, index) => `key ${index}`));
      const tokens = verifier({ cooldown: 60_000 });
      expect((await tokens.verify(await issuer.signWithoutKid('key 9'))).caller.subject).toBe('anna');
      const checks = jest.spyOn(globalThis.crypto.subtle, 'verify');
      const foreign = await token({}, generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey, { alg: 'ES256' });
      for (let time = 0; time < 3; time++) {
        await expect(tokens.verify(foreign)).rejects.toMatchObject({
          status: 401,
          message: 'The token does not say which of the many keys of its issuer signed it (kid).',
        });
      }
      expect(checks).toHaveBeenCalledTimes(10);
      checks.mockRestore();
      expect(issuer.fetches).toBe(1);
    });
  });

  test('that are away keep no gateway from starting', async () => {
    issuer.down = true;
    const gateway = await startGateway(library.file, { auth: issuer.config });
    try {
      expect((await ask(gateway.url, '{ books { title } }')).status).toBe(200);
      const headers = bearer(await issuer.sign('one'));
      const answer = await ask(gateway.url, '{ books { title } }', { headers });
      expect(answer).toMatchObject({ status: 503, errors: [{ extensions: { code: 'SERVICE_UNAVAILABLE' } }] });
      expect(answer.headers.get('retry-after')).toBe('1');
    } finally {
      await gateway.stop();
    }
  });
});
