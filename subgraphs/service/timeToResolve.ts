import { Big } from 'big.js';
import { explanation, type DurationMetric } from '../kit/graph/metrics.js';

/** What the time to resolve one case is made from. */
interface ResolvedCase {
  readonly openedAt: Date;
  readonly resolvedAt: Date | null;
  readonly waitedSeconds: string;
}

/** resolved - opened - the time in which it was not our turn, of one case. */
export function timeToResolve({ openedAt, resolvedAt, waitedSeconds }: ResolvedCase): DurationMetric {
  const formula = 'resolvedAt - openedAt - waited, in seconds';
  const waited = new Big(waitedSeconds).toFixed();
  if (resolvedAt === null) {
    return { seconds: null, explain: explanation(formula, { openedAt: openedAt.toISOString(), waited }, 0) };
  }
  const inputs = { openedAt: openedAt.toISOString(), resolvedAt: resolvedAt.toISOString(), waited };
  const elapsed = new Big(resolvedAt.getTime() - openedAt.getTime()).div(1000);
  return { seconds: elapsed.minus(waited).toNumber(), explain: explanation(formula, inputs, 1) };
}
