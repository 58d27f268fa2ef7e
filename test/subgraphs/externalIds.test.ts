import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { v7 as uuid } from 'uuid';
import { subgraphs } from '../../subgraphs/all.js';
import { recordId } from '../../subgraphs/kit/flow/recordId.js';
import { runImport } from '../support/runImport.js';
import { settled } from '../support/settled.js';
import { askSubgraph, type GraphQLAnswer, type Untyped } from '../support/startTestSubgraph.js';
import { startTestSubgraphs, type TestSubgraphs } from '../support/startTestSubgraphs.js';
import { waitUntil } from '../support/waitUntil.js';

/** What another system sends twice, by the id under which it knows it, is there once. */

let graph: TestSubgraphs;
let product: string;
let survey: string;

beforeAll(async () => {
  graph = await startTestSubgraphs();
  [{ id: product }] = await graph.sql(
    `INSERT INTO sales.product (id, name, unit_price, currency) VALUES (gen_random_uuid(), 'Tea', 4, 'EUR') RETURNING id`,
  );
  survey = await newSurvey();
});
afterAll(() => graph.stop());

const newSurvey = async (): Promise<string> => {
  const query = 'mutation { createSurvey(input: { title: "Us", kind: NPS, question: "Well?" }) { id } }';
  return (await graph.ask('feedback', query)).createSurvey.id;
};

interface Mutation {
  readonly subgraph: string;
  readonly input: string;
  readonly table: string;
  /** What it is told of, without customer and id. */
  readonly told: () => object;
  /** Makes something else of it. */
  readonly other?: () => Promise<object>;
  /** Where it may be of nobody: what tells that it is somebody else's. */
  readonly otherPerson?: object;
}

const MUTATIONS: Readonly<Record<string, Mutation>> = {
  recordTouchpoint: {
    subgraph: 'touchpoints',
    input: 'RecordTouchpointInput',
    table: 'touchpoints.touchpoint',
    told: () => ({ channel: 'PHONE', direction: 'INBOUND', kind: 'CONTACT', department: 'SALES', summary: 'Called' }),
    other: async () => ({ kind: 'NOTE' }),
  },
  openCase: {
    subgraph: 'service',
    input: 'OpenCaseInput',
    table: 'service.service_case',
    told: () => ({ subject: 'Broken', kind: 'PROBLEM', channel: 'EMAIL', body: 'It is broken.' }),
    other: async () => ({ kind: 'COMPLAINT' }),
  },
  placeOrder: {
    subgraph: 'sales',
    input: 'PlaceOrderInput',
    table: 'sales.customer_order',
    told: () => ({ currency: 'EUR', lines: [{ productId: product, quantity: 2 }] }),
    other: async () => ({ currency: 'USD', lines: [{ productId: product, quantity: 2, unitPrice: '5' }] }),
  },
  submitSurveyResponse: {
    subgraph: 'feedback',
    input: 'SubmitSurveyResponseInput',
    table: 'feedback.survey_response',
    told: () => ({ surveyId: survey, score: 3 }),
    other: async () => ({ surveyId: await newSurvey() }),
  },
  recordReview: {
    subgraph: 'feedback',
    input: 'RecordReviewInput',
    table: 'feedback.review',
    told: () => ({ site: 'Trustpilot', rating: 4 }),
    other: async () => ({ site: 'Google' }),
    otherPerson: { rating: 1 },
  },
  captureLead: {
    subgraph: 'sales',
    input: 'CaptureLeadInput',
    table: 'sales.lead',
    told: () => ({ name: 'Anna', email: 'anna@example.com', source: 'WEB' }),
    otherPerson: { name: 'Bert', email: 'bert@example.com' },
  },
};
const NAMES = Object.keys(MUTATIONS);

function mutation(name: string): Mutation {
  const found = MUTATIONS[name];
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
}

/** Calls one of them with what it is told, and this. */
async function call(name: string, given: object, key?: string): Promise<GraphQLAnswer> {
  const { subgraph, input, told } = mutation(name);
  const selection = name === 'captureLead' || name === 'recordReview' ? 'id' : 'id customer { id }';
  const query = `mutation ($input: ${input}!, $key: String) { ${name}(input: $input, idempotencyKey: $key) { ${selection} } }`;
  return askSubgraph(subgraph, graph.urls[subgraph] ?? '', query, { input: { ...told(), ...given }, key });
}

async function done(name: string, given: object, key?: string): Promise<Untyped> {
  const { data, errors } = await call(name, given, key);
  expect(errors).toBeUndefined();
  return data[name];
}

async function refused(name: string, given: object): Promise<string> {
  const { errors } = await call(name, given);
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT' });
  return JSON.stringify(errors);
}

async function newCustomer(): Promise<string> {
  const query = `mutation { identifyCustomer(input: { displayName: "Anna", emails: ["${uuid()}@example.com"] }) { customer { id } } }`;
  return (await graph.ask('identity', query)).identifyCustomer.customer.id;
}

async function rows(name: string, customerId: string): Promise<Untyped[]> {
  return graph.sql(`SELECT id FROM ${mutation(name).table} WHERE customer_id = $1`, [customerId]);
}

const allSettled = () =>
  settled(
    (statement) => graph.sql(statement),
    subgraphs.map(({ name }) => name),
  );

const touchpointsOf = (customerId: string) =>
  graph.sql('SELECT id FROM touchpoints.touchpoint WHERE customer_id = $1', [customerId]);

/** As eight days later: keys are forgotten, and what was written is old. */
async function eightDaysPass(name: string): Promise<void> {
  const { subgraph, table } = mutation(name);
  await graph.sql(`DELETE FROM ${subgraph}.idempotency_key`);
  const column = name === 'recordTouchpoint' ? 'recorded_at' : 'created_at';
  await graph.sql(`UPDATE ${table} SET ${column} = ${column} - interval '8 days'`);
  await graph.sql(`DELETE FROM ${subgraph}.inbox`);
}

const shop = (id: string) => ({ externalId: { source: 'shop', id } });

describe.each(NAMES)('%s', (name) => {
  it('counts once what comes twice, eight days apart', async () => {
    const customerId = await newCustomer();
    const given = { customerId, ...shop(uuid()) };
    const first = await done(name, given, `key ${customerId}`);
    await allSettled();
    const { length: told } = await touchpointsOf(customerId);
    expect(told).toBe(1);
    await eightDaysPass(name);
    expect(await done(name, given, `key ${customerId}`)).toEqual(first);
    expect(await done(name, { ...given, externalId: { source: ' shop ', id: given.externalId.id } })).toEqual(first);
    await allSettled();
    expect(await rows(name, customerId)).toEqual([{ id: first.id }]);
    expect(await touchpointsOf(customerId)).toHaveLength(told);
  });

  it('counts each without an id, of each source, and with each id', async () => {
    const customerId = await newCustomer();
    const id = uuid();
    await done(name, { customerId });
    await done(name, { customerId });
    await done(name, { customerId, ...shop(id) });
    await done(name, { customerId, ...shop(`${id} `.toUpperCase()) });
    await done(name, { customerId, externalId: { source: 'other shop', id } });
    expect(await rows(name, customerId)).toHaveLength(5);
  });

  it('counts once what comes five times at the same moment', async () => {
    const given = { customerId: await newCustomer(), ...shop(uuid()) };
    const answers = await Promise.all(Array.from({ length: 5 }, () => done(name, given, uuid())));
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
    expect(await rows(name, given.customerId)).toHaveLength(1);
    await allSettled();
    expect(await touchpointsOf(given.customerId)).toHaveLength(1);
  });

  it('refuses an id that is of another customer, and tells nothing of that', async () => {
    const [customerId, other] = [await newCustomer(), await newCustomer()];
    const given = { customerId, ...shop(uuid()) };
    const { id } = await done(name, given);
    const message = await refused(name, { ...given, customerId: other });
    expect(message).toContain('input.externalId');
    expect(message).not.toContain(id);
    expect(message).not.toContain(customerId);
    expect(await rows(name, other)).toEqual([]);
    expect(await rows(name, customerId)).toEqual([{ id }]);
  });

  it('gives the row of who was merged, by either id, and nothing of who was erased', async () => {
    const [customerId, survivor] = [await newCustomer(), await newCustomer()];
    const given = { customerId, ...shop(uuid()) };
    const first = await done(name, given);
    await graph.ask(
      'identity',
      `mutation { mergeCustomers(customerId: "${customerId}", intoId: "${survivor}") { customer { id } } }`,
    );
    await allSettled();
    expect((await done(name, given)).id).toBe(first.id);
    const again = await done(name, { ...given, customerId: survivor });
    expect(again.id).toBe(first.id);
    expect(await rows(name, survivor)).toEqual([{ id: first.id }]);
    await graph.ask('identity', `mutation { eraseCustomer(customerId: "${survivor}", reason: REQUESTED) { id } }`);
    await allSettled();
    expect(await refused(name, given)).toContain('there is no Customer');
    expect(await refused(name, { ...given, customerId: survivor })).toContain('there is no Customer');
  });
});

it('is one id, composed or not', async () => {
  const given = { customerId: await newCustomer(), externalId: { source: 'Café', id: `Ü ${uuid()}` } };
  const { source, id } = given.externalId;
  const decomposed = { source: source.normalize('NFD'), id: id.normalize('NFD') };
  expect(decomposed).not.toEqual(given.externalId);
  const first = await done('placeOrder', given);
  expect(await done('placeOrder', { ...given, externalId: decomposed })).toEqual(first);

  const add = `mutation ($id: ID!, $externalId: ExternalIdInput!) {
    addExternalId(customerId: $id, externalId: $externalId) { externalIds { source id } } }`;
  for (const externalId of [decomposed, given.externalId]) {
    const { addExternalId } = await graph.ask('identity', add, { id: given.customerId, externalId });
    expect(addExternalId.externalIds).toEqual([given.externalId]);
    const query = 'query ($externalId: ExternalIdInput) { customer360(externalId: $externalId) { id } }';
    const { customer360 } = await graph.ask('identity', query, { externalId });
    expect(customer360.id).toBe(given.customerId);
  }
});

it.each(NAMES.filter((name) => mutation(name).other))('%s refuses an id that is of another thing', async (name) => {
  const given = { customerId: await newCustomer(), ...shop(uuid()) };
  const { id } = await done(name, given);
  expect(await refused(name, { ...given, ...(await mutation(name).other?.()) })).toContain('input.externalId');
  expect(await rows(name, given.customerId)).toEqual([{ id }]);
});

describe.each(NAMES.filter((name) => mutation(name).otherPerson))('%s of nobody', (name) => {
  it('is refused when what is there is of a customer who was erased', async () => {
    const customerId = await newCustomer();
    const given = shop(uuid());
    await done(name, { ...given, customerId });
    await graph.ask('identity', `mutation { eraseCustomer(customerId: "${customerId}", reason: REQUESTED) { id } }`);
    await allSettled();
    expect(await refused(name, given)).toContain('erased');
  });

  it('counts once as well, also when it says whose it is the second time', async () => {
    const given = shop(uuid());
    const { id } = await done(name, given);
    expect((await done(name, given)).id).toBe(id);
    expect((await done(name, { ...given, customerId: await newCustomer() })).id).toBe(id);
  });

  it('is refused, and told nothing, when what is there is of somebody else', async () => {
    const given = shop(uuid());
    const { id } = await done(name, given);
    const message = await refused(name, { ...given, ...mutation(name).otherPerson });
    expect(message).toContain('input.externalId');
    for (const there of [id, 'anna']) expect(message.toLowerCase()).not.toContain(there);
    expect((await done(name, given)).id).toBe(id);
  });
});

it('captureLead does not tell who may not see the address of a lead whether it is another', async () => {
  const externalId = { source: 'crm', id: uuid() };
  const lead = { externalId, name: 'Anna', source: 'WEB' };
  await done('captureLead', { ...lead, email: 'anna@example.com' });
  const query = 'mutation ($input: CaptureLeadInput!) { captureLead(input: $input) { id email } }';
  const caller = { subject: 'form', scopes: ['sales:write'] };
  const capture = (email: string) => graph.ask('sales', query, { input: { ...lead, email } }, caller);
  expect(await capture('anna@example.com')).toEqual(await capture('otto@example.com'));
});

it('captureLead takes one who gave an address and no address for the same', async () => {
  const [known, unknown] = [shop(uuid()), { ...shop(uuid()), email: null }];
  const { id } = await done('captureLead', known);
  expect((await done('captureLead', { ...known, email: null })).id).toBe(id);
  expect((await done('captureLead', { ...known, email: 'Anna@Example.com' })).id).toBe(id);
  const { id: other } = await done('captureLead', unknown);
  expect((await done('captureLead', { ...unknown, email: 'anna@example.com' })).id).toBe(other);
});

it('gives what was answered when the survey takes no more responses', async () => {
  const surveyId = await newSurvey();
  const given = { customerId: await newCustomer(), surveyId, ...shop(uuid()) };
  const first = await done('submitSurveyResponse', given);
  await graph.ask('feedback', `mutation { closeSurvey(id: "${surveyId}") { id } }`);
  expect(await done('submitSurveyResponse', given)).toEqual(first);
});

const MAPPING = (source: string) => `
source: ${source}
zone: UTC
files:
  customers:
    file: customers.csv
    key: 'No'
    targets: [{ entity: identity.Customer, fields: { kind: { constant: PERSON }, displayName: Name } }]
  surveys:
    file: surveys.csv
    key: Title
    targets:
      - entity: feedback.Survey
        fields: { title: Title, question: Title, kind: { constant: NPS } }
  orders:
    file: records.csv
    key: Id
    targets:
      - entity: sales.Order
        fields:
          number: { template: '{Id} of ${source}' }
          customerId: &customer { column: Cust, reference: customers }
          placedAt: &at { column: At, format: dd.MM.yyyy }
          currency: { constant: EUR }
          total: { constant: 8 }
  cases:
    file: records.csv
    key: Id
    targets:
      - entity: service.Case
        fields:
          { customerId: *customer, openedAt: *at, subject: Id, kind: { constant: PROBLEM }, channel: { constant: EMAIL }, status: { constant: OPEN } }
  responses:
    file: records.csv
    key: Id
    targets:
      - entity: feedback.SurveyResponse
        fields: { customerId: *customer, respondedAt: *at, surveyId: { column: Survey, reference: surveys }, kind: { constant: NPS }, score: { constant: 3 } }
  reviews:
    file: records.csv
    key: Id
    targets:
      - entity: feedback.Review
        fields: { customerId: *customer, publishedAt: *at, site: { constant: Trustpilot }, rating: { constant: 4 } }
  leads:
    file: records.csv
    key: Id
    targets:
      - entity: sales.Lead
        fields: { customerId: *customer, capturedAt: *at, name: Id }
  touchpoints:
    file: records.csv
    key: Id
    targets:
      - entity: touchpoints.Touchpoint
        fields:
          customerId: *customer
          occurredAt: *at
          channel: { constant: PHONE }
          direction: { constant: INBOUND }
          kind: { constant: CONTACT }
          department: { constant: SALES }
          summary: Id
`;

it('is what another transaction wrote that was not over when it was looked for', async () => {
  const { id: customerId } = (
    await graph.ask(
      'identity',
      'mutation { identifyCustomer(input: { displayName: "W", emails: ["w@example.com"] }) { customer { id } } }',
    )
  ).identifyCustomer.customer;
  const id = recordId('desk', 'service.Case', 'W-1');
  const other = new Client({ connectionString: graph.databaseUrl });
  await other.connect();
  await other.query('BEGIN');
  await other.query(
    `INSERT INTO service.service_case (id, customer_id, subject, kind, channel, opened_at, first_response_due_at, resolution_due_at)
     VALUES ($1, $2, 'Broken', 'PROBLEM', 'EMAIL', now(), now(), now())`,
    [id, customerId],
  );
  const opening = graph.ask(
    'service',
    `mutation { openCase(input: { customerId: "${customerId}", externalId: { source: "desk", id: "W-1" }, subject: "Broken", kind: PROBLEM, channel: EMAIL, body: "B" }) { id } }`,
  );
  await waitUntil(
    async () =>
      (await graph.sql(`SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`))
        .length > 0,
  );
  await other.query('COMMIT');
  await other.end();
  expect((await opening).openCase).toEqual({ id });
});

describe('an import of the same source', () => {
  it.each([
    ['before', 'X-1'],
    ['after', 'X-2'],
  ])('%s the call brings the same rows', async (when, id) => {
    const source = `shop ${when}`;
    const folder = mkdtempSync(join(tmpdir(), 'customer360-external-'));
    const put = (name: string, text: string) => writeFileSync(join(folder, name), text);
    const load = async () => {
      const { code, out, err } = await runImport(
        ['m.yaml', '--data', '.'],
        { DATABASE_URL: graph.databaseUrl },
        folder,
      );
      expect([code, out, err]).toEqual([0, expect.anything(), '']);
    };
    try {
      put('customers.csv', 'No,Name\n1,Anna Beispiel\n');
      put('surveys.csv', `Title\n${source}\n`);
      put('records.csv', 'Id,Cust,At,Survey\n');
      put('m.yaml', MAPPING(source));
      await load();
      const query = `{ customer360(externalId: { source: "${source}", id: "1" }) { id } }`;
      const customerId = (await graph.ask('identity', query)).customer360.id;
      const [{ id: surveyId }] = await graph.sql('SELECT id FROM feedback.survey WHERE title = $1', [source]);
      const records = async () => put('records.csv', `Id,Cust,At,Survey\n${id},1,02.03.2026,${source}\n`);
      const ids: Untyped = {};
      const send = async () => {
        for (const name of NAMES) {
          const told = name === 'submitSurveyResponse' ? { surveyId } : {};
          ids[name] = (await done(name, { ...told, customerId, externalId: { source, id } })).id;
        }
      };
      const steps = { before: [records, load, send], after: [send, records, load] }[when] ?? [];
      for (const step of steps) await step();
      for (const name of NAMES.filter((one) => one !== 'recordTouchpoint')) {
        expect([name, await rows(name, customerId)]).toEqual([name, [{ id: ids[name] }]]);
      }
      const touchpoints = await graph.sql(
        'SELECT id, summary FROM touchpoints.touchpoint WHERE customer_id = $1 AND NOT reported',
        [customerId],
      );
      expect(touchpoints).toEqual([{ id: ids.recordTouchpoint, summary: id }]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
