import { type KeyObject, createPublicKey, createSecretKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { MIN_KEY_LENGTH } from '../../schema/signature.js';
import { errorCode } from '../errors/errorCode.js';
import { isLoopback } from '../http/isLoopback.js';
import type { AccessConfig, TokenKey } from './AccessConfig.js';

/** What the environment says about access, for `--help`. Keys are never options: whoever lists processes would read them. */
export const ACCESS_HELP = `What tokens are checked with: exactly one of
  JWT_SECRET, JWT_SECRET_FILE           a secret of at least 32 bytes (HS256), or a file that holds it
  JWT_PUBLIC_KEY, JWT_PUBLIC_KEY_FILE   a public key in PEM (RS256 and PS256, ES256, EdDSA), or a file that holds it
  JWKS_URL                              where the issuer publishes its keys, such as
                                        https://login.example.com/.well-known/jwks.json
and what must be in them:
  JWT_ISSUER, JWT_AUDIENCE              who issued them and for whom; may only be left out with a secret
  JWT_ALGORITHMS                        fewer or other algorithms than the key's usual ones: RS256,ES256
  JWT_CLOCK_SKEW                        how many seconds the clocks may differ (30)
SIGNING_KEY signs what subgraphs are asked: at least ${MIN_KEY_LENGTH} characters, the same as theirs; of several with commas between
them the first signs. Without it, or with "off", nothing is signed.`;

/** The variables that hold or name a key to check tokens with. */
export const KEY_VARIABLES = [
  'JWT_SECRET',
  'JWT_SECRET_FILE',
  'JWT_PUBLIC_KEY',
  'JWT_PUBLIC_KEY_FILE',
  'JWKS_URL',
] as const;

type Environment = Readonly<Record<string, string | undefined>>;

/** What was read, or everything that is wrong with it. */
type Read<T> = { readonly value: T } | { readonly problems: readonly string[] };

const NO_KEY =
  'there is no key to check tokens with: set JWT_SECRET, JWT_PUBLIC_KEY (or JWT_PUBLIC_KEY_FILE) or JWKS_URL; ' +
  'or let everybody who can reach the gateway do everything, with --auth off';

/**
 * Reads how callers prove who they are.
 *
 * @param mode the value of `--auth`
 * @param host the address that the gateway will listen on
 */
export function readAccess(mode: 'jwt' | 'off', host: string, env: Environment): Read<AccessConfig> {
  if (mode === 'off') {
    return env['NODE_ENV'] === 'production' && !isLoopback(host)
      ? { problems: [`--auth off with NODE_ENV=production is for loopback, not for --host ${host}`] }
      : { value: { kind: 'off' } };
  }
  const problems: string[] = [];
  const key = readKey(env, problems);
  const algorithms = key ? readAlgorithms(key, env, problems) : [];
  const issuer = env['JWT_ISSUER'] || undefined;
  const audience = env['JWT_AUDIENCE'] || undefined;
  if (key && key.kind !== 'secret' && (issuer === undefined || audience === undefined)) {
    problems.push('set JWT_ISSUER and JWT_AUDIENCE: the same key may sign tokens for others');
  }
  const skew = env['JWT_CLOCK_SKEW'] || '30';
  if (!/^\d{1,3}$/.test(skew)) problems.push(`JWT_CLOCK_SKEW must be a number of seconds from 0 to 999, not "${skew}"`);
  if (problems.length > 0 || !key) return { problems };
  return {
    value: Object.freeze({ kind: 'jwt', key, algorithms, issuer, audience, clockSkewSeconds: Number(skew) } as const),
  };
}

/** Reads the key that signs requests to subgraphs; undefined when nothing is to be signed. */
export function readSigningKey(env: Environment): Read<string | undefined> {
  const text = env['SIGNING_KEY'];
  if (!text || text === 'off') return { value: undefined };
  const keys = text.split(',').map((key) => key.trim());
  return keys.every(({ length }) => length >= MIN_KEY_LENGTH)
    ? { value: keys[0] }
    : {
        problems: [`SIGNING_KEY must have at least ${MIN_KEY_LENGTH} characters, each of them where there are several`],
      };
}

function readKey(env: Environment, problems: string[]): TokenKey | undefined {
  const given = KEY_VARIABLES.filter((variable) => env[variable]);
  const [variable, ...others] = given;
  if (variable === undefined || others.length > 0) {
    problems.push(variable === undefined ? NO_KEY : `set one of ${given.join(' and ')}, not several`);
    return undefined;
  }
  const text = variable.endsWith('_FILE') ? readKeyFile(variable, env, problems) : env[variable];
  if (text === undefined) return undefined;
  const read =
    variable === 'JWKS_URL' ? keySet(text) : variable.startsWith('JWT_SECRET') ? secret(text) : publicKey(text);
  if (typeof read !== 'string') return read;
  problems.push(`${variable} ${read}`);
  return undefined;
}

function readKeyFile(variable: string, env: Environment, problems: string[]): string | undefined {
  try {
    return readFileSync(env[variable] ?? '', 'utf8').trim();
  } catch (error) {
    problems.push(`${variable}: the file cannot be read (${errorCode(error) ?? 'unknown error'})`);
    return undefined;
  }
}

/** The functions below give what is wrong where it is no such key; the value is not repeated. */
function secret(text: string): TokenKey | string {
  const bytes = Buffer.from(text);
  return bytes.length < 32
    ? 'must have at least 32 bytes: make one with `openssl rand -base64 48`'
    : { kind: 'secret', secret: createSecretKey(bytes) };
}

function publicKey(text: string): TokenKey | string {
  // An environment file may hold a PEM on one line.
  const pem = text.replaceAll('\\n', '\n');
  if (pem.includes('PRIVATE KEY'))
    return 'is a private key: the gateway needs the public one, and nobody else that one';
  try {
    const key = createPublicKey(pem);
    const { modulusLength = Number.POSITIVE_INFINITY } = key.asymmetricKeyDetails ?? {};
    if (modulusLength < 2048) return 'is an RSA key of fewer than 2048 bits';
    return usualAlgorithms(key).length > 0 ? { kind: 'public key', key } : 'must be of RSA, of a P curve, or Ed25519';
  } catch {
    return 'is not a public key in PEM';
  }
}

function keySet(text: string): TokenKey | string {
  if (!URL.canParse(text)) return 'must be an http or https address';
  const url = new URL(text);
  return url.protocol === 'https:' || url.protocol === 'http:'
    ? { kind: 'key set', url }
    : 'must be an http or https address';
}

const CURVES: Readonly<Record<string, string>> = { prime256v1: 'ES256', secp384r1: 'ES384', secp521r1: 'ES512' };

function usualAlgorithms({ asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject): readonly string[] {
  if (type === 'rsa') return ['RS256', 'PS256', 'RS384', 'PS384', 'RS512', 'PS512'];
  if (type === 'ed25519') return ['EdDSA', 'Ed25519'];
  const algorithm = type === 'ec' ? CURVES[details?.namedCurve ?? ''] : undefined;
  return algorithm === undefined ? [] : [algorithm];
}

/** What a key may be used with; the first of a secret is the one that is used unless told otherwise. */
function algorithmsOf(key: TokenKey): readonly string[] {
  switch (key.kind) {
    case 'secret':
      return ['HS256', 'HS384', 'HS512'];
    case 'public key':
      return usualAlgorithms(key.key);
    case 'key set':
      return ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519', 'RS384', 'PS384', 'ES384', 'RS512', 'PS512', 'ES512'];
  }
}

/** Pinned by the kind of key: what a token says of itself never chooses how it is checked. */
function readAlgorithms(key: TokenKey, env: Environment, problems: string[]): readonly string[] {
  const possible = algorithmsOf(key);
  const text = env['JWT_ALGORITHMS'];
  if (!text) return key.kind === 'secret' ? ['HS256'] : possible;
  const chosen = text.split(',').map((name) => name.trim());
  const wrong = chosen.filter((name) => !possible.includes(name));
  if (wrong.length > 0) {
    problems.push(
      `JWT_ALGORITHMS: ${wrong.join(', ')} cannot be used with this key; choose from ${possible.join(', ')}`,
    );
  }
  return chosen;
}
