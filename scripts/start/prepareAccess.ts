import { randomBytes } from 'node:crypto';
import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SignJWT } from 'jose';
import { DEVELOPMENT_TOKENS, type DevelopmentToken } from '../../gateway/access/DevelopmentToken.js';
import { KEY_VARIABLES, readAccess, readSigningKey } from '../../gateway/access/readAccess.js';
import { ROLES } from '../../gateway/access/roles.js';
import { isLoopback } from '../../gateway/http/isLoopback.js';
import type { StartConfig } from './config.js';
import { errorCode } from './errorCode.js';
import { errorMessage } from './errorMessage.js';
import { StartError } from './StartError.js';

/** In the data folder: the tokens of the running `npm start`, for `npm run seed -- --live` and for whoever writes a script. */
export const TOKENS_FILE = 'tokens.json';

const KEY_FILE = 'development.key';
const ISSUER = 'customer360-development';
const AUDIENCE = 'customer360';

/** How long development tokens hold, in days. Every start makes new ones. */
export const TOKEN_DAYS = 7;

/** Who may ask the gateway, and how the subgraphs know it. */
export interface Access {
  /** Variables for the subgraphs and the gateway. */
  readonly shared: NodeJS.ProcessEnv;
  /** Variables for the gateway alone. */
  readonly gateway: NodeJS.ProcessEnv;
  /** One for each role; none where a key was configured, or where access control is off. */
  readonly tokens: readonly DevelopmentToken[];
}

/**
 * Decides how callers prove who they are. What the environment says is taken as it is; where it says nothing, the gateway listens on
 * loopback, and this is not production, a key for development is made. It is kept in the data folder, so that tokens survive a restart; the key
 * between gateway and subgraphs is new each time.
 *
 * @throws StartError when nobody could be told from anybody
 */
export function checkAccess({ auth, host }: StartConfig, env: NodeJS.ProcessEnv): { readonly development: boolean } {
  const development =
    auth === 'jwt' && KEY_VARIABLES.every((name) => !env[name]) && isLoopback(host) && env['NODE_ENV'] !== 'production';
  const reads = [readSigningKey(env), ...(development ? [] : [readAccess(auth, host, env)])];
  const problems = reads.flatMap((read) => ('problems' in read ? read.problems : []));
  if (problems.length > 0) throw new StartError(`${problems.join('; ')} (npm start -- --help tells more)`, 2);
  return { development };
}

/** Makes the keys and tokens that are missing. The data folder exists. @throws StartError when it cannot be written */
export async function prepareAccess(
  { auth, data }: Pick<StartConfig, 'auth' | 'data'>,
  development: boolean,
  env: NodeJS.ProcessEnv,
): Promise<Access> {
  const shared = { SIGNING_KEY: env['SIGNING_KEY'] || randomBytes(32).toString('base64url') };
  const file = join(data, TOKENS_FILE);
  try {
    if (!development) {
      rmSync(file, { force: true });
      return { shared, gateway: {}, tokens: [] };
    }
    const key = developmentKey(join(data, KEY_FILE));
    const tokens = await Promise.all(
      Object.entries(ROLES).map(async ([role, scopes]) => ({
        role,
        token: await issue(role, key),
        scopes: [...scopes],
      })),
    );
    writePrivately(file, `${JSON.stringify(tokens, undefined, 2)}\n`);
    const gateway = {
      JWT_SECRET: key,
      JWT_ISSUER: ISSUER,
      JWT_AUDIENCE: AUDIENCE,
      JWT_ALGORITHMS: 'HS256',
      [DEVELOPMENT_TOKENS]: JSON.stringify(tokens),
    };
    return { shared, gateway, tokens };
  } catch (error) {
    throw new StartError(`cannot keep the keys for --auth ${auth} in ${data}: ${errorMessage(error)}`);
  }
}

function issue(role: string, key: string): Promise<string> {
  return new SignJWT({ roles: [role] })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(`development-${role}`)
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setIssuedAt()
    .setExpirationTime(`${TOKEN_DAYS} days`)
    .sign(Buffer.from(key));
}

/** The key of the last start, else a new one. */
function developmentKey(path: string): string {
  try {
    const key = readFileSync(path, 'utf8').trim();
    if (key.length >= 32) return key;
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
  const key = randomBytes(32).toString('base64url');
  writePrivately(path, `${key}\n`);
  return key;
}

/** For our own account alone, also where the file was there with other rights. */
function writePrivately(path: string, text: string): void {
  rmSync(path, { force: true });
  writeFileSync(path, text, { mode: 0o600, flag: 'wx' });
  chmodSync(path, 0o600);
}
