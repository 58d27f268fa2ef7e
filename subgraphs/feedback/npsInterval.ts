import { Big } from 'big.js';
import { responseCount, type NpsCounts } from './npsEffects.js';

/** The quantile of the normal distribution for 95 %. */
const Z = '1.959964';

const DECIMALS = 4;

/** The 95 % confidence interval of an NPS, each bound with four decimals. */
export interface Interval {
  readonly low: string;
  readonly high: string;
  readonly margin: string;
}

/**
 * The 95 % confidence interval of an NPS by the normal approximation: each response counts +1 (promoter), 0 or -1 (detractor),
 *
 *     variance = (p + d - (p - d)^2 / n) / (n - 1)
 *     margin   = 1.959964 x 100 x sqrt(variance / n)
 *
 * cut off at -100 and 100. Good from some thirty responses on; when all are alike the margin is 0, which says too little.
 * @returns null for fewer than two responses, which have no variance
 */
export function npsInterval(counts: NpsCounts): Interval | null {
  const n = responseCount(counts);
  if (n < 2) return null;
  const balance = new Big(counts.promoters).minus(counts.detractors);
  const variance = new Big(counts.promoters)
    .plus(counts.detractors)
    .minus(balance.times(balance).div(n))
    .div(n - 1);
  // Division leaves a last digit: all alike must be 0, not a little below, of which there is no root.
  const spread = variance.lt(0) ? new Big(0) : variance.div(n).sqrt();
  const margin = new Big(Z).times(100).times(spread);
  const nps = balance.times(100).div(n);
  const [low, high] = [nps.minus(margin), nps.plus(margin)];
  return {
    low: (low.lt(-100) ? new Big(-100) : low).toFixed(DECIMALS),
    high: (high.gt(100) ? new Big(100) : high).toFixed(DECIMALS),
    margin: margin.toFixed(DECIMALS),
  };
}
