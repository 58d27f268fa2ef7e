import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Big } from 'big.js';
import fc from 'fast-check';
import { v7 as uuid } from 'uuid';
import { Survey } from '../../subgraphs/feedback/entities/Survey.js';
import { SurveyResponse } from '../../subgraphs/feedback/entities/SurveyResponse.js';
import { feedback } from '../../subgraphs/feedback/subgraph.js';
import { planOf } from '../support/planOf.js';
import { startTestSubgraph, type Untyped } from '../support/startTestSubgraph.js';

const SURVEY = uuid();
const FIGURES =
  'n promoters passives detractors nps confidenceInterval { level low high margin } explain { formula n }';
const SUMMARY = `query ($period: FeedbackPeriodInput!, $compareTo: FeedbackPeriodInput, $groupBy: NpsGroupBy) {
  npsSummary(period: $period, compareTo: $compareTo, groupBy: $groupBy) {
    from to groupBy
    total { ${FIGURES} } previous { ${FIGURES} }
    change { nps mix rate larger againstEveryGroup reading explain { formula n inputs { name value } } }
    groups {
      kind key survey { id title } share previousShare
      figures { ${FIGURES} } previous { ${FIGURES} } change { nps mix rate effect }
    }
  }
}`;

let subgraph: Awaited<ReturnType<typeof startTestSubgraph>>;
beforeAll(async () => {
  subgraph = await startTestSubgraph(feedback);
  const survey = {
    id: SURVEY,
    title: 'Would you recommend us?',
    kind: 'NPS' as const,
    question: 'Well?',
    active: true,
  };
  await subgraph.database.dataSource.manager.insert(Survey, survey);
});
afterAll(() => subgraph.stop());

interface Answer {
  /** Which period, 1 before, 2 now. */
  period: 1 | 2;
  group: string | null;
  score: number;
}

let year = 1990;
/** Puts answers into two years that no other test uses; returns the periods to ask for. */
async function putAnswers(answers: readonly Answer[]) {
  year += 2;
  const start = (period: number) => new Date(Date.UTC(year + period - 1, 0, 1));
  const rows = answers.map(({ period, group, score }, index) => ({
    id: uuid(),
    surveyId: SURVEY,
    customerId: uuid(),
    kind: 'NPS' as const,
    score,
    respondentGroup: group,
    // The very first moment of a period is part of it.
    respondedAt: new Date(start(period).getTime() + index * 1000),
  }));
  for (let from = 0; from < rows.length; from += 500) {
    await subgraph.database.dataSource.manager.insert(SurveyResponse, rows.slice(from, from + 500));
  }
  const of = (period: number) => ({ from: start(period).toISOString(), to: start(period + 1).toISOString() });
  return { compareTo: of(1), period: of(2) };
}

/** So many of each category of one group in one period. */
function many(period: 1 | 2, group: string | null, promoters: number, passives: number, detractors: number): Answer[] {
  const scores = [
    ...Array.from({ length: promoters }, () => 9),
    ...Array.from({ length: passives }, () => 7),
    ...Array.from({ length: detractors }, () => 3),
  ];
  return scores.map((score) => ({ period, group, score }));
}

async function ask(variables: object) {
  const { data, errors } = await subgraph.ask(SUMMARY, variables);
  expect(errors).toBeUndefined();
  return data.npsSummary;
}

/** Adds texts up, exactly. */
const add = (texts: readonly string[]) => texts.reduce((sum, text) => sum.plus(text), new Big(0));

describe('npsSummary', () => {
  it('explains a total that falls while both groups rise', async () => {
    // A real case: 13.0 -> 10.0, administrators 34.8 -> 42.05, physicians -8.8 -> -2.16. Far fewer administrators answered.
    const periods = await putAnswers([
      ...many(1, 'administrators', 120, 97, 33),
      ...many(1, 'physicians', 70, 88, 92),
      ...many(2, 'administrators', 50, 25, 13),
      ...many(2, 'physicians', 80, 67, 85),
    ]);
    const summary = await ask(periods);
    expect(summary).toMatchObject({
      groupBy: 'RESPONDENT_GROUP',
      previous: { n: 500, nps: '13.0000' },
      total: { n: 320, nps: '10.0000' },
    });
    expect(summary.change).toMatchObject({ nps: '-3.0000', mix: '-9.8776', rate: '6.8776', larger: 'MIX' });
    expect(summary.change.againstEveryGroup).toBe(true);
    expect(summary.change.reading).toBe(
      "NPS fell by -3.0000 although every group rose: -9.8776 by the mix of groups, +6.8776 by the groups' own scores. What moved it is who answered.",
    );
    expect(summary.change.explain).toMatchObject({ n: 820, formula: expect.stringContaining('S2 - S1 = mix + rate') });
    const [physicians, administrators] = summary.groups;
    expect(administrators).toMatchObject({
      key: 'administrators',
      kind: 'NAMED',
      share: '0.2750',
      previousShare: '0.5000',
      previous: { n: 250, promoters: 120, passives: 97, detractors: 33, nps: '34.8000' },
      figures: { n: 88, nps: '42.0455' },
      change: { nps: '7.2455', mix: '-6.0576', rate: '2.8076', effect: '-3.2500' },
    });
    expect(physicians).toMatchObject({
      key: 'physicians',
      previous: { nps: '-8.8000' },
      figures: { nps: '-2.1552' },
      change: { nps: '6.6448', mix: '-3.8200', rate: '4.0700', effect: '0.2500' },
    });
  });

  it('gives the 95 % confidence interval of the normal approximation', async () => {
    // 10 +1, 6 0, 4 -1: mean 0.3, variance (14 - 36 / 20) / 19 = 0.6421053, margin 195.9964 x sqrt(variance / 20) = 35.1185
    const { period } = await putAnswers(many(2, null, 10, 6, 4));
    const { total } = await ask({ period });
    expect(total.confidenceInterval).toEqual({ level: 0.95, low: '-5.1185', high: '65.1185', margin: '35.1185' });
  });

  it('has no interval for one response, and none wider than the scale', async () => {
    const one = await putAnswers([{ period: 2, group: null, score: 9 }]);
    expect((await ask({ period: one.period })).total).toMatchObject({ nps: '100.0000', confidenceInterval: null });
    const few = await putAnswers(many(2, null, 2, 1, 0));
    expect((await ask({ period: few.period })).total.confidenceInterval).toMatchObject({ high: '100.0000' });
    const alike = await putAnswers(many(2, null, 7, 0, 0));
    expect((await ask({ period: alike.period })).total.confidenceInterval).toMatchObject({ margin: '0.0000' });
  });

  it('is empty where nobody answered, and explains no change from nothing', async () => {
    const nothing = { from: '1970-01-01T00:00:00Z', to: '1971-01-01T00:00:00Z' };
    const empty = await ask({ period: nothing, compareTo: nothing });
    expect(empty).toMatchObject({ total: { n: 0, nps: null, confidenceInterval: null }, change: null, groups: [] });
    const { period } = await putAnswers(many(2, 'a', 1, 0, 1));
    const fresh = await ask({ period, compareTo: nothing });
    expect(fresh).toMatchObject({ total: { n: 2, nps: '0.0000' }, previous: { n: 0, nps: null }, change: null });
    expect(fresh.groups).toMatchObject([{ key: 'a', share: '1.0000', previousShare: null, change: null }]);
    expect(await ask({ period })).toMatchObject({ previous: null, change: null, groups: [{ previous: null }] });
  });

  it('puts a group that comes or goes wholly into the mix', async () => {
    const periods = await putAnswers([
      ...many(1, 'stays', 1, 0, 1),
      ...many(1, 'goes', 0, 0, 2),
      ...many(2, 'stays', 1, 0, 1),
      ...many(2, 'comes', 2, 0, 0),
    ]);
    const { change, groups } = await ask(periods);
    expect(change).toMatchObject({ nps: '100.0000', mix: '100.0000', rate: '0.0000', againstEveryGroup: false });
    const byKey = Object.fromEntries(groups.map((group: { key: string; change: object }) => [group.key, group.change]));
    expect(byKey).toEqual({
      stays: { nps: '0.0000', mix: '0.0000', rate: '0.0000', effect: '0.0000' },
      goes: { nps: null, mix: '50.0000', rate: '0.0000', effect: '50.0000' },
      comes: { nps: null, mix: '50.0000', rate: '0.0000', effect: '50.0000' },
    });
  });

  it('tells the fifty largest groups apart and adds up the others', async () => {
    const answers: Answer[] = [];
    for (let i = 0; i < 53; i += 1) answers.push(...many(2, `g${String(i).padStart(2, '0')}`, i < 50 ? 2 : 1, 0, 0));
    const { period } = await putAnswers([...answers, ...many(2, null, 0, 0, 5)]);
    const { groups, total } = await ask({ period });
    expect(groups).toHaveLength(51);
    expect(groups[0]).toMatchObject({ kind: 'UNSTATED', key: null, figures: { n: 5 } });
    expect(groups[1]).toMatchObject({ kind: 'NAMED', key: 'g00' });
    // g49 is as large as g00, and comes after it; of 54 groups the last four are put together.
    expect(groups[50]).toMatchObject({ kind: 'OTHER', key: null, figures: { n: 5, promoters: 5 } });
    expect(total.n).toBe(108);
    expect(add(groups.map(({ share }: { share: string }) => share)).eq(1)).toBe(true);
  });

  it('divides by experience, channel or survey too', async () => {
    const { period } = await putAnswers([]);
    const row = { surveyId: SURVEY, customerId: uuid(), kind: 'NPS' as const, respondedAt: new Date(period.from) };
    await subgraph.database.dataSource.manager.insert(SurveyResponse, [
      { ...row, id: uuid(), score: 9, experience: 'delivery', channel: 'EMAIL' },
      { ...row, id: uuid(), score: 0, experience: 'delivery', channel: 'PHONE' },
      { ...row, id: uuid(), score: 8, experience: 'delivery', channel: 'PHONE' },
    ]);
    const keys = async (groupBy: string) => {
      const { groups } = await ask({ period, groupBy });
      return groups.map((group: { key: string; figures: { n: number } }) => [group.key, group.figures.n]);
    };
    expect(await keys('EXPERIENCE')).toEqual([['delivery', 3]]);
    expect(await keys('CHANNEL')).toEqual([
      ['PHONE', 2],
      ['EMAIL', 1],
    ]);
    expect(await keys('SURVEY')).toEqual([[SURVEY, 3]]);
    const { groups } = await ask({ period, groupBy: 'SURVEY' });
    expect(groups[0].survey).toEqual({ id: SURVEY, title: 'Would you recommend us?' });
  });

  it.each([
    ['a period that ends before it begins', { from: '2020-01-02T00:00:00Z', to: '2020-01-01T00:00:00Z' }],
    ['an empty period', { from: '2020-01-01T00:00:00Z', to: '2020-01-01T00:00:00Z' }],
    ['a period of eleven years', { from: '2010-01-01T00:00:00Z', to: '2021-01-01T00:00:00Z' }],
  ])('refuses %s', async (_what, bad) => {
    const good = { from: '2020-01-01T00:00:00Z', to: '2020-02-01T00:00:00Z' };
    for (const [variables, argument] of [
      [{ period: bad }, 'period.to'],
      [{ period: good, compareTo: bad }, 'compareTo.to'],
    ] as const) {
      const { errors } = await subgraph.ask(SUMMARY, variables);
      expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument });
    }
  });

  it('reads its responses off an index, in one statement', async () => {
    const period = { from: '2020-01-01T00:00:00Z', to: '2020-02-01T00:00:00Z' };
    const statements = await subgraph.statements(() => ask({ period, compareTo: period, groupBy: 'EXPERIENCE' }));
    expect(statements).toHaveLength(1);
    const plan = await planOf(subgraph.database.dataSource, statements[0] ?? '');
    expect(plan).toContain('survey_response_by_kind_responded');
    expect(plan).not.toContain('Seq Scan');
  });
});

/** What one response counts. */
function value(score: number): number {
  return score > 8 ? 1 : score < 7 ? -1 : 0;
}

/** Everything that a summary of these answers must show, recomputed another way: one response at a time, in decimals. */
function recompute(answers: readonly Answer[]) {
  const precise = Big();
  precise.DP = 40;
  const score = (chosen: readonly Answer[]) =>
    chosen.length === 0
      ? null
      : new precise(chosen.reduce((sum, answer) => sum + value(answer.score), 0)).times(100).div(chosen.length);
  const of = (period: number, group?: string | null) =>
    answers.filter((answer) => answer.period === period && (group === undefined || answer.group === group));
  const [S1, S2] = [score(of(1)), score(of(2))];
  const effects = (group: string | null) => {
    const [in1, in2] = [of(1, group), of(2, group)];
    const s1 = score(in1) ?? score(in2);
    const s2 = score(in2) ?? score(in1);
    if (!S1 || !S2 || !s1 || !s2) return null;
    const [w1, w2] = [new precise(in1.length).div(of(1).length), new precise(in2.length).div(of(2).length)];
    return {
      mix: w2.minus(w1).times(s1.plus(s2).minus(S1).minus(S2)).div(2),
      rate: w1.plus(w2).times(s2.minus(s1)).div(2),
    };
  };
  return { S1, S2, effects, n: (period: number, group?: string | null) => of(period, group).length };
}

/** Whether a text shows an exact number, up to so many units of its last digit; null shows null. */
function shows(shown: string | null, exact: Big | null, units: number): boolean {
  if (exact === null || shown === null) return exact === shown;
  return new Big(shown).minus(exact).abs().lte(new Big('0.0001').times(units));
}

type Effects = { mix: string; rate: string; effect: string };
type Group = { key: string | null; share: string; figures: { n: number }; previous: { n: number }; change: Effects };

/** What is wrong with a summary of these answers; nothing, if all is well. */
function faults({ total, previous, change, groups }: Untyped, answers: readonly Answer[]): string[] {
  const expected = recompute(answers);
  const truths: Record<string, boolean> = {
    'n before': previous.n === expected.n(1),
    'n now': total.n === expected.n(2),
    'NPS before': shows(previous.nps, expected.S1, 0.5),
    'NPS now': shows(total.nps, expected.S2, 0.5),
    'change of nothing': (change === null) === (expected.S1 === null || expected.S2 === null),
  };
  for (const group of groups as Group[]) {
    truths[`n before of ${group.key}`] = group.previous.n === expected.n(1, group.key);
    truths[`n now of ${group.key}`] = group.figures.n === expected.n(2, group.key);
    const effects = expected.effects(group.key);
    truths[`mix of ${group.key}`] = shows(group.change?.mix ?? null, effects?.mix ?? null, 2);
    truths[`rate of ${group.key}`] = shows(group.change?.rate ?? null, effects?.rate ?? null, 2);
  }
  if (change !== null) {
    const sum = (pick: (group: Group) => string) => add((groups as Group[]).map(pick)).toFixed(4);
    truths['effects of each group'] = (groups as Group[]).every((group) =>
      new Big(group.change.effect).eq(add([group.change.mix, group.change.rate])),
    );
    truths['sum of mix'] = sum((group) => group.change.mix) === change.mix;
    truths['sum of rate'] = sum((group) => group.change.rate) === change.rate;
    truths['sum of effects'] = sum((group) => group.change.effect) === change.nps;
    truths['mix and rate'] = add([change.mix, change.rate]).toFixed(4) === change.nps;
    truths['difference as shown'] = new Big(total.nps).minus(previous.nps).toFixed(4) === change.nps;
    truths.shares = sum((group) => group.share) === '1.0000';
  }
  return Object.keys(truths).filter((truth) => !truths[truth]);
}

describe('npsSummary of any responses', () => {
  const answer: fc.Arbitrary<Answer> = fc.record({
    period: fc.constantFrom(1, 2),
    group: fc.constantFrom(null, 'a', 'b', 'c', 'd'),
    score: fc.integer({ min: 0, max: 10 }),
  });

  it('has scores that are right, and effects that are right and add up to the change as shown', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(answer, { minLength: 1, maxLength: 120, size: 'max' }), async (answers) => {
        expect(faults(await ask(await putAnswers(answers)), answers)).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });
});
