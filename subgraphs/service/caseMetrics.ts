import { Big } from 'big.js';
import {
  explanation,
  type CountMetric,
  type DurationMetric,
  type Explanation,
  type ScoreMetric,
} from '../kit/graph/metrics.js';
import type { AssignedFigures, CaseFigures } from './loaders.js';

function explain(
  figures: Pick<CaseFigures, 'asOf'>,
  formula: string,
  inputs: Record<string, string | number>,
  n: number,
): Explanation {
  return Object.assign(explanation(formula, inputs, n), { asOf: figures.asOf });
}

/** Cases that are not over: OPEN + AWAITING_CUSTOMER. */
export function openCaseCount(figures: CaseFigures): CountMetric {
  const { open: OPEN, awaitingCustomer: AWAITING_CUSTOMER } = figures;
  const value = OPEN + AWAITING_CUSTOMER;
  return { value, explain: explain(figures, 'OPEN + AWAITING_CUSTOMER', { OPEN, AWAITING_CUSTOMER }, value) };
}

/** All cases of kind COMPLAINT, whatever became of them. */
export function complaintCount(figures: CaseFigures): CountMetric {
  const { openComplaints: open, settledComplaints: settled } = figures;
  return { value: open + settled, explain: explain(figures, 'open + settled', { open, settled }, open + settled) };
}

/** Mean of (first employee reply - opened) over the answered cases, in seconds; null while none is answered. */
export function averageFirstResponse(figures: CaseFigures): DurationMetric {
  const { answered, responseSeconds } = figures;
  const formula = 'sum of (firstRespondedAt - openedAt) in seconds / answered cases';
  return {
    seconds: answered === 0 ? null : Number(responseSeconds) / answered,
    explain: explain(figures, formula, { seconds: responseSeconds, answered }, answered),
  };
}

/** Mean of (resolved - opened - waited) over the resolved cases, in seconds; null while none is resolved. */
export function averageTimeToResolve(figures: CaseFigures): DurationMetric {
  const { resolved, resolutionSeconds, waitedSeconds } = figures;
  const formula = '(sum of (resolvedAt - openedAt) in seconds - sum of waited seconds) / resolved cases';
  const worked = new Big(resolutionSeconds).minus(waitedSeconds);
  return {
    seconds: resolved === 0 ? null : worked.toNumber() / resolved,
    explain: explain(figures, formula, { seconds: resolutionSeconds, waited: waitedSeconds, resolved }, resolved),
  };
}

/** Cases of an employee that are not over: OPEN + AWAITING_CUSTOMER. */
export function assignedCaseCount(figures: AssignedFigures): CountMetric {
  const { open: OPEN, awaitingCustomer: AWAITING_CUSTOMER } = figures;
  const value = OPEN + AWAITING_CUSTOMER;
  return { value, explain: explain(figures, 'OPEN + AWAITING_CUSTOMER', { OPEN, AWAITING_CUSTOMER }, value) };
}

/** met / (met + missed) over the cases whose outcome is decided, 0 to 1; null while none is. */
export function slaCompliance(figures: CaseFigures): ScoreMetric {
  const { met, missed, undecided } = figures;
  const decided = met + missed;
  return {
    value: decided === 0 ? null : met / decided,
    explain: explain(figures, 'met / (met + missed)', { met, missed, undecided }, decided),
  };
}
