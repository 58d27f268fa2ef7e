import { createHash } from 'node:crypto';
import { type JWTPayload, type JWTVerifyOptions, decodeProtectedHeader, errors, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import type { Caller } from '../../schema/contract.js';
import type { TokenConfig } from './AccessConfig.js';
import { AccessRefused } from './AccessRefused.js';
import type { KeyFinder } from './findTokenKey.js';
import { readClaims } from './readClaims.js';

/** A token that holds. */
export interface VerifiedToken {
  readonly caller: Caller;
  /** When it stops to, the clocks' difference included; in milliseconds since 1970. */
  readonly expiresAt: number;
}

/** So many tokens are remembered, and for so long: a key that is withdrawn counts no longer than that. */
const REMEMBERED = 10_000;
const REMEMBERED_MS = 60_000;

/** A token that names no key is tried against so many of the published ones that fit. */
const MOST_KEYS = 10;

/** So many tokens that no key signed are remembered by their digests, and for so long: each check costs as much as there are keys. */
const REFUSED = 1_000;
const REFUSED_MS = 5_000;

/** The last moment that a `Date` can hold. */
const LAST_DATE = 8.64e15;

/** Longer than any that an issuer makes and a header carries. */
const MAX_TOKEN_LENGTH = 16_384;

/**
 * Checks tokens: JSON Web Tokens in the compact form, signed with the one key by one of the algorithms that fit it. `exp` and `sub` must be
 * there. One that does not say which of several published keys signed it (`kid`) is tried against those that fit, up to ten. A token that was
 * good is remembered for a minute, so that a request does not pay for a signature each time; one that no key signed for five seconds.
 */
export class TokenVerifier {
  readonly #known = new LRUCache<string, VerifiedToken>({ max: REMEMBERED, ttl: REMEMBERED_MS });
  /** By digest, the words with which it was refused. */
  readonly #refused = new LRUCache<string, string>({ max: REFUSED, ttl: REFUSED_MS });
  readonly #options: JWTVerifyOptions;

  constructor(
    private readonly config: TokenConfig,
    private readonly keys: KeyFinder,
  ) {
    const { algorithms, audience, clockSkewSeconds, issuer } = config;
    this.#options = {
      algorithms: [...algorithms],
      ...(issuer !== undefined && { issuer }),
      ...(audience !== undefined && { audience }),
      clockTolerance: clockSkewSeconds,
      requiredClaims: ['exp', 'sub'],
    };
  }

  /** A token that was checked before and still holds, without any work. */
  known(token: string): VerifiedToken | undefined {
    const known = this.#known.get(token);
    // It was good a minute ago at most; whether it still holds is asked each time.
    return known && Date.now() < known.expiresAt ? known : undefined;
  }

  /** @throws AccessRefused, and nothing else, when it will not do or cannot be checked */
  async verify(token: string): Promise<VerifiedToken> {
    const known = this.known(token);
    if (known) return known;
    if (token.length > MAX_TOKEN_LENGTH) throw AccessRefused.unauthenticated('The token is too long.');
    const verified = await this.#check(token);
    this.#known.set(token, verified);
    return verified;
  }

  async #check(token: string): Promise<VerifiedToken> {
    const { clockSkewSeconds } = this.config;
    const digest = createHash('sha256').update(token).digest('base64');
    const refused = this.#refused.get(digest);
    if (refused !== undefined) throw AccessRefused.unauthenticated(refused);
    try {
      const payload = await this.#payloadOf(token);
      const claims = readClaims(payload);
      if (typeof claims === 'string') throw AccessRefused.unauthenticated(`The token will not do: ${claims}.`);
      const caller = Object.freeze({ subject: claims.subject, scopes: [...claims.scopes] });
      return { caller, expiresAt: Math.min(((payload.exp ?? 0) + clockSkewSeconds) * 1000, LAST_DATE) };
    } catch (error) {
      if (error instanceof AccessRefused) throw error;
      const refusal = refusalFor(error);
      if (isUnsigned(error)) this.#refused.set(digest, refusal.message);
      throw refusal;
    }
  }

  async #payloadOf(token: string): Promise<JWTPayload> {
    try {
      return await this.#tryKeys(token);
    } catch (error) {
      // It names no key: the one that signed it may have been published since.
      const mayBeNew = isUnsigned(error) && decodeProtectedHeader(token).kid === undefined;
      if (!mayBeNew || !(await this.keys.refresh())) throw error;
      return this.#tryKeys(token);
    }
  }

  async #tryKeys(token: string): Promise<JWTPayload> {
    const { find } = this.keys;
    try {
      // Each overload takes one of the two.
      const { payload } = await (typeof find === 'function'
        ? jwtVerify(token, find, this.#options)
        : jwtVerify(token, find, this.#options));
      return payload;
    } catch (error) {
      if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
      return await this.#tryEach(token, error);
    }
  }

  async #tryEach(token: string, several: errors.JWKSMultipleMatchingKeys): Promise<JWTPayload> {
    let tried = 0;
    for await (const key of several) {
      if (tried === MOST_KEYS) throw several;
      tried += 1;
      try {
        return (await jwtVerify(token, key, this.#options)).payload;
      } catch (error) {
        // The signature was good: what is wrong is wrong by any key. All else is about this key.
        if (error instanceof errors.JWTClaimValidationFailed || error instanceof errors.JWTExpired) throw error;
      }
    }
    throw new errors.JWSSignatureVerificationFailed();
  }
}

/** No key that counts signed it, or none of those that were tried. */
function isUnsigned(error: unknown): boolean {
  return error instanceof errors.JWSSignatureVerificationFailed || error instanceof errors.JWKSMultipleMatchingKeys;
}

const CLAIMS: Readonly<Record<string, string>> = {
  iss: 'was issued by somebody else',
  aud: 'is meant for somebody else',
  nbf: 'does not hold yet',
  exp: 'has no expiry that can be read (exp)',
  sub: 'has no subject (sub)',
};

/** In words that tell the client's author what to mend, and nothing about the key. */
function refusalFor(error: unknown): AccessRefused {
  return AccessRefused.unauthenticated(`The token ${problemOf(error)}.`);
}

function problemOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'has expired';
  if (error instanceof errors.JWTClaimValidationFailed) {
    return (Object.hasOwn(CLAIMS, error.claim) ? CLAIMS[error.claim] : undefined) ?? 'has a claim that will not do';
  }
  if (error instanceof errors.JOSEAlgNotAllowed) return 'is signed with an algorithm that is not accepted here';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'is not signed with a key that counts here';
  if (error instanceof errors.JWKSNoMatchingKey) return 'is not signed with a key that its issuer publishes';
  if (error instanceof errors.JWKSMultipleMatchingKeys)
    return 'does not say which of the many keys of its issuer signed it (kid)';
  return 'is not a signed JSON Web Token';
}
