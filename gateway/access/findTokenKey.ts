import type { KeyObject } from 'node:crypto';
import {
  type JSONWebKeySet,
  type JWKSCacheInput,
  type JWTVerifyGetKey,
  createLocalJWKSet,
  createRemoteJWKSet,
  errors,
  jwksCache,
} from 'jose';
import type { Logger } from 'pino';
import type { TokenKey } from './AccessConfig.js';
import { AccessRefused } from './AccessRefused.js';

/** In milliseconds. */
export interface KeyTimes {
  /** For so long fetched keys are believed without asking again. */
  readonly maxAge: number;
  /** A token with a key that we do not know has them fetched anew, but not sooner than this after the last time. */
  readonly cooldown: number;
  readonly fetchTimeout: number;
  /** After a fetch that failed, nobody tries again for so long: else each request would. */
  readonly pause: number;
  /** Since they were fetched: for so long the last keys are believed when new ones cannot be had. */
  readonly stale: number;
}

const KEY_TIMES: KeyTimes = {
  maxAge: 10 * 60_000,
  cooldown: 30_000,
  fetchTimeout: 5_000,
  pause: 1_000,
  stale: 60 * 60_000,
};

/** Where the keys of tokens are. */
export interface KeyFinder {
  /** What `jwtVerify` takes: the one key, or how to find that of a token. */
  readonly find: KeyObject | JWTVerifyGetKey;
  /**
   * Has keys that may have changed fetched anew: not sooner than the cooldown after the last time. Never rejects.
   *
   * @returns whether they were
   */
  refresh(): Promise<boolean>;
}

/**
 * How the key of a token is found. Published keys are fetched when the first token comes, kept for a while, and fetched anew when a token
 * names one that is not among them, or names none and none of them fits, so that an issuer can change them at any time. While they cannot be fetched the last ones are used;
 * when these are too old, or there are none, tokens are refused as `SERVICE_UNAVAILABLE`.
 */
export function findTokenKey(key: TokenKey, logger: Logger, times: KeyTimes = KEY_TIMES): KeyFinder {
  switch (key.kind) {
    case 'secret':
      return { find: key.secret, refresh: async () => false };
    case 'public key':
      return { find: key.key, refresh: async () => false };
    case 'key set':
      return publishedKeys(key.url, logger, times);
  }
}

function publishedKeys(url: URL, logger: Logger, times: KeyTimes): KeyFinder {
  /** jose keeps here what it fetched, and when. */
  const fetched: { jwks?: JSONWebKeySet; uat?: number } = {};
  const remote = createRemoteJWKSet(url, {
    timeoutDuration: times.fetchTimeout,
    cooldownDuration: times.cooldown,
    cacheMaxAge: times.maxAge,
    [jwksCache]: fetched as JWKSCacheInput,
  });
  let pausedUntil = 0;

  const lastKnown: JWTVerifyGetKey = async (header, token) => {
    const { jwks, uat = 0 } = fetched;
    if (!jwks || Date.now() > uat + times.stale) {
      throw AccessRefused.unavailable('The keys to check tokens with cannot be fetched now; try again in a moment.');
    }
    return createLocalJWKSet(jwks)(header, token);
  };

  const failed = (error: unknown): void => {
    // Of those who waited for the same fetch, one says so.
    if (Date.now() >= pausedUntil)
      logger.warn({ err: error }, 'the keys that tokens are checked with cannot be fetched');
    pausedUntil = Date.now() + times.pause;
  };

  return {
    async find(header, token) {
      if (Date.now() < pausedUntil) return lastKnown(header, token);
      try {
        return await remote(header, token);
      } catch (error) {
        if (isOfTheToken(error)) throw error;
        failed(error);
        return lastKnown(header, token);
      }
    },
    async refresh() {
      if (remote.coolingDown || Date.now() < pausedUntil) return false;
      try {
        await remote.reload();
        return true;
      } catch (error) {
        failed(error);
        return false;
      }
    },
  };
}

/** The keys are there, and none, or not one alone, is that of the token. */
function isOfTheToken(error: unknown): boolean {
  return (
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys ||
    error instanceof errors.JOSENotSupported
  );
}
