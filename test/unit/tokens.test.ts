import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { pino } from 'pino';
import { EVERY_SCOPE } from '../../schema/contract.js';
import { createAuthenticator } from '../../gateway/access/createAuthenticator.js';
import { readAccess, readSigningKey } from '../../gateway/access/readAccess.js';
import { TEST_ACCESS, TEST_SECRET, accessOf, token } from '../support/tokens.js';

const SILENT = pino({ level: 'silent' });
const now = () => Math.floor(Date.now() / 1000);
const pem = (pair: ReturnType<typeof generateKeyPairSync>) =>
  pair.publicKey.export({ type: 'spki', format: 'pem' }).toString();

const RSA = generateKeyPairSync('rsa', { modulusLength: 2048 });
const EC = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const EDWARDS = generateKeyPairSync('ed25519');

function asks(
  authorization: string | undefined,
  env: Readonly<Record<string, string>> = TEST_ACCESS,
  purpose?: string,
) {
  return createAuthenticator(accessOf(env), SILENT)({ authorization, purpose });
}

/** With a public key instead of the secret. */
function withKey(publicKey: string, more: Readonly<Record<string, string>> = {}) {
  return { JWT_PUBLIC_KEY: publicKey, JWT_ISSUER: 'https://login.example', JWT_AUDIENCE: 'customer360', ...more };
}

function problems(env: Readonly<Record<string, string>>, mode: 'jwt' | 'off' = 'jwt', host = '127.0.0.1'): string {
  const read = readAccess(mode, host, env);
  return 'problems' in read ? read.problems.join('; ') : '';
}

describe('a token', () => {
  test('says who asks, what they may do, and until when', async () => {
    const exp = now() + 100;
    const given = await asks(`Bearer ${await token({ exp, scope: 'sales:write customer:read' })}`);
    expect(given).toEqual({
      caller: { subject: 'anna', scopes: ['customer:read', 'sales:write'] },
      expiresAt: (exp + 30) * 1000,
      authorization: undefined,
    });
  });

  test.each([
    ['scp as a list', { scp: ['b:read', 'a:read'] }, ['a:read', 'b:read']],
    ['scope as a list', { scope: ['a:read'] }, ['a:read']],
    ['scope and scp, each once', { scope: 'a:read', scp: 'a:read b:read' }, ['a:read', 'b:read']],
    [
      'a role',
      { roles: ['marketer'], scope: 'loyalty:write' },
      ['customer:read', 'feedback:write', 'loyalty:write', 'marketing:write'],
    ],
    ['a role that nobody knows', { roles: ['constructor', 'king'], scope: 'a:read' }, ['a:read']],
    ['the scope that stands for all', { scope: `${EVERY_SCOPE} a:read`, scp: [EVERY_SCOPE] }, ['a:read']],
    ['no scope', {}, []],
  ])('gives scopes by %s', async (_what, claims, scopes) => {
    expect((await asks(`Bearer ${await token(claims)}`)).caller.scopes).toEqual(scopes);
  });

  test.each([
    ['has expired', { exp: 1 }, 'The token has expired.'],
    ['has no expiry', { exp: undefined }, 'no expiry'],
    ['does not hold yet', { nbf: now() + 1000 }, 'does not hold yet'],
    ['was issued by somebody else', { iss: 'https://evil.example' }, 'issued by somebody else'],
    ['says no issuer', { iss: undefined }, 'issued by somebody else'],
    ['is meant for somebody else', { aud: ['shop', 'crm'] }, 'meant for somebody else'],
    ['says for nobody', { aud: undefined }, 'meant for somebody else'],
    ['has no subject', { sub: undefined }, 'no subject'],
    ['has an empty subject', { sub: '' }, 'subject (sub) must be'],
    ['takes the name of the gateway', { sub: 'gateway' }, 'not reserved'],
    [
      'carries hundreds of scopes',
      { scp: Array.from({ length: 201 }, (_, index) => `s:${index}`) },
      'more than 200 scopes',
    ],
  ])('that %s is refused with words that say so', async (_what, claims, words) => {
    await expect(asks(`Bearer ${await token(claims)}`)).rejects.toMatchObject({
      message: expect.stringContaining(words),
      status: 401,
      extensions: { code: 'UNAUTHENTICATED' },
      headers: {
        'www-authenticate': expect.stringMatching(/^Bearer error="invalid_token", error_description="[^"]+"$/),
      },
    });
  });

  test('holds for as long as the clocks may differ, and no longer', async () => {
    const late = `Bearer ${await token({ exp: now() - 20 })}`;
    expect((await asks(late)).caller.subject).toBe('anna');
    await expect(asks(late, { ...TEST_ACCESS, JWT_CLOCK_SKEW: '5' })).rejects.toMatchObject({ status: 401 });
  });

  test('that was good is refused once it has expired, though it was remembered', async () => {
    const authenticate = createAuthenticator(accessOf({ ...TEST_ACCESS, JWT_CLOCK_SKEW: '0' }), SILENT);
    const authorization = `Bearer ${await token({ exp: now() + 60 })}`;
    expect((await authenticate({ authorization, purpose: undefined })).caller.subject).toBe('anna');
    jest.useFakeTimers({ now: Date.now() + 61_000 });
    try {
      await expect(authenticate({ authorization, purpose: undefined })).rejects.toMatchObject({ status: 401 });
    } finally {
      jest.useRealTimers();
    }
  });

  test.each(['', 'Bearer', 'Bearer ', 'Basic YTpi', 'Bearer a b', 'Bearer é', 'token'])(
    'is sent as a bearer token, not as "%s"',
    async (authorization) => {
      await expect(asks(authorization)).rejects.toMatchObject({
        status: 401,
        message: expect.stringContaining('Bearer'),
      });
    },
  );

  test.each(['Bearer x', 'Bearer a.b.c', 'Bearer eyJhbGciOiJIUzI1NiJ9.e30.', `Bearer ${'x'.repeat(20_000)}`])(
    'that is none is refused (%#)',
    async (authorization) => {
      await expect(asks(authorization)).rejects.toMatchObject({ status: 401 });
    },
  );

  test('is not needed: without it somebody asks who may do nothing', async () => {
    expect(await asks(undefined)).toEqual({
      caller: { subject: 'anonymous', scopes: [] },
      expiresAt: undefined,
      authorization: undefined,
    });
  });
});

describe('the purpose', () => {
  test('goes along with the caller, in lower case', async () => {
    expect((await asks(undefined, TEST_ACCESS, ' Marketing ')).caller.purpose).toBe('marketing');
  });

  test.each(['', 'two words', 'a,b', '9', 'x'.repeat(51)])(
    'that is no word is refused as malformed: "%s"',
    async (purpose) => {
      await expect(asks(undefined, TEST_ACCESS, purpose)).rejects.toMatchObject({
        status: 400,
        extensions: { code: 'BAD_REQUEST' },
      });
    },
  );
});

describe('a key', () => {
  test.each([
    ['RS256', RSA],
    ['PS256', RSA],
    ['ES256', EC],
    ['EdDSA', EDWARDS],
  ])('takes %s', async (alg, pair) => {
    const given = await asks(`Bearer ${await token({}, pair.privateKey, { alg })}`, withKey(pem(pair)));
    expect(given.caller.subject).toBe('anna');
  });

  test('may be in a file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'customer360-keys-'));
    try {
      writeFileSync(join(folder, 'key.pem'), pem(EC));
      const env = { ...withKey(''), JWT_PUBLIC_KEY_FILE: join(folder, 'key.pem') };
      expect((await asks(`Bearer ${await token({}, EC.privateKey, { alg: 'ES256' })}`, env)).caller.subject).toBe(
        'anna',
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('that is public is never a secret: who signs with its text is refused', async () => {
    const text = pem(RSA);
    const forged = await token({}, Buffer.from(text), { alg: 'HS256' });
    await expect(asks(`Bearer ${forged}`, withKey(text))).rejects.toMatchObject({
      message: 'The token is signed with an algorithm that is not accepted here.',
    });
  });

  test.each(['none', 'None', 'NONE'])('is needed: a token without a signature is refused (%s)', async (alg) => {
    const [, payload] = (await token()).split('.');
    const header = Buffer.from(JSON.stringify({ alg, typ: 'JWT' })).toString('base64url');
    for (const env of [TEST_ACCESS, withKey(pem(RSA))]) {
      await expect(asks(`Bearer ${header}.${payload}.`, env)).rejects.toMatchObject({ status: 401 });
      await expect(asks(`Bearer ${header}.${payload}.${'A'.repeat(43)}`, env)).rejects.toMatchObject({ status: 401 });
    }
  });

  test('must be the right one, and what it signed must be unchanged', async () => {
    const other = await token({}, Buffer.from(`${TEST_SECRET}!`));
    await expect(asks(`Bearer ${other}`)).rejects.toMatchObject({
      message: 'The token is not signed with a key that counts here.',
    });
    const [header, , signature] = (await token({ sub: 'anna' })).split('.');
    const [, payload] = (await token({ sub: 'berta' })).split('.');
    await expect(asks(`Bearer ${header}.${payload}.${signature}`)).rejects.toMatchObject({ status: 401 });
  });

  test('is used with the algorithms that were chosen, and no other', async () => {
    const env = withKey(pem(RSA), { JWT_ALGORITHMS: 'PS256' });
    await expect(asks(`Bearer ${await token({}, RSA.privateKey, { alg: 'RS256' })}`, env)).rejects.toMatchObject({
      status: 401,
    });
  });
});

describe('the configuration is refused', () => {
  const secret = { JWT_SECRET: TEST_SECRET };
  test.each([
    ['without a key', {}, 'set JWT_SECRET, JWT_PUBLIC_KEY (or JWT_PUBLIC_KEY_FILE) or JWKS_URL; or let everybody'],
    [
      'with two keys',
      { ...secret, JWKS_URL: 'https://a.example/jwks' },
      'set one of JWT_SECRET and JWKS_URL, not several',
    ],
    ['with a short secret', { JWT_SECRET: 'hunter2' }, 'JWT_SECRET must have at least 32 bytes'],
    [
      'with a file that is not there',
      { JWT_SECRET_FILE: '/nowhere' },
      'JWT_SECRET_FILE: the file cannot be read (ENOENT)',
    ],
    ['with a key that is none', withKey('hello'), 'JWT_PUBLIC_KEY is not a public key in PEM'],
    [
      'with an RSA key of 1024 bits',
      withKey(pem(generateKeyPairSync('rsa', { modulusLength: 1024 }))),
      'fewer than 2048 bits',
    ],
    [
      'with a key for something else',
      withKey(pem(generateKeyPairSync('x25519'))),
      'must be of RSA, of a P curve, or Ed25519',
    ],
    [
      'with an address that is none',
      { JWKS_URL: 'file:///etc/passwd', JWT_ISSUER: 'a', JWT_AUDIENCE: 'b' },
      'JWKS_URL must be an http',
    ],
    [
      'with a public key and no audience',
      { JWT_PUBLIC_KEY: pem(EC), JWT_ISSUER: 'a' },
      'set JWT_ISSUER and JWT_AUDIENCE',
    ],
    [
      'with a key set and no issuer',
      { JWKS_URL: 'https://a.example', JWT_AUDIENCE: 'a' },
      'set JWT_ISSUER and JWT_AUDIENCE',
    ],
    [
      'with an algorithm of other keys',
      withKey(pem(RSA), { JWT_ALGORITHMS: 'RS256,HS256' }),
      'HS256 cannot be used with this key',
    ],
    ['with "none"', { ...secret, JWT_ALGORITHMS: 'none' }, 'none cannot be used with this key'],
    [
      'with clocks that are hours apart',
      { ...secret, JWT_CLOCK_SKEW: '7200' },
      'JWT_CLOCK_SKEW must be a number of seconds',
    ],
  ])('%s', (_what, env, words) => {
    expect(problems(env)).toContain(words);
  });

  test('with the private key, without repeating it', () => {
    const text = RSA.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    expect(problems(withKey(text))).toBe(
      'JWT_PUBLIC_KEY is a private key: the gateway needs the public one, and nobody else that one',
    );
  });

  test('where everybody could do everything in production', () => {
    expect(problems({ NODE_ENV: 'production' }, 'off', '0.0.0.0')).toContain('--auth off with NODE_ENV=production');
    expect(problems({ NODE_ENV: 'production' }, 'off', '127.0.0.1')).toBe('');
    expect(problems({}, 'off', '0.0.0.0')).toBe('');
  });

  test('where a signing key is short, without repeating it', () => {
    expect(readSigningKey({ SIGNING_KEY: `${'k'.repeat(32)},short` })).toEqual({
      problems: ['SIGNING_KEY must have at least 32 characters, each of them where there are several'],
    });
    expect(readSigningKey({ SIGNING_KEY: `${'k'.repeat(32)}, ${'l'.repeat(32)}` })).toEqual({ value: 'k'.repeat(32) });
    expect(readSigningKey({ SIGNING_KEY: 'off' })).toEqual({ value: undefined });
  });
});
