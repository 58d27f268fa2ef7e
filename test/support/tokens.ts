import { SignJWT } from 'jose';
import type { AccessConfig } from '../../gateway/access/AccessConfig.js';
import { readAccess } from '../../gateway/access/readAccess.js';

/** With which `token` signs. */
export const TEST_SECRET = 'a secret of a test, of 32 bytes and more';

/** What the environment says where nothing else is tested. */
export const TEST_ACCESS = {
  JWT_SECRET: TEST_SECRET,
  JWT_ISSUER: 'https://login.example',
  JWT_AUDIENCE: 'customer360',
};

/** Access as the environment says it. @throws Error with all problems */
export function accessOf(env: Readonly<Record<string, string>>, mode: 'jwt' | 'off' = 'jwt'): AccessConfig {
  const read = readAccess(mode, '127.0.0.1', env);
  if ('problems' in read) throw new Error(read.problems.join('\n'));
  return read.value;
}

/** A good token; `claims` change what is in it, undefined takes a claim away. */
export function token(
  claims: Record<string, unknown> = {},
  key: Parameters<SignJWT['sign']>[0] = Buffer.from(TEST_SECRET),
  header: { alg: string; kid?: string } = { alg: 'HS256' },
): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const usual = { sub: 'anna', iss: 'https://login.example', aud: 'customer360', exp: now + 300, iat: now };
  const all = Object.entries({ ...usual, ...claims }).filter(([, value]) => value !== undefined);
  return new SignJWT(Object.fromEntries(all)).setProtectedHeader(header).sign(key);
}
