import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 as uuid } from 'uuid';
import { CompetitorRating } from '../../subgraphs/feedback/entities/CompetitorRating.js';
import { Referral } from '../../subgraphs/feedback/entities/Referral.js';
import { Review } from '../../subgraphs/feedback/entities/Review.js';
import { Survey } from '../../subgraphs/feedback/entities/Survey.js';
import { SurveyResponse } from '../../subgraphs/feedback/entities/SurveyResponse.js';
import { ReviewOrderBy } from '../../subgraphs/feedback/reviewList.js';
import { feedback } from '../../subgraphs/feedback/subgraph.js';
import type { SurveyKind } from '../../subgraphs/feedback/surveyKind.js';
import { SurveyOrderBy } from '../../subgraphs/feedback/surveyList.js';
import { SurveyResponseOrderBy } from '../../subgraphs/feedback/surveyResponseList.js';
import { planOf } from '../support/planOf.js';
import { startTestSubgraph } from '../support/startTestSubgraph.js';

const NOBODY = '018f0000-0000-7000-8000-000000000000';
const HOUR = 3_600_000;
/** One active survey of each kind, and one that has ended. */
const SURVEYS = { NPS: uuid(), CSAT: uuid(), CES: uuid(), ENDED: uuid() };

let subgraph: Awaited<ReturnType<typeof startTestSubgraph>>;
beforeAll(async () => {
  subgraph = await startTestSubgraph(feedback);
  for (const [name, id] of Object.entries(SURVEYS)) {
    await subgraph.database.dataSource.manager.insert(Survey, {
      id,
      title: `The ${name} survey`,
      kind: name === 'ENDED' ? 'NPS' : (name as SurveyKind),
      question: 'Well?',
      active: name !== 'ENDED',
    });
  }
});
afterAll(() => subgraph.stop());

let serial = 0;
/** The id of a customer nobody else in this file has. */
async function newCustomer(): Promise<string> {
  serial += 1;
  const { data } = await subgraph.identity.ask(
    `mutation ($email: String!) {
      identifyCustomer(input: { displayName: "Somebody", emails: [$email] }) { customer { id } }
    }`,
    { email: `somebody${serial}@example.com` },
  );
  return data.identifyCustomer.customer.id;
}

/** So many hours from now. */
function at(hours: number): Date {
  return new Date(Date.now() + hours * HOUR);
}

/** Puts responses of a customer in as rows, the first the earliest. */
async function putResponses(customerId: string, kind: SurveyKind, scores: number[]): Promise<string[]> {
  const rows = scores.map((score, index) => ({
    id: uuid(),
    surveyId: SURVEYS[kind],
    customerId,
    kind,
    score,
    respondedAt: at(index - 100),
  }));
  await subgraph.database.dataSource.manager.insert(SurveyResponse, rows);
  return rows.map(({ id }) => id);
}

const RESPONSE = `id survey { id title } customer { id } kind score verbatim respondentGroup experience importance
  channel respondedAt`;
const SUBMIT = `mutation ($input: SubmitSurveyResponseInput!) { submitSurveyResponse(input: $input) { ${RESPONSE} } }`;

async function responseCount() {
  return (await subgraph.ask('{ surveyResponses { totalCount } }')).data.surveyResponses.totalCount;
}

/** The ids of a customer's list, read to its end in pages of two. */
async function walk(field: string, args: string, customerId: string): Promise<string[]> {
  const seen: string[] = [];
  let after: string | null = null;
  do {
    const page = `(first: 2, ${args}, after: ${JSON.stringify(after)})`;
    const [entity] = await subgraph.entities(
      'Customer',
      [customerId],
      `list: ${field}${page} { nodes { id } pageInfo { hasNextPage endCursor } }`,
    );
    seen.push(...entity.list.nodes.map(({ id }: { id: string }) => id));
    after = entity.list.pageInfo.hasNextPage ? entity.list.pageInfo.endCursor : null;
  } while (after);
  return seen;
}

/** The inputs of a metric by name. */
function inputs(metric: { explain: { inputs: { name: string; value: string }[] } }) {
  return Object.fromEntries(metric.explain.inputs.map(({ name, value }) => [name, value]));
}

describe('submitSurveyResponse', () => {
  it('records an answer with the words that came with it', async () => {
    const customerId = await newCustomer();
    const words = {
      score: 3,
      verbatim: 'Schnell, aber das Paket war feucht.',
      respondentGroup: 'private',
      experience: 'delivery',
      importance: 5,
      channel: 'EMAIL',
      respondedAt: at(-2).toISOString(),
    };
    const input = { surveyId: SURVEYS.CSAT.toUpperCase(), customerId: customerId.toUpperCase(), ...words };
    const { data, errors } = await subgraph.ask(SUBMIT, { input });
    expect(errors).toBeUndefined();
    const response = data.submitSurveyResponse;
    expect(response).toEqual({
      ...words,
      id: expect.any(String),
      survey: { id: SURVEYS.CSAT, title: 'The CSAT survey' },
      customer: { id: customerId },
      kind: 'CSAT',
    });
    const again = await subgraph.ask(`query ($id: ID!) { surveyResponse(id: $id) { ${RESPONSE} } }`, response);
    expect(again.data.surveyResponse).toEqual(response);
  });

  it('takes a bare score, as of now, and a second answer to the same survey', async () => {
    const customerId = await newCustomer();
    for (const score of [1, 7]) {
      const { data } = await subgraph.ask(SUBMIT, { input: { surveyId: SURVEYS.CES, customerId, score } });
      expect(data.submitSurveyResponse).toMatchObject({ kind: 'CES', score, verbatim: null, channel: null });
      expect(Math.abs(Date.parse(data.submitSurveyResponse.respondedAt) - Date.now())).toBeLessThan(60_000);
    }
  });

  it.each([
    ['NPS', 0, 10],
    ['CSAT', 1, 5],
    ['CES', 1, 7],
  ] as const)('takes %s scores of %i to %i and no others', async (kind, min, max) => {
    const customerId = await newCustomer();
    const submit = (score: number) => subgraph.ask(SUBMIT, { input: { surveyId: SURVEYS[kind], customerId, score } });
    for (const score of [min, max]) expect((await submit(score)).errors).toBeUndefined();
    const before = await responseCount();
    for (const score of [min - 1, max + 1]) {
      const refused = { code: 'BAD_USER_INPUT', argument: 'input.score', min, max };
      expect((await submit(score)).errors?.[0]?.extensions).toMatchObject(refused);
    }
    expect(await responseCount()).toBe(before);
  });

  it.each([
    ['an unknown survey', { surveyId: NOBODY }, 'input.surveyId'],
    ['a survey id that is no UUID', { surveyId: '' }, 'input.surveyId'],
    ['a survey that has ended', { surveyId: SURVEYS.ENDED }, 'input.surveyId'],
    ['an unknown customer', { customerId: NOBODY }, 'input.customerId'],
    ['an empty customer id', { customerId: '' }, 'input.customerId'],
    ['a verbatim over its limit', { verbatim: 'x'.repeat(10_001) }, 'input.verbatim'],
    ['a group over its limit', { respondentGroup: 'x'.repeat(101) }, 'input.respondentGroup'],
    ['an experience over its limit', { experience: 'x'.repeat(201) }, 'input.experience'],
    ['an importance of 0', { importance: 0 }, 'input.importance'],
    ['an importance of 6', { importance: 6 }, 'input.importance'],
    ['a future answer', { respondedAt: at(1) }, 'input.respondedAt'],
    ['an absurd time', { respondedAt: '0001-01-01T00:00:00Z' }, 'input.respondedAt'],
  ])('refuses %s and writes nothing', async (_what, more, argument) => {
    const customerId = await newCustomer();
    const before = await responseCount();
    const { data, errors } = await subgraph.ask(SUBMIT, {
      input: { surveyId: SURVEYS.NPS, customerId, score: 9, ...more },
    });
    expect(data).toBeNull();
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument });
    expect(await responseCount()).toBe(before);
  });
});

describe('the tables', () => {
  it('hold a response to its scale and to the kind of its survey', async () => {
    const row = { surveyId: SURVEYS.CSAT, customerId: NOBODY, respondedAt: at(0) };
    const insert = (kind: SurveyKind, score: number) =>
      subgraph.database.dataSource.manager.insert(SurveyResponse, { ...row, id: uuid(), kind, score });
    await expect(insert('CSAT', 6)).rejects.toThrow(/check constraint/);
    await expect(insert('NPS', 4)).rejects.toThrow(/foreign key/);
  });
});

describe('metrics', () => {
  const METRICS = `
    npsScore { value category latestScore explain { formula inputs { name value } n asOf } }
    satisfaction { value explain { formula inputs { name value } n } }
    effort { value easyShare explain { inputs { name value } n } }`;

  it('are null for a customer who never answered', async () => {
    const [entity] = await subgraph.entities('Customer', [await newCustomer()], METRICS);
    expect(entity).toMatchObject({
      npsScore: { value: null, category: null, latestScore: null, explain: { n: 0 } },
      satisfaction: { value: null, explain: { n: 0 } },
      effort: { value: null, easyShare: null, explain: { n: 0 } },
    });
  });

  it('are what one computes by hand', async () => {
    const customerId = await newCustomer();
    await putResponses(customerId, 'NPS', [0, 6, 7, 8, 9, 10, 10, 7]);
    await putResponses(customerId, 'CSAT', [1, 3, 4, 5, 5, 2]);
    await putResponses(customerId, 'CES', [1, 4, 5, 7, 7]);
    await putResponses(await newCustomer(), 'NPS', [0, 0, 0]);

    const [entity] = await subgraph.entities('Customer', [customerId], METRICS);
    expect(entity.npsScore).toMatchObject({ value: 12.5, category: 'PASSIVE', latestScore: 7, explain: { n: 8 } });
    expect(inputs(entity.npsScore)).toEqual({ promoters: '3', passives: '3', detractors: '2' });
    expect(entity.satisfaction).toMatchObject({ value: 50, explain: { n: 6 } });
    expect(inputs(entity.satisfaction)).toEqual({ satisfied: '3', responses: '6' });
    expect(entity.effort).toMatchObject({ value: 24 / 5, easyShare: 0.6, explain: { n: 5 } });
    expect(inputs(entity.effort)).toEqual({ 'sum of scores': '24', easy: '3', responses: '5' });
  });

  it.each([
    [0, 'DETRACTOR', -100],
    [6, 'DETRACTOR', -100],
    [7, 'PASSIVE', 0],
    [8, 'PASSIVE', 0],
    [9, 'PROMOTER', 100],
    [10, 'PROMOTER', 100],
  ])('put a customer whose one score is %i among the %sS', async (score, category, value) => {
    const customerId = await newCustomer();
    await putResponses(customerId, 'NPS', [score]);
    const [entity] = await subgraph.entities('Customer', [customerId], METRICS);
    expect(entity.npsScore).toMatchObject({ value, category, latestScore: score });
  });

  it('take the category from the latest response, whichever was entered last', async () => {
    const customerId = await newCustomer();
    const row = { surveyId: SURVEYS.NPS, customerId, kind: 'NPS' as const };
    await subgraph.database.dataSource.manager.insert(SurveyResponse, [
      { ...row, id: uuid(), score: 10, respondedAt: at(-1) },
      { ...row, id: uuid(), score: 2, respondedAt: at(-5) },
    ]);
    const [entity] = await subgraph.entities('Customer', [customerId], METRICS);
    expect(entity.npsScore).toMatchObject({ value: 0, category: 'PROMOTER', latestScore: 10 });
  });
});

describe('lists', () => {
  it('pages through each list of a customer, each row once, equal times too', async () => {
    const customerId = await newCustomer();
    const manager = subgraph.database.dataSource.manager;
    const moment = at(-5);
    const ids = Array.from({ length: 5 }, () => uuid());
    const response = { surveyId: SURVEYS.NPS, customerId, kind: 'NPS' as const, score: 9, respondedAt: moment };
    await manager.insert(
      SurveyResponse,
      ids.map((id) => ({ ...response, id })),
    );
    await manager.insert(
      Review,
      ids.map((id) => ({ id, customerId, site: 'Trustpilot', rating: 5, publishedAt: moment })),
    );
    const reversed = ids.toReversed();
    expect(await walk('responses', 'orderBy: RESPONDED_AT_DESC', customerId)).toEqual(reversed);
    expect(await walk('responses', 'orderBy: RESPONDED_AT_ASC', customerId)).toEqual(ids);
    expect(await walk('reviews', 'orderBy: PUBLISHED_AT_DESC', customerId)).toEqual(reversed);
    expect(await walk('reviews', 'orderBy: PUBLISHED_AT_ASC', customerId)).toEqual(ids);
  });

  it('filters responses by kind and survey, of a customer and at the root, totals too', async () => {
    const customerId = await newCustomer();
    await putResponses(customerId, 'NPS', [1, 2]);
    const [csat] = await putResponses(customerId, 'CSAT', [3]);
    const surveyId = SURVEYS.NPS;
    const [entity] = await subgraph.entities(
      'Customer',
      [customerId],
      `all: responses { totalCount } csat: responses(filter: { kind: CSAT }) { totalCount nodes { id } }
       ofSurvey: responses(filter: { surveyId: "${surveyId}" }) { totalCount nodes { survey { id } } }
       both: responses(filter: { surveyId: "${surveyId}", kind: CSAT }) { totalCount nodes { id } }
       nonsense: responses(filter: { surveyId: "x" }) { totalCount }`,
    );
    expect(entity).toEqual({
      all: { totalCount: 3 },
      csat: { totalCount: 1, nodes: [{ id: csat }] },
      ofSurvey: { totalCount: 2, nodes: [{ survey: { id: surveyId } }, { survey: { id: surveyId } }] },
      both: { totalCount: 0, nodes: [] },
      nonsense: { totalCount: 0 },
    });
    const { data } = await subgraph.ask(`{
      all: surveyResponses { totalCount }
      nps: surveyResponses(filter: { kind: NPS }) { totalCount }
      csat: surveyResponses(filter: { kind: CSAT }) { totalCount }
      ces: surveyResponses(filter: { kind: CES }, orderBy: RESPONDED_AT_ASC) { totalCount }
    }`);
    expect(data.nps.totalCount + data.csat.totalCount + data.ces.totalCount).toBe(data.all.totalCount);
    expect(data.csat.totalCount).toBeGreaterThan(0);
  });

  it('filters surveys by kind and by whether they are active', async () => {
    const { data } = await subgraph.ask(`{
      nps: surveys(filter: { kind: NPS }) { totalCount }
      ended: surveys(filter: { active: false }) { totalCount nodes { id title kind question active version } }
      active: surveys(filter: { active: true }, orderBy: CREATED_AT_ASC) { totalCount }
      one: survey(id: "${SURVEYS.CES}") { kind } none: survey(id: "${NOBODY}") { id } nonsense: survey(id: "x") { id }
    }`);
    expect(data).toMatchObject({
      nps: { totalCount: 2 },
      ended: { totalCount: 1, nodes: [{ id: SURVEYS.ENDED, active: false, version: 1 }] },
      active: { totalCount: 3 },
      one: { kind: 'CES' },
      none: null,
      nonsense: null,
    });
  });

  it('filters reviews by site and stars, known customer or not', async () => {
    const customerId = await newCustomer();
    const review = {
      text: 'Wieder gern',
      site: 'Herold',
      publishedAt: at(-1),
      estimatedReach: 1200,
      recommended: true,
    };
    const [known, unknown] = [uuid(), uuid()];
    await subgraph.database.dataSource.manager.insert(Review, [
      { ...review, id: known, customerId, rating: 4, title: 'Gut' },
      { ...review, id: unknown, rating: 1 },
    ]);
    const { data, errors } = await subgraph.ask(
      `query ($known: ID!) {
        site: reviews(filter: { site: "Herold" }) { totalCount }
        bad: reviews(filter: { site: "Herold", rating: 1 }) { nodes { id customer { id } title } }
        none: reviews(filter: { rating: 2000000000 }) { totalCount }
        review(id: $known) { id customer { id } site rating title text recommended estimatedReach }
        unknown: review(id: "${NOBODY}") { id }
      }`,
      { known },
    );
    expect(errors).toBeUndefined();
    expect(data).toEqual({
      site: { totalCount: 2 },
      bad: { nodes: [{ id: unknown, customer: null, title: null }] },
      none: { totalCount: 0 },
      review: {
        id: known,
        customer: { id: customerId },
        site: 'Herold',
        rating: 4,
        title: 'Gut',
        text: 'Wieder gern',
        recommended: true,
        estimatedReach: 1200,
      },
      unknown: null,
    });
    const bad = await subgraph.ask('query ($site: String) { reviews(filter: { site: $site }) { totalCount } }', {
      site: '\0',
    });
    expect(bad.errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'filter.site' });
  });

  it.each(['surveys', 'surveyResponses', 'reviews'])('refuses a bad page of %s', async (list) => {
    for (const [args, argument] of [
      ['first: 0', 'first'],
      ['first: 101', 'first'],
      ['after: "nonsense"', 'after'],
    ]) {
      const { errors } = await subgraph.ask(`{ ${list}(${args}) { totalCount nodes { id } } }`);
      expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument });
    }
  });

  it('has an index for each filter in each order', async () => {
    const lists: [string, string[], string[]][] = [
      ['surveys', Object.keys(SurveyOrderBy), ['{}', '{ kind: NPS }', '{ active: true }']],
      [
        'surveyResponses',
        Object.keys(SurveyResponseOrderBy),
        ['{}', '{ kind: NPS }', `{ surveyId: "${SURVEYS.NPS}" }`],
      ],
      ['reviews', Object.keys(ReviewOrderBy), ['{}', '{ site: "Google" }', '{ rating: 1 }']],
    ];
    for (const [list, orders, filters] of lists) {
      for (const orderBy of orders) {
        for (const filter of filters) {
          const query = `{ ${list}(filter: ${filter}, orderBy: ${orderBy}) { nodes { id } } }`;
          const [statement = ''] = await subgraph.statements(() => subgraph.ask(query));
          const plan = await planOf(subgraph.database.dataSource, statement);
          expect([query, plan]).toEqual([query, expect.stringContaining('Index')]);
          expect([query, plan]).toEqual([query, expect.not.stringMatching(/Seq Scan|Sort|Filter/)]);
        }
      }
    }
  });

  it("has an index for each order of a customer's list", async () => {
    for (const [list, orders] of [
      ['responses', Object.keys(SurveyResponseOrderBy)],
      ['reviews', Object.keys(ReviewOrderBy)],
    ] as const) {
      for (const orderBy of orders) {
        const selection = `${list}(orderBy: ${orderBy}) { nodes { id } }`;
        const [statement = ''] = await subgraph.statements(() => subgraph.entities('Customer', [NOBODY], selection));
        const plan = await planOf(subgraph.database.dataSource, statement);
        expect([selection, plan]).toEqual([selection, expect.stringContaining('Index')]);
        expect([selection, plan]).toEqual([selection, expect.not.stringMatching(/Seq Scan|Sort|Filter/)]);
      }
    }
  });
});

describe('_entities', () => {
  it('runs as many statements for fifty customers as for one, whatever is asked', async () => {
    const ids = Array.from({ length: 50 }, () => uuid());
    for (const customerId of ids) {
      await putResponses(customerId, 'NPS', [1, 9]);
      await putResponses(customerId, 'CES', [2]);
      await subgraph.database.dataSource.manager.update(
        SurveyResponse,
        { customerId, kind: 'NPS' },
        { experience: 'delivery', verbatim: 'It was good.', language: 'en' },
      );
      await subgraph.database.dataSource.manager.update(
        SurveyResponse,
        { customerId, kind: 'CES' },
        { experience: 'help' },
      );
      const rating = { customerId, competitor: 'Acme', experience: 'delivery', rating: 2, ratedAt: at(-1) };
      await subgraph.database.dataSource.manager.insert(CompetitorRating, { ...rating, id: uuid() });
      const referral = { customerId, referredCustomerId: uuid(), referredAt: at(-1) };
      await subgraph.database.dataSource.manager.insert(Referral, { ...referral, id: uuid() });
      const review = { customerId, site: 'Google', rating: 4, publishedAt: at(-1) };
      await subgraph.database.dataSource.manager.insert(Review, [
        { ...review, id: uuid() },
        { ...review, id: uuid() },
      ]);
    }
    const selection = `id
      responses(first: 2) { totalCount nodes { ${RESPONSE} } }
      nps: responses(first: 1, filter: { kind: NPS }, orderBy: RESPONDED_AT_ASC) { totalCount nodes { id } }
      reviews(first: 2) { totalCount nodes { id site rating title text recommended estimatedReach publishedAt } }
      npsScore { value category latestScore } satisfaction { value } effort { value easyShare }
      competitorRatings(first: 2) { totalCount nodes { id competitor ours customer { id } } }
      referrals(first: 2) { totalCount nodes { id customer { id } referredCustomer { id } } }
      sentimentTrend { value text { value n } buckets { from value n text { value n } } }
      weekly: sentimentTrend(interval: WEEK) { value buckets { n } }
      frictionPoints { experience value n verbatims { id verbatim loop { status } } }
      delightMoments { experience value n verbatims { id verbatim } }`;
    let answers = 0;
    const run = (customerIds: string[]) =>
      subgraph.statements(async () => {
        const entities = await subgraph.entities('Customer', customerIds, selection);
        for (const entity of entities) {
          answers += entity.reviews.nodes.length + entity.responses.nodes.length;
          answers += entity.frictionPoints.length + entity.sentimentTrend.text.n + entity.referrals.nodes.length;
        }
      });
    const one = await run(ids.slice(0, 1));
    const fifty = await run(ids);
    expect(answers).toBe(51 * (4 + 1 + 2 + 1));
    expect(fifty).toHaveLength(one.length);
    expect(fifty.length).toBeGreaterThan(0);
  });

  it('reads fifty surveys, responses and reviews in one statement each', async () => {
    const ids = await putResponses(
      await newCustomer(),
      'NPS',
      Array.from({ length: 50 }, () => 9),
    );
    for (const [typename, known] of [
      ['SurveyResponse', 50],
      ['Survey', 0],
      ['Review', 0],
    ] as const) {
      let found: unknown[] = [];
      const statements = await subgraph.statements(async () => {
        found = await subgraph.entities(typename, ids, 'id');
      });
      expect(statements).toHaveLength(1);
      expect(found.filter(Boolean)).toHaveLength(known);
    }
  });

  it('answers in order and in canonical ids, with null for what is malformed, and duplicates alike', async () => {
    const customerId = await newCustomer();
    const customers = await subgraph.entities('Customer', [customerId.toUpperCase(), 'x', customerId], 'id');
    expect(customers).toEqual([{ id: customerId }, null, { id: customerId }]);
    const [id = ''] = await putResponses(customerId, 'NPS', [9]);
    const selection = 'id customer { id }';
    const responses = await subgraph.entities('SurveyResponse', [id.toUpperCase(), 'x', NOBODY, id], selection);
    const expected = { id, customer: { id: customerId } };
    expect(responses).toEqual([expected, null, null, expected]);
  });
});
