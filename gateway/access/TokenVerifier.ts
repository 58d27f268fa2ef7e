import { errors, jwtVerify } from 'jose';
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

/** The last moment that a `Date` can hold. */
const LAST_DATE = 8.64e15;

/** Longer than any that an issuer makes and a header carries. */
const MAX_TOKEN_LENGTH = 16_384;

/**
 * Checks tokens: JSON Web Tokens in the compact form, signed with the one key by one of the algorithms that fit it. `exp` and `sub` must be
 * there. One that was good is remembered for a minute, so that a request does not pay for a signature each time.
 */
export class TokenVerifier {
  readonly #known = new LRUCache<string, VerifiedToken>({ max: REMEMBERED, ttl: REMEMBERED_MS });

  constructor(
    private readonly config: TokenConfig,
    private readonly key: KeyFinder,
  ) {}

  /** @throws AccessRefused, and nothing else, when it will not do or cannot be checked */
  async verify(token: string): Promise<VerifiedToken> {
    const known = this.#known.get(token);
    // It was good a minute ago at most; whether it still holds is asked each time.
    if (known && Date.now() < known.expiresAt) return known;
    if (token.length > MAX_TOKEN_LENGTH) throw AccessRefused.unauthenticated('The token is too long.');
    const verified = await this.#check(token);
    this.#known.set(token, verified);
    return verified;
  }

  async #check(token: string): Promise<VerifiedToken> {
    const { algorithms, audience, clockSkewSeconds, issuer } = this.config;
    try {
      const { payload } = await jwtVerify(token, this.key, {
        algorithms: [...algorithms],
        ...(issuer !== undefined && { issuer }),
        ...(audience !== undefined && { audience }),
        clockTolerance: clockSkewSeconds,
        requiredClaims: ['exp', 'sub'],
      });
      const claims = readClaims(payload);
      if (typeof claims === 'string') throw AccessRefused.unauthenticated(`The token will not do: ${claims}.`);
      const caller = Object.freeze({ subject: claims.subject, scopes: [...claims.scopes] });
      return { caller, expiresAt: Math.min(((payload.exp ?? 0) + clockSkewSeconds) * 1000, LAST_DATE) };
    } catch (error) {
      throw error instanceof AccessRefused ? error : refusal(error);
    }
  }
}

const CLAIMS: Readonly<Record<string, string>> = {
  iss: 'was issued by somebody else',
  aud: 'is meant for somebody else',
  nbf: 'does not hold yet',
  exp: 'has no expiry that can be read (exp)',
  sub: 'has no subject (sub)',
};

/** In words that tell the client's author what to mend, and nothing about the key. */
function refusal(error: unknown): AccessRefused {
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
    return 'does not say which of the keys of its issuer signed it (kid)';
  return 'is not a signed JSON Web Token';
}
