import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { v7 as uuid } from 'uuid';
import { Survey } from '../../subgraphs/feedback/entities/Survey.js';
import { SurveyResponse } from '../../subgraphs/feedback/entities/SurveyResponse.js';
import { feedback } from '../../subgraphs/feedback/subgraph.js';
import type { SurveyKind } from '../../subgraphs/feedback/surveyKind.js';
import { planOf } from '../support/planOf.js';
import { startTestSubgraph } from '../support/startTestSubgraph.js';

const SURVEYS: Record<SurveyKind, string> = { NPS: uuid(), CSAT: uuid(), CES: uuid() };
const PERIOD = { from: '2024-01-15T00:00:00.000Z', to: '2024-06-15T00:00:00.000Z' };

let subgraph: Awaited<ReturnType<typeof startTestSubgraph>>;
beforeAll(async () => {
  subgraph = await startTestSubgraph(feedback);
  for (const [kind, id] of Object.entries(SURVEYS)) {
    const survey = { id, title: kind, kind: kind as SurveyKind, question: 'Well?', active: true };
    await subgraph.database.dataSource.manager.insert(Survey, survey);
  }
});
afterAll(() => subgraph.stop());

interface Answer {
  kind: SurveyKind;
  score: number;
  respondedAt: Date;
  experience?: string | null;
  verbatim?: string | null;
  language?: string | null;
}

/** Puts the answers of a new customer in as rows; returns their id. */
async function putCustomer(answers: readonly Answer[]): Promise<string> {
  const customerId = uuid();
  const rows = answers.map((answer) => ({ id: uuid(), surveyId: SURVEYS[answer.kind], customerId, ...answer }));
  if (rows.length > 0) await subgraph.database.dataSource.manager.insert(SurveyResponse, rows);
  return customerId;
}

const METRICS = `
  npsScore { value category latestScore explain { n } } satisfaction { value explain { n } }
  effort { value easyShare explain { n } }
  months: sentimentTrend(period: { from: "${PERIOD.from}", to: "${PERIOD.to}" }) {
    value explain { n } buckets { from n value explain { n } }
  }
  weeks: sentimentTrend(period: { from: "${PERIOD.from}", to: "${PERIOD.to}" }, interval: WEEK) { buckets { from n value } }
  frictionPoints(first: 10) { experience value n good bad }
  delightMoments(first: 10) { experience value n good bad }`;

const HALF_OF: Record<SurveyKind, number> = { NPS: 5, CSAT: 2, CES: 3 };
const MIDDLE_OF: Record<SurveyKind, number> = { NPS: 5, CSAT: 3, CES: 4 };

/** The sum of values that are whole thirtieths, exactly, divided once at the end. */
function meanScore(answers: readonly Answer[]): number | null {
  if (answers.length === 0) return null;
  const thirtieths = answers.reduce(
    (sum, { kind, score }) => sum + (30 / HALF_OF[kind]) * (score - MIDDLE_OF[kind]),
    0,
  );
  return thirtieths / (30 * answers.length);
}

/** The Monday, or the first of the month, at or before a moment. */
function stepOf(moment: Date, interval: 'WEEK' | 'MONTH'): string {
  const day = new Date(`${moment.toISOString().slice(0, 10)}T00:00:00.000Z`);
  if (interval === 'MONTH') day.setUTCDate(1);
  else while (day.getUTCDay() !== 1) day.setUTCDate(day.getUTCDate() - 1);
  return day.toISOString();
}

function steps(answers: readonly Answer[], interval: 'WEEK' | 'MONTH') {
  const within = answers.filter(({ respondedAt }) => {
    const moment = respondedAt.toISOString();
    return moment >= PERIOD.from && moment < PERIOD.to;
  });
  const starts = [...new Set(within.map(({ respondedAt }) => stepOf(respondedAt, interval)))].sort();
  return starts.map((from) => {
    const own = within.filter(({ respondedAt }) => stepOf(respondedAt, interval) === from);
    return { from, n: own.length, value: meanScore(own) };
  });
}

const GOOD_FROM: Record<SurveyKind, number> = { NPS: 9, CSAT: 4, CES: 5 };
const BAD_TO: Record<SurveyKind, number> = { NPS: 6, CSAT: 2, CES: 3 };

function experiences(answers: readonly Answer[], sign: 1 | -1) {
  const names = [...new Set(answers.flatMap(({ experience }) => experience ?? []))].sort();
  return names
    .map((experience) => {
      const own = answers.filter((answer) => answer.experience === experience);
      const good = own.filter(({ kind, score }) => score >= GOOD_FROM[kind]).length;
      const bad = own.filter(({ kind, score }) => score <= BAD_TO[kind]).length;
      return { experience, value: (good - bad) / own.length, n: own.length, good, bad };
    })
    .filter(({ value }) => Math.sign(value) === sign)
    .sort((a, b) => sign * (b.value - a.value) || b.n - a.n)
    .slice(0, 10);
}

function ofKind(answers: readonly Answer[], kind: SurveyKind) {
  return answers.filter((answer) => answer.kind === kind).map(({ score }) => score);
}

/** What the graph must say of a customer with these answers, recomputed from them one by one. */
function recompute(answers: readonly Answer[]) {
  const [nps, csat, ces] = [ofKind(answers, 'NPS'), ofKind(answers, 'CSAT'), ofKind(answers, 'CES')];
  // Answers of one customer never have the same moment here, so the latest is one.
  const latest = answers.filter(({ kind }) => kind === 'NPS').sort((a, b) => +b.respondedAt - +a.respondedAt)[0]?.score;
  const promoters = nps.filter((score) => [9, 10].includes(score)).length;
  const detractors = nps.filter((score) => ![7, 8, 9, 10].includes(score)).length;
  const months = steps(answers, 'MONTH');
  const within = answers.filter(({ respondedAt }) => {
    const moment = respondedAt.toISOString();
    return moment >= PERIOD.from && moment < PERIOD.to;
  });
  return {
    npsScore: {
      value: nps.length === 0 ? null : (100 * (promoters - detractors)) / nps.length,
      category: latest === undefined ? null : latest > 8 ? 'PROMOTER' : latest > 6 ? 'PASSIVE' : 'DETRACTOR',
      latestScore: latest ?? null,
      explain: { n: nps.length },
    },
    satisfaction: {
      value: csat.length === 0 ? null : (100 * csat.filter((score) => score > 3).length) / csat.length,
      explain: { n: csat.length },
    },
    effort: {
      value: ces.length === 0 ? null : ces.reduce((sum, score) => sum + score, 0) / ces.length,
      easyShare: ces.length === 0 ? null : ces.filter((score) => score > 4).length / ces.length,
      explain: { n: ces.length },
    },
    months: {
      value: meanScore(within),
      explain: { n: within.length },
      buckets: months.map((bucket) => ({ ...bucket, explain: { n: bucket.n } })),
    },
    weeks: { buckets: steps(answers, 'WEEK') },
    frictionPoints: experiences(answers, -1),
    delightMoments: experiences(answers, 1),
  };
}

const SCALES: [SurveyKind, number, number][] = [
  ['NPS', 0, 10],
  ['CSAT', 1, 5],
  ['CES', 1, 7],
];

const answers: fc.Arbitrary<Answer[]> = fc.uniqueArray(
  fc
    .record({
      scale: fc.constantFrom(...SCALES),
      luck: fc.nat(384),
      respondedAt: fc.date({ min: new Date('2023-12-01'), max: new Date('2024-07-31'), noInvalidDate: true }),
      experience: fc.option(
        fc.constantFrom('delivery', 'advice', 'Zahlung', 'price', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'),
      ),
    })
    .map(({ scale: [kind, min, max], luck, ...more }) => ({
      kind,
      // 385 = 5 x 7 x 11: no score of any scale is likelier than another.
      score: min + (luck % (max - min + 1)),
      ...more,
    })),
  { maxLength: 40, size: 'max', selector: ({ respondedAt }) => respondedAt.getTime() },
);

describe('the metrics of any customers', () => {
  it('are what one gets by going through their responses', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(answers, { minLength: 1, maxLength: 4 }), async (customers) => {
        const ids = await Promise.all(customers.map(putCustomer));
        expect(await subgraph.entities('Customer', ids, METRICS)).toEqual(customers.map(recompute));
      }),
      { numRuns: 25 },
    );
  });
});

/** What somebody wrote who was very satisfied, on the 20th of a month. */
function written(month: string, verbatim: string | null, language: string | null): Answer {
  const respondedAt = new Date(`2024-${month}-20T12:00:00Z`);
  return { kind: 'CSAT', score: 5, respondedAt, verbatim, language };
}

/** What somebody answered about an experience, on a day of February. */
function experienced(day: number, experience: string, score: number, verbatim: string | null): Answer {
  return { kind: 'NPS', score, experience, verbatim, respondedAt: new Date(Date.UTC(2024, 1, day)) };
}

describe('sentimentTrend', () => {
  const TEXT = 'value n unscored scorer { library version model modelVersion languages } explain { formula n }';
  const TREND = `sentimentTrend(period: { from: "${PERIOD.from}", to: "${PERIOD.to}" }) {
    from to interval value text { ${TEXT} } buckets { from n value text { value n unscored } }
  }`;
  it('scores what they wrote in English, and says with what; other languages it counts and leaves', async () => {
    const customerId = await putCustomer([
      written('02', 'I love it, everything was great!', 'en-GB'),
      written('02', 'Ich liebe es!', 'de'),
      written('02', null, null),
      written('03', 'This is terrible and I am very angry.', 'en'),
      written('03', 'It is not good.', 'EN'),
      written('04', 'Great!', null),
      written('07', 'Great, but after the period.', 'en'),
    ]);
    const [{ sentimentTrend: trend }] = await subgraph.entities('Customer', [customerId], TREND);
    expect(trend).toMatchObject({ ...PERIOD, interval: 'MONTH', value: 1, text: { n: 3, unscored: 2 } });
    expect(trend.text.scorer).toEqual({
      library: 'wink-nlp',
      version: expect.stringMatching(/^2\./),
      model: 'wink-eng-lite-web-model',
      modelVersion: expect.stringMatching(/^1\./),
      languages: ['en'],
    });
    expect(trend.text.explain.formula).toContain(`wink-nlp ${trend.text.scorer.version}`);
    const [february, march, april] = trend.buckets;
    expect(february).toMatchObject({ n: 3, text: { n: 1, unscored: 1 } });
    expect(february.text.value).toBeGreaterThan(0);
    expect(march).toMatchObject({ n: 2, text: { n: 2, unscored: 0 } });
    expect(march.text.value).toBeLessThan(0);
    expect(april).toMatchObject({ n: 1, text: { value: null, n: 0, unscored: 1 } });
  });

  it('is empty for a customer who never answered, and takes the last year by default', async () => {
    const [entity] = await subgraph.entities('Customer', [uuid()], `${TREND} last: sentimentTrend { from to value }`);
    expect(entity.sentimentTrend).toMatchObject({ value: null, buckets: [], text: { value: null, n: 0 } });
    const length = Date.parse(entity.last.to) - Date.parse(entity.last.from);
    expect(length).toBe(365 * 24 * 3_600_000);
    expect(Math.abs(Date.parse(entity.last.to) - Date.now())).toBeLessThan(60_000);
  });

  it('refuses a period that is none', async () => {
    const selection = `sentimentTrend(period: { from: "${PERIOD.to}", to: "${PERIOD.from}" }) { value }`;
    await expect(subgraph.entities('Customer', [uuid()], selection)).rejects.toThrow(/period\.to must be after from/);
  });

  it('reads responses and verbatims off an index', async () => {
    const statements = await subgraph.statements(() => subgraph.entities('Customer', [uuid()], TREND));
    expect(statements).toHaveLength(2);
    for (const statement of statements) {
      const plan = await planOf(subgraph.database.dataSource, statement);
      expect(plan).toContain('survey_response_by_customer_responded');
      expect(plan).not.toContain('Seq Scan');
    }
  });
});

describe('frictionPoints and delightMoments', () => {
  it('come with the latest three things that the customer wrote about them', async () => {
    const customerId = await putCustomer([
      ...['Late.', 'Later.', 'Latest.', 'Never came.'].map((words, day) => experienced(day + 1, 'delivery', 2, words)),
      experienced(6, 'delivery', 10, null),
      experienced(7, 'price', 7, 'Fair.'),
      experienced(8, 'advice', 9, 'She knew everything.'),
    ]);
    const selection = 'experience value verbatims { verbatim loop { status } }';
    const [entity] = await subgraph.entities(
      'Customer',
      [customerId],
      `frictionPoints { ${selection} } delightMoments { ${selection} }`,
    );
    const loop = { status: 'OPEN' };
    expect(entity).toEqual({
      frictionPoints: [
        {
          experience: 'delivery',
          value: -0.6,
          verbatims: ['Never came.', 'Latest.', 'Later.'].map((verbatim) => ({ verbatim, loop })),
        },
      ],
      delightMoments: [
        { experience: 'advice', value: 1, verbatims: [{ verbatim: 'She knew everything.', loop: null }] },
      ],
    });
  });

  it.each([0, 11])('refuse %i of them', async (first) => {
    for (const field of ['frictionPoints', 'delightMoments']) {
      const selection = `${field}(first: ${first}) { experience }`;
      await expect(subgraph.entities('Customer', [uuid()], selection)).rejects.toThrow(/first must be 1 to 10/);
    }
  });

  it('read responses and verbatims off an index', async () => {
    const customerId = await putCustomer([
      { kind: 'NPS', score: 1, experience: 'delivery', verbatim: 'Late.', respondedAt: new Date('2024-02-01') },
    ]);
    const selection = 'frictionPoints { experience verbatims { id } }';
    const statements = await subgraph.statements(() => subgraph.entities('Customer', [customerId], selection));
    expect(statements).toHaveLength(2);
    for (const statement of statements) {
      const plan = await planOf(subgraph.database.dataSource, statement);
      expect(plan).toContain('survey_response_by_customer_responded');
      expect(plan).not.toContain('Seq Scan');
    }
  });
});
