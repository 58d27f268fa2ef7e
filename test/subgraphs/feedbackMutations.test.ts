import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { v7 as uuid } from 'uuid';
import { CompetitorRating } from '../../subgraphs/feedback/entities/CompetitorRating.js';
import { EmployeeSurvey } from '../../subgraphs/feedback/entities/EmployeeSurvey.js';
import { Referral } from '../../subgraphs/feedback/entities/Referral.js';
import { Review } from '../../subgraphs/feedback/entities/Review.js';
import { Survey } from '../../subgraphs/feedback/entities/Survey.js';
import { SurveyResponse } from '../../subgraphs/feedback/entities/SurveyResponse.js';
import { feedback } from '../../subgraphs/feedback/subgraph.js';
import { Employee } from '../../subgraphs/identity/entities/Employee.js';
import { createDataSource } from '../../subgraphs/kit/sql/createDataSource.js';
import { migrateSubgraph } from '../../subgraphs/kit/ownership/migrateSubgraph.js';
import { startSubgraph, type RunningSubgraph } from '../../subgraphs/kit/serve/startSubgraph.js';
import { planOf } from '../support/planOf.js';
import { TEST_SIGNING_KEY } from '../support/asGateway.js';
import { createTestDatabase } from '../support/postgres.js';
import { askSubgraph, startTestSubgraph } from '../support/startTestSubgraph.js';
import { untilEmployeesKnown } from '../support/untilEmployeesKnown.js';

const NOBODY = '018f0000-0000-7000-8000-000000000000';
const HOUR = 3_600_000;
const EMPLOYEE = uuid();
const [ANNA, BEN] = [uuid(), uuid()];
const SURVEY = uuid();
const ENTITIES = [Survey, SurveyResponse, Review, CompetitorRating, EmployeeSurvey, Referral];

let subgraph: Awaited<ReturnType<typeof startTestSubgraph>>;
beforeAll(async () => {
  subgraph = await startTestSubgraph(feedback);
  const identity = subgraph.identity.database.dataSource.manager;
  const now = new Date();
  await identity.insert(Employee, { id: EMPLOYEE, name: 'Eva Maier', email: 'eva@example.com', active: true });
  for (const id of [ANNA, BEN]) {
    await identity.insert('Customer', { id, kind: 'PERSON', displayName: 'Somebody', roles: [], createdAt: now });
  }
  await untilEmployeesKnown(subgraph, [EMPLOYEE]);
  const survey = { id: SURVEY, title: 'Recommend us?', kind: 'NPS' as const, question: 'Well?', active: true };
  await subgraph.database.dataSource.manager.insert(Survey, survey);
});
afterAll(() => subgraph.stop());

const at = (hours: number) => new Date(Date.now() + hours * HOUR).toISOString();
const manager = () => subgraph.database.dataSource.manager;

/** How many rows feedback has in all. */
async function rowCount(): Promise<number> {
  const counts = await Promise.all(ENTITIES.map((entity) => manager().count(entity)));
  return counts.reduce((sum, count) => sum + count, 0);
}

/** Puts a response in as a row; returns its id. */
async function putResponse(score: number, more: object = {}): Promise<string> {
  const id = uuid();
  const row = { id, surveyId: SURVEY, customerId: ANNA, kind: 'NPS' as const, score, respondedAt: at(-2) };
  await manager().insert(SurveyResponse, { ...row, ...more });
  return id;
}

let serial = 0;
/** Each mutation with arguments that are good, and different each time. */
const MUTATIONS: Record<string, () => Promise<{ args: string; types: string; fields: string; variables: object }>> = {
  async createSurvey() {
    const input = { title: 'After a visit', kind: 'CES', question: 'Was it easy?' };
    return {
      args: 'input: $input',
      types: '$input: CreateSurveyInput!',
      fields: 'id title kind question active closedAt version createdAt',
      variables: { input },
    };
  },
  async closeSurvey() {
    const id = uuid();
    await manager().insert(Survey, { id, title: 'Short', kind: 'NPS', question: 'Well?', active: true });
    return { args: 'id: $id', types: '$id: ID!', fields: 'id active closedAt version', variables: { id } };
  },
  async submitSurveyResponse() {
    const input = { surveyId: SURVEY, customerId: ANNA, score: 8, verbatim: 'Fine.', language: 'en-gb' };
    return {
      args: 'input: $input',
      types: '$input: SubmitSurveyResponseInput!',
      fields: 'id score verbatim language expected delivered respondedAt customer { id } survey { id } version',
      variables: { input: { ...input, expected: 4, delivered: 5 } },
    };
  },
  async closeLoop() {
    const id = await putResponse(3);
    return {
      args: 'responseId: $id, input: $input',
      types: '$id: ID!, $input: CloseLoopInput!',
      fields: 'id version loop { status closedAt employee { id } outcome note }',
      variables: { id, input: { employeeId: EMPLOYEE.toUpperCase(), outcome: 'RECOVERED', note: 'Sent a new one.' } },
    };
  },
  async recordReview() {
    const input = {
      customerId: BEN,
      site: 'Herold',
      rating: 2,
      title: 'Nass',
      text: 'Es war nass.',
      estimatedReach: 9,
    };
    return {
      args: 'input: $input',
      types: '$input: RecordReviewInput!',
      fields: 'id customer { id } site rating title text recommended estimatedReach publishedAt',
      variables: { input: { ...input, recommended: false, publishedAt: at(-30) } },
    };
  },
  async recordCompetitorRating() {
    const input = { customerId: ANNA, competitor: 'Acme', experience: 'delivery', rating: 4, ours: 3 };
    return {
      args: 'input: $input',
      types: '$input: RecordCompetitorRatingInput!',
      fields: 'id customer { id } competitor experience rating ours verbatim ratedAt',
      variables: { input: { ...input, verbatim: 'They bring it the same day.' } },
    };
  },
  async recordEmployeeSurvey() {
    serial += 1;
    const input = { employeeId: EMPLOYEE, kind: 'ENGAGEMENT', score: 5, period: `${2030 + serial}-Q3` };
    return {
      args: 'input: $input',
      types: '$input: RecordEmployeeSurveyInput!',
      fields: 'id employee { id } kind score period verbatim answeredAt',
      variables: { input: { ...input, verbatim: 'Good people.' } },
    };
  },
  async recordReferral() {
    const referredCustomerId = uuid();
    const now = new Date();
    const row = { id: referredCustomerId, kind: 'PERSON', displayName: 'Carl', roles: [], createdAt: now };
    await subgraph.identity.database.dataSource.manager.insert('Customer', row);
    return {
      args: 'input: $input',
      types: '$input: RecordReferralInput!',
      fields: 'id customer { id } referredCustomer { id } note referredAt',
      variables: { input: { customerId: ANNA, referredCustomerId, note: 'At the fair.' } },
    };
  },
};

/** A call of a mutation, ready to be sent any number of times. */
async function callOf(name: string, change: object = {}, rest: object = {}) {
  const { args, types, fields, variables } = (await MUTATIONS[name]?.()) ?? {
    args: '',
    types: '',
    fields: '',
    variables: {},
  };
  const input = 'input' in variables ? { input: { ...(variables.input as object), ...change } } : {};
  const versioned = name.startsWith('close');
  const query = `mutation (${types}, $key: String${versioned ? ', $expectedVersion: Int' : ''}) {
    ${name}(${args}, idempotencyKey: $key${versioned ? ', expectedVersion: $expectedVersion' : ''}) { ${fields} }
  }`;
  return (more: object = {}) => subgraph.ask(query, { ...variables, ...input, ...rest, ...more });
}

/** What a mutation answers that must succeed. */
async function written(name: string, change: object = {}) {
  const { data, errors } = await (await callOf(name, change))();
  expect(errors).toBeUndefined();
  return data[name];
}

describe.each(Object.keys(MUTATIONS))('%s', (name) => {
  it('repeats its answer to the same key and writes nothing, also when both calls come at once', async () => {
    const call = await callOf(name);
    const before = await rowCount();
    const key = uuid();
    const [first, second] = await Promise.all([call({ key }), call({ key })]);
    expect(first.errors).toBeUndefined();
    expect(second).toEqual(first);
    expect(await call({ key })).toEqual(first);
    expect((await rowCount()) - before).toBe(name.startsWith('close') ? 0 : 1);
  });
});

describe('what is written', () => {
  it('is what was given, with ids and languages in their canonical spelling', async () => {
    const survey = await written('createSurvey');
    expect(survey).toMatchObject({ title: 'After a visit', kind: 'CES', active: true, closedAt: null, version: 1 });
    const response = await written('submitSurveyResponse');
    expect(response).toMatchObject({
      language: 'en-GB',
      expected: 4,
      delivered: 5,
      customer: { id: ANNA },
      version: 1,
    });
    const review = await written('recordReview');
    expect(review).toMatchObject({ customer: { id: BEN }, rating: 2, recommended: false, estimatedReach: 9 });
    const rating = await written('recordCompetitorRating', { customerId: ANNA.toUpperCase() });
    expect(rating).toMatchObject({ customer: { id: ANNA }, competitor: 'Acme', rating: 4, ours: 3 });
    const employeeSurvey = await written('recordEmployeeSurvey', { kind: 'ENPS', score: 10 });
    expect(employeeSurvey).toMatchObject({ employee: { id: EMPLOYEE }, kind: 'ENPS', score: 10 });
    const referral = await written('recordReferral');
    expect(referral).toMatchObject({ customer: { id: ANNA }, note: 'At the fair.' });
    const closed = await written('closeSurvey');
    expect(closed).toMatchObject({ active: false, closedAt: expect.any(String), version: 2 });
    const followedUp = await written('closeLoop', { closedAt: at(-1) });
    const loop = { status: 'CLOSED', employee: { id: EMPLOYEE }, outcome: 'RECOVERED', note: 'Sent a new one.' };
    expect(followedUp).toMatchObject({ loop, version: 2 });
  });

  it.each([
    ['createSurvey', { title: ' ' }, 'input.title'],
    ['createSurvey', { title: 'x'.repeat(201) }, 'input.title'],
    ['createSurvey', { question: '' }, 'input.question'],
    ['submitSurveyResponse', { expected: 0 }, 'input.expected'],
    ['submitSurveyResponse', { delivered: 6 }, 'input.delivered'],
    ['submitSurveyResponse', { language: 'not a language' }, 'input.language'],
    ['closeLoop', { employeeId: NOBODY }, 'input.employeeId'],
    ['closeLoop', { note: 'x'.repeat(10_001) }, 'input.note'],
    ['closeLoop', { closedAt: at(1) }, 'input.closedAt'],
    ['closeLoop', { closedAt: at(-3) }, 'input.closedAt'],
    ['recordReview', { customerId: NOBODY }, 'input.customerId'],
    ['recordReview', { site: '' }, 'input.site'],
    ['recordReview', { rating: 0 }, 'input.rating'],
    ['recordReview', { estimatedReach: -1 }, 'input.estimatedReach'],
    ['recordReview', { publishedAt: at(1) }, 'input.publishedAt'],
    ['recordCompetitorRating', { customerId: NOBODY }, 'input.customerId'],
    ['recordCompetitorRating', { competitor: 'x'.repeat(101) }, 'input.competitor'],
    ['recordCompetitorRating', { rating: 6 }, 'input.rating'],
    ['recordCompetitorRating', { ours: 0 }, 'input.ours'],
    ['recordEmployeeSurvey', { employeeId: NOBODY }, 'input.employeeId'],
    ['recordEmployeeSurvey', { score: 0 }, 'input.score'],
    ['recordEmployeeSurvey', { kind: 'ENPS', score: 11 }, 'input.score'],
    ['recordEmployeeSurvey', { period: '2026-Q5' }, 'input.period'],
    ['recordEmployeeSurvey', { answeredAt: at(1) }, 'input.answeredAt'],
    ['recordReferral', { referredCustomerId: NOBODY }, 'input.referredCustomerId'],
    ['recordReferral', { referredCustomerId: ANNA.toUpperCase() }, 'input.referredCustomerId'],
    ['recordReferral', { referredAt: '0001-01-01T00:00:00Z' }, 'input.referredAt'],
  ])('is nothing when %s is given %j', async (name, change, argument) => {
    const call = await callOf(name, change);
    const before = await rowCount();
    const { data, errors } = await call();
    expect(data).toBeNull();
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument });
    expect(await rowCount()).toBe(before);
  });

  it.each([
    ['closeSurvey', 'id'],
    ['closeLoop', 'responseId'],
  ])('is nothing when %s names what is not there', async (name, argument) => {
    for (const id of [NOBODY, 'x']) {
      const { errors } = await (await callOf(name, {}, { id }))();
      expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument });
    }
  });

  it.each(['closeSurvey', 'closeLoop'])('is nothing when %s comes with a stale version', async (name) => {
    const call = await callOf(name);
    const stale = await call({ expectedVersion: 7 });
    expect(stale.errors?.[0]?.extensions).toMatchObject({ code: 'CONFLICT', currentVersion: 1 });
    expect((await call({ expectedVersion: 1 })).data[name].version).toBe(2);
  });
});

describe('two at once', () => {
  it.each(['closeSurvey', 'closeLoop', 'recordEmployeeSurvey', 'recordReferral'])(
    'do not both %s: one does, the others are told',
    async (name) => {
      const call = await callOf(name);
      const answers = await Promise.all([call(), call(), call(), call()]);
      const refused = answers.flatMap(({ errors }) => errors ?? []);
      expect(refused.map(({ extensions }) => extensions.code)).toEqual(
        Array.from({ length: 3 }, () => 'BAD_USER_INPUT'),
      );
    },
  );

  it('leave no response in a survey that was closed before it', async () => {
    const id = uuid();
    await manager().insert(Survey, { id, title: 'Race', kind: 'NPS', question: 'Well?', active: true });
    const close = await callOf('closeSurvey', {}, { id });
    const submit = await callOf('submitSurveyResponse', { surveyId: id });
    const [, ...answers] = await Promise.all([close(), submit(), submit(), submit()]);
    const taken = answers.filter(({ errors }) => errors === undefined);
    expect(await manager().countBy(SurveyResponse, { surveyId: id })).toBe(taken.length);
    expect((await submit()).errors?.[0]?.extensions).toMatchObject({ argument: 'input.surveyId' });
  });
});

describe('the state machines', () => {
  it('let a survey be closed once, and say that nothing follows', async () => {
    const close = await callOf('closeSurvey');
    await close();
    const refused = { code: 'BAD_USER_INPUT', argument: 'id', allowed: [] };
    expect((await close()).errors?.[0]?.extensions).toMatchObject(refused);
  });

  it('let a loop be closed once, and only that of a detractor', async () => {
    const close = await callOf('closeLoop');
    await close();
    const refused = { code: 'BAD_USER_INPUT', argument: 'responseId', allowed: [] };
    expect((await close()).errors?.[0]?.extensions).toMatchObject(refused);
    for (const score of [7, 10]) {
      const id = await putResponse(score);
      expect((await (await callOf('closeLoop', {}, { id }))()).errors?.[0]?.extensions).toMatchObject(refused);
    }
    const { data } = await subgraph.ask('{ surveyResponses(first: 100) { nodes { kind score loop { status } } } }');
    for (const { score, loop } of data.surveyResponses.nodes) expect(loop !== null).toBe(score < 7);
  });

  it('are held by the table too', async () => {
    const closed = { loopClosedAt: at(-1), loopEmployeeId: EMPLOYEE, loopOutcome: 'EXPLAINED' as const };
    await expect(putResponse(9, closed)).rejects.toThrow(/check constraint/);
    await expect(putResponse(3, { ...closed, loopEmployeeId: null })).rejects.toThrow(/check constraint/);
    await expect(putResponse(3, { loopNote: 'x' })).rejects.toThrow(/check constraint/);
  });
});

describe('openLoops', () => {
  it('lists the detractors whom nobody followed up, the longest waiting first, each once', async () => {
    const first = await putResponse(0, { respondedAt: at(-5000) });
    const second = await putResponse(6, { respondedAt: at(-4999) });
    await putResponse(7, { respondedAt: at(-5000) });
    const third = await putResponse(5, { respondedAt: at(-4998) });
    const call = await callOf('closeLoop', {}, { id: second });
    await call();
    const { data } = await subgraph.ask('{ openLoops(first: 2) { totalCount nodes { id loop { status closedAt } } } }');
    const open = { status: 'OPEN', closedAt: null };
    expect(data.openLoops.nodes).toEqual([
      { id: first, loop: open },
      { id: third, loop: open },
    ]);
  });
});

describe('lists', () => {
  it('have an index for each filter in each order', async () => {
    const lists: [string, string, string[]][] = [
      ['competitorRatings', 'RATED_AT', ['{}', '{ competitor: "Acme" }', '{ experience: "delivery" }']],
      [
        'employeeSurveys',
        'ANSWERED_AT',
        ['{}', `{ employeeId: "${EMPLOYEE}" }`, '{ kind: ENPS }', '{ period: "2026" }'],
      ],
      ['referrals', 'REFERRED_AT', []],
    ];
    const queries = lists.flatMap(([list, order, filters]) =>
      [`${order}_DESC`, `${order}_ASC`].flatMap((orderBy) => [
        `{ ${list}(orderBy: ${orderBy}) { nodes { id } } }`,
        ...filters.map((filter) => `{ ${list}(filter: ${filter}, orderBy: ${orderBy}) { nodes { id } } }`),
      ]),
    );
    for (const query of [...queries, '{ openLoops { nodes { id } } }']) {
      const [statement = ''] = await subgraph.statements(() => subgraph.ask(query));
      const plan = await planOf(subgraph.database.dataSource, statement);
      expect([query, plan]).toEqual([query, expect.stringContaining('Index')]);
      expect([query, plan]).toEqual([query, expect.not.stringMatching(/Seq Scan|Sort|Filter/)]);
    }
    for (const list of ['competitorRatings(orderBy: RATED_AT_DESC)', 'referrals(orderBy: REFERRED_AT_ASC)']) {
      const selection = `${list} { nodes { id } }`;
      const [statement = ''] = await subgraph.statements(() => subgraph.entities('Customer', [NOBODY], selection));
      const plan = await planOf(subgraph.database.dataSource, statement);
      expect([list, plan]).toEqual([list, expect.not.stringMatching(/Seq Scan|Sort|Filter/)]);
    }
  });

  it('are filtered, and each row is found by its id', async () => {
    const { data: made } = await (
      await callOf('recordCompetitorRating', { competitor: 'Rival', experience: 'price' })
    )();
    const { id } = made.recordCompetitorRating;
    const { data, errors } = await subgraph.ask(
      `query ($id: ID!) {
        rival: competitorRatings(filter: { competitor: "Rival" }) { totalCount nodes { id } }
        price: competitorRatings(filter: { experience: "price", competitor: "Acme" }) { totalCount }
        competitorRating(id: $id) { id customer { id } } none: competitorRating(id: "x") { id }
        employeeSurveys(filter: { employeeId: "${EMPLOYEE}", kind: ENGAGEMENT }) { nodes { employee { id } kind } }
        nobody: employeeSurveys(filter: { employeeId: "${NOBODY}" }) { totalCount }
        employeeSurvey(id: "${NOBODY}") { id } referral(id: "x") { id }
      }`,
      { id },
    );
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({
      rival: { totalCount: 1, nodes: [{ id }] },
      price: { totalCount: 0 },
      competitorRating: { id, customer: { id: ANNA } },
      none: null,
      nobody: { totalCount: 0 },
      employeeSurvey: null,
      referral: null,
    });
    const [node] = data.employeeSurveys.nodes;
    expect(node).toEqual({ employee: { id: EMPLOYEE }, kind: 'ENGAGEMENT' });
    const bad = await subgraph.ask('{ employeeSurveys(filter: { period: "soon" }) { totalCount } }');
    expect(bad.errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'filter.period' });
    expect(await subgraph.entities('CompetitorRating', [id, 'x', NOBODY], 'id')).toEqual([{ id }, null, null]);
  });
});

describe('the migration', () => {
  it('keeps the rows that the code before it wrote, and takes more of them', async () => {
    const database = await createTestDatabase();
    const before = { ...feedback, migrations: feedback.migrations.slice(0, 1) };
    await migrateSubgraph(before, database.url);
    const source = await createDataSource(feedback, { url: database.url, poolSize: 1 }).initialize();
    const [survey, response, later] = [uuid(), uuid(), uuid()];
    let running: RunningSubgraph | undefined;
    const put = (id: string) =>
      source.query(
        `INSERT INTO survey_response (id, survey_id, customer_id, kind, score, responded_at) VALUES ($1, $2, $3, 'NPS', 2, now())`,
        [id, survey, ANNA],
      );
    try {
      await source.query(`INSERT INTO survey (id, title, kind, question) VALUES ($1, 'Old', 'NPS', 'Well?')`, [survey]);
      await put(response);
      expect(await migrateSubgraph(feedback, database.url)).toContain('CompleteFeedback1763900000000');
      await put(later);
      const config = {
        databaseUrl: database.url,
        host: '127.0.0.1',
        port: 0,
        identityUrl: subgraph.identity.url,
        signingKeys: [TEST_SIGNING_KEY],
      };
      running = await startSubgraph(feedback, { ...config, poolSize: 2 }, pino({ level: 'silent' }));
      const { data } = await askSubgraph(
        'feedback',
        running.url,
        `{ openLoops { nodes { id version language loop { status closedAt } survey { id active closedAt } } } }`,
      );
      const old = { version: 1, language: null, loop: { status: 'OPEN', closedAt: null } };
      expect(data.openLoops.nodes).toEqual(
        [response, later].map((id) => ({ id, ...old, survey: { id: survey, active: true, closedAt: null } })),
      );
    } finally {
      await running?.stop();
      await source.destroy();
      await database.drop();
    }
  });
});
