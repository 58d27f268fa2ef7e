import type { RequestContext } from '../kit/serve/RequestContext.js';
import { explanation } from '../kit/graph/metrics.js';
import { toUnits, unitsText } from './decimalUnits.js';
import { Survey } from './entities/Survey.js';
import { npsCountsByGroup, type NpsGroupCounts } from './npsCountsByGroup.js';
import {
  exactNps,
  npsEffects,
  responseCount,
  shares,
  shownChange,
  totalCounts,
  type NpsCounts,
  type NpsDecomposition,
  type NpsEffects,
} from './npsEffects.js';
import { npsInterval } from './npsInterval.js';
import type { NpsChange, NpsFigures, NpsGroup, NpsGroupBy, NpsGroupChange, NpsSummary } from './NpsSummary.js';
import type { Period } from './periodInput.js';

function figures(counts: NpsCounts): NpsFigures {
  const { promoters, passives, detractors } = counts;
  const n = responseCount(counts);
  const nps = exactNps(counts);
  const interval = npsInterval(counts);
  return {
    n,
    promoters,
    passives,
    detractors,
    nps: nps && unitsText(toUnits(nps)),
    confidenceInterval: interval && { level: 0.95, ...interval },
    explain: explanation(
      '100 x (promoters - detractors) / (promoters + passives + detractors)',
      { promoters, passives, detractors },
      n,
    ),
  };
}

function groupChange(group: NpsGroupCounts, { mix, rate }: NpsEffects): NpsGroupChange {
  const change = shownChange(group);
  return {
    nps: change === null ? null : unitsText(change),
    mix: unitsText(mix),
    rate: unitsText(rate),
    effect: unitsText(mix + rate),
  };
}

function signed(units: bigint): string {
  return `${units > 0n ? '+' : ''}${unitsText(units)}`;
}

function reading({ change, mix, rate, againstEveryGroup }: NpsDecomposition): string {
  const parts = `${signed(mix)} by the mix of groups, ${signed(rate)} by the groups' own scores`;
  if (!againstEveryGroup) return `NPS changed by ${signed(change)}: ${parts}.`;
  const [total, each] = change < 0n ? ['fell', 'rose'] : ['rose', 'fell'];
  return `NPS ${total} by ${signed(change)} although every group ${each}: ${parts}. What moved it is who answered.`;
}

function sizeOf(units: bigint): bigint {
  return units < 0n ? -units : units;
}

function largerEffect({ mix, rate }: NpsEffects): NpsChange['larger'] {
  if (sizeOf(mix) === sizeOf(rate)) return null;
  return sizeOf(mix) > sizeOf(rate) ? 'MIX' : 'RATE';
}

function totalChange(effects: NpsDecomposition, before: NpsCounts, after: NpsCounts): NpsChange {
  const inputs = {
    S1: exactNps(before)?.toString() ?? '',
    S2: exactNps(after)?.toString() ?? '',
    'responses before': responseCount(before),
    'responses now': responseCount(after),
    groups: effects.groups.length,
  };
  const n = responseCount(before) + responseCount(after);
  const formula =
    'S2 - S1 = mix + rate; mix = sum over groups of (w2 - w1) x ((s1 + s2) / 2 - (S1 + S2) / 2); rate = sum over groups of (w1 + w2) / 2 x (s2 - s1)';
  return {
    nps: unitsText(effects.change),
    mix: unitsText(effects.mix),
    rate: unitsText(effects.rate),
    larger: largerEffect(effects),
    againstEveryGroup: effects.againstEveryGroup,
    reading: reading(effects),
    explain: explanation(formula, inputs, n),
  };
}

function shareText(units: readonly bigint[] | null, index: number): string | null {
  return units && unitsText(units[index] ?? 0n);
}

/**
 * The NPS of all customers in a period, by group, and against a period before: see `npsEffects` for how the change is taken
 * apart.
 * @param compareTo null to look at one period only
 */
export async function summarizeNps(
  context: RequestContext,
  groupBy: NpsGroupBy,
  period: Period,
  compareTo: Period | null,
): Promise<NpsSummary> {
  const groups = await npsCountsByGroup(context.database, groupBy, period, compareTo);
  const after = totalCounts(groups.map((group) => group.after));
  const before = totalCounts(groups.map((group) => group.before));
  const effects = compareTo === null ? null : npsEffects(groups);
  const afterShares = shares(groups.map((group) => group.after));
  const beforeShares = compareTo === null ? null : shares(groups.map((group) => group.before));
  const toGroup = async (group: NpsGroupCounts, index: number): Promise<NpsGroup> => {
    const effect = effects?.groups[index];
    return {
      kind: group.kind,
      key: group.key,
      survey: groupBy === 'SURVEY' ? await context.byId(Survey, group.key) : null,
      figures: figures(group.after),
      previous: compareTo && figures(group.before),
      share: shareText(afterShares, index),
      previousShare: shareText(beforeShares, index),
      change: effect ? groupChange(group, effect) : null,
    };
  };
  return {
    from: period.from,
    to: period.to,
    groupBy,
    total: figures(after),
    previous: compareTo && figures(before),
    change: effects && totalChange(effects, before, after),
    groups: await Promise.all(groups.map(toGroup)),
  };
}
