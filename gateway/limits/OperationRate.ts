import { TokenBucket } from 'limiter';
import { LRUCache } from 'lru-cache';
import { ERROR_CODES } from '../../schema/contract.js';
import { OperationRefused } from '../operations/OperationRefused.js';
import type { RateLimit } from './limits.js';

/** So many callers are remembered; who asks again after being forgotten begins with a full bucket. */
const CALLERS = 20_000;

/** Counts what each caller asks, whatever the way in: a token bucket for each. */
export class OperationRate {
  readonly #buckets = new LRUCache<string, TokenBucket>({ max: CALLERS });

  constructor(private readonly limit: RateLimit) {}

  /**
   * Counts one operation.
   *
   * @param key see `callerKey`
   * @throws OperationRefused, with `retry-after` in seconds, when the caller asks too often
   */
  take(key: string): void {
    this.check(key);
    this.count(key);
  }

  /** Counts something that is no operation: it costs as much, and is refused by nobody any more. */
  count(key: string): void {
    if (this.limit.perSecond > 0) this.#bucketOf(key).tryRemoveTokens(1);
  }

  /** Counts nothing. @throws OperationRefused as `take` would */
  check(key: string): void {
    const { perSecond } = this.limit;
    if (perSecond === 0) return;
    const waitMs = this.#bucketOf(key).getWaitTime(1);
    if (waitMs === 0) return;
    const seconds = Math.max(1, Math.ceil(waitMs / 1_000));
    const message = `You ask more often than ${perSecond} times a second (--max-rate). Ask again in ${seconds} s.`;
    const extensions = { code: ERROR_CODES.RATE_LIMITED, limit: perSecond, retryAfter: seconds };
    throw new OperationRefused([{ message, extensions }], 429, { 'retry-after': String(seconds) });
  }

  #bucketOf(key: string): TokenBucket {
    let bucket = this.#buckets.get(key);
    if (!bucket) {
      const { perSecond, burst } = this.limit;
      bucket = new TokenBucket({ bucketSize: burst, tokensPerInterval: perSecond, interval: 'second' });
      // It would begin empty.
      bucket.content = burst;
      this.#buckets.set(key, bucket);
    }
    return bucket;
  }
}
