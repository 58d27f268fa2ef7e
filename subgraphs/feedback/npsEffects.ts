import { apportion, toUnits } from './decimalUnits.js';
import { Fraction } from './Fraction.js';

/** How many responses of each category; their sum is n. */
export interface NpsCounts {
  readonly promoters: number;
  readonly passives: number;
  readonly detractors: number;
}

/** One group in the period before and in the one that is explained. */
export interface NpsChangeCounts {
  readonly before: NpsCounts;
  readonly after: NpsCounts;
}

/** What a group added to the change. All in units of 0.0001. */
export interface NpsEffects {
  readonly mix: bigint;
  readonly rate: bigint;
}

/** How the change of a total came about. In units of 0.0001; groups in their order; all adds up as it stands. */
export interface NpsDecomposition extends NpsEffects {
  readonly change: bigint;
  readonly groups: readonly NpsEffects[];
  /** The total moved one way, and every group that is in both periods (at least two) the other way. */
  readonly againstEveryGroup: boolean;
}

/** The number of responses. */
export function responseCount({ promoters, passives, detractors }: NpsCounts): number {
  return promoters + passives + detractors;
}

/** NPS, exact, -100 to 100; null without responses. */
export function exactNps(counts: NpsCounts): Fraction | null {
  const n = responseCount(counts);
  return n === 0 ? null : Fraction.of(100 * (counts.promoters - counts.detractors), n);
}

/** All groups together. */
export function totalCounts(groups: readonly NpsCounts[]): NpsCounts {
  return {
    promoters: groups.reduce((sum, { promoters }) => sum + promoters, 0),
    passives: groups.reduce((sum, { passives }) => sum + passives, 0),
    detractors: groups.reduce((sum, { detractors }) => sum + detractors, 0),
  };
}

/** The share of each group in all responses, in units of 0.0001; they add up to 1. Null without responses. */
export function shares(groups: readonly NpsCounts[]): bigint[] | null {
  const n = responseCount(totalCounts(groups));
  if (n === 0) return null;
  const exact = groups.map((group) => Fraction.of(responseCount(group), n));
  return apportion(exact, toUnits(Fraction.of(1)));
}

/** The difference of two scores as they are shown, so that whoever subtracts them gets the same; null when one is missing. */
export function shownChange({ before, after }: NpsChangeCounts): bigint | null {
  const [from, to] = [exactNps(before), exactNps(after)];
  return from === null || to === null ? null : toUnits(to) - toUnits(from);
}

const HALF = Fraction.of(1, 2);

function exactEffects(groups: readonly NpsChangeCounts[], before: NpsCounts, after: NpsCounts) {
  const [from, to] = [exactNps(before) ?? Fraction.ZERO, exactNps(after) ?? Fraction.ZERO];
  const middle = from.plus(to).times(HALF);
  return groups.map((group) => {
    const w1 = Fraction.of(responseCount(group.before), responseCount(before));
    const w2 = Fraction.of(responseCount(group.after), responseCount(after));
    // A group that is in one period only has no change of its own: all that it does is to be there or not.
    const s1 = exactNps(group.before) ?? exactNps(group.after) ?? middle;
    const s2 = exactNps(group.after) ?? s1;
    return {
      mix: w2.minus(w1).times(s1.plus(s2).times(HALF).minus(middle)),
      rate: w1.plus(w2).times(HALF).times(s2.minus(s1)),
    };
  });
}

function movesAgainstEveryGroup(groups: readonly NpsChangeCounts[], total: Fraction): boolean {
  const changes = groups.flatMap(({ before, after }) => {
    const [from, to] = [exactNps(before), exactNps(after)];
    return from === null || to === null ? [] : [to.minus(from).sign()];
  });
  return changes.length > 1 && total.sign() !== 0 && changes.every((sign) => sign === -total.sign());
}

/**
 * Takes the change of an NPS apart into what came from a different mix of groups and what came from the groups' own scores
 * (a symmetric shift-share decomposition). With w the share of a group, s its score, S the score of all, 1 before and 2 after:
 *
 *     rate = (w1 + w2) / 2 x (s2 - s1)
 *     mix  = (w2 - w1) x ((s1 + s2) / 2 - (S1 + S2) / 2)
 *
 * Summed over the groups they are exactly S2 - S1, since the shares add up to 1 in both periods. The mix is measured
 * against the middle of the totals, so a group that grows lifts the total when it is better than the others and not otherwise.
 * A group that is in one period only gets the score of that period for both: rate 0, all of it mix.
 *
 * All is computed in whole fractions and rounded once, to units of 0.0001: the change is the difference of the scores as shown,
 * the mix of the total is rounded, its rate is what remains, and the groups' effects are rounded so that they add up to these.
 * @returns null when one of the periods has no responses
 */
export function npsEffects(groups: readonly NpsChangeCounts[]): NpsDecomposition | null {
  const before = totalCounts(groups.map((group) => group.before));
  const after = totalCounts(groups.map((group) => group.after));
  const [from, to] = [exactNps(before), exactNps(after)];
  const change = shownChange({ before, after });
  if (from === null || to === null || change === null) return null;
  const exact = exactEffects(groups, before, after);
  const mix = toUnits(Fraction.sum(exact.map((effects) => effects.mix)));
  const rate = change - mix;
  const mixes = apportion(
    exact.map((effects) => effects.mix),
    mix,
  );
  const rates = apportion(
    exact.map((effects) => effects.rate),
    rate,
  );
  return {
    change,
    mix,
    rate,
    groups: groups.map((_group, index) => ({ mix: mixes[index] ?? 0n, rate: rates[index] ?? 0n })),
    againstEveryGroup: movesAgainstEveryGroup(groups, to.minus(from)),
  };
}
