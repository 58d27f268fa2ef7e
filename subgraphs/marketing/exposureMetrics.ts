import { explanation, type CountMetric, type ScoreMetric } from '../kit/graph/metrics.js';
import type { ExposureCounts } from './loaders.js';

/** exposures - control: what was really sent. */
export function exposureCount({ exposures, control, sent }: ExposureCounts): CountMetric {
  return { value: sent, explain: explanation('exposures - control', { exposures, control }, exposures) };
}

/** responded / sent, the control group left out; null when nothing was sent. */
export function responseRate({ sent, responded }: ExposureCounts): ScoreMetric {
  const value = sent === 0 ? null : responded / sent;
  return { value, explain: explanation('responded / sent', { responded, sent }, sent) };
}
