import type { Logger } from 'pino';
import { type Caller, caller as callerShape } from '../../schema/contract.js';
import type { AccessConfig } from './AccessConfig.js';
import { AccessRefused } from './AccessRefused.js';
import { TokenVerifier } from './TokenVerifier.js';
import { ANONYMOUS } from './anonymous.js';
import { EVERYONE } from './everyone.js';
import { findTokenKey } from './findTokenKey.js';

/** What a request says of who asks, as its headers or `connectionParams` hold it. */
export interface Claimed {
  /** `Bearer <token>` */
  readonly authorization: string | undefined;
  /** What the data is for. */
  readonly purpose: string | undefined;
}

/** Who asks. */
export interface Identity {
  readonly caller: Caller;
  /** When this ends, in milliseconds since 1970; undefined where there is no token. */
  readonly expiresAt: number | undefined;
  /** The client's `authorization`, where it goes on to the subgraphs: only where the gateway does not check it. */
  readonly authorization: string | undefined;
}

/**
 * Finds out who asks. Who brings no token is anonymous; a token that will not do is refused, though, and never taken for none.
 *
 * @throws AccessRefused
 */
export interface Authenticate {
  (claimed: Claimed): Promise<Identity>;
  /** Who brings this `authorization`, where it was checked a moment ago; undefined where only checking it would tell. */
  readonly known: (authorization: string | undefined) => Caller | undefined;
}

/** Makes it as configured. With access control off, everybody is somebody who may do everything. */
export function createAuthenticator(config: AccessConfig, logger: Logger): Authenticate {
  if (config.kind === 'off') {
    const everyone = async ({ authorization, purpose }: Claimed): Promise<Identity> => ({
      caller: withPurpose(EVERYONE, purpose),
      expiresAt: undefined,
      authorization,
    });
    return Object.assign(everyone, { known: () => undefined });
  }
  const verifier = new TokenVerifier(config, findTokenKey(config.key, logger));
  const check = async ({ authorization, purpose }: Claimed): Promise<Identity> => {
    const token = authorization === undefined ? undefined : await verifier.verify(bearerToken(authorization));
    return {
      caller: withPurpose(token?.caller ?? ANONYMOUS, purpose),
      expiresAt: token?.expiresAt,
      authorization: undefined,
    };
  };
  return Object.assign(check, {
    known(authorization: string | undefined) {
      const token = tokenIn(authorization ?? '');
      return token === undefined ? undefined : verifier.known(token)?.caller;
    },
  });
}

/** @see https://www.rfc-editor.org/rfc/rfc6750#section-2.1 */
function tokenIn(authorization: string): string | undefined {
  return /^bearer +([\w.~+/-]+=*) *$/i.exec(authorization)?.[1];
}

function bearerToken(authorization: string): string {
  const token = tokenIn(authorization);
  if (token === undefined) throw AccessRefused.unauthenticated('Send the token as `authorization: Bearer <token>`.');
  return token;
}

function withPurpose(caller: Caller, purpose: string | undefined): Caller {
  if (purpose === undefined) return caller;
  const { data, success } = callerShape.shape.purpose.safeParse(purpose.trim().toLowerCase());
  if (!success) {
    throw AccessRefused.malformed(
      'x-purpose must be a word such as `marketing`: letters, digits, - and _, at most 50.',
    );
  }
  return { ...caller, purpose: data };
}
