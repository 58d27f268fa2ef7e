import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { pino } from 'pino';
import sqlTag, { raw } from 'sql-template-tag';
import { v7 as uuid } from 'uuid';
import { customerErased, customerMerged } from '../../schema/contract.js';
import { signReceipt } from '../../schema/signature.js';
import { subgraphs } from '../../subgraphs/all.js';
import { openEventBus } from '../../subgraphs/kit/flow/openEventBus.js';
import { eraseCustomer } from '../../subgraphs/kit/ownership/eraseCustomer.js';
import { tablesOf } from '../../subgraphs/kit/ownership/ownedTables.js';
import { eraseOnceMore } from '../../subgraphs/kit/ownership/settleErasures.js';
import { createDataSource } from '../../subgraphs/kit/sql/createDataSource.js';
import { sales } from '../../subgraphs/sales/subgraph.js';
import { service } from '../../subgraphs/service/subgraph.js';
import { TEST_SIGNING_KEY } from '../support/asGateway.js';
import { askSubgraph, startTestSubgraph, type Untyped } from '../support/startTestSubgraph.js';
import { waitUntil } from '../support/waitUntil.js';
import { startTestSubgraphs, type TestSubgraphs } from '../support/startTestSubgraphs.js';
import { settled } from '../support/settled.js';

const SCHEMAS = ['identity', 'sales', 'service', 'feedback', 'marketing', 'touchpoints'];

/** In every text that is kept of the customer who is erased, and in none of anybody else. */
const MARKER = 'zqmarker';

/** What stays of a customer who was erased; docs/privacy.md says why. */
const KEPT_TABLES = ['identity.audit_entry'];
const KEPT_COLUMNS = [
  'feedback.competitor_rating.competitor',
  'feedback.competitor_rating.experience',
  'feedback.review.site',
  'feedback.survey_response.channel',
  'feedback.survey_response.experience',
  'feedback.survey_response.respondent_group',
  'marketing.consent_event.source',
  'marketing.consent_event.source_key',
  'marketing.consent_event.text',
  'sales.customer_order.number',
  'service.service_case.channel',
];

let graph: TestSubgraphs;
let client: Client;
let employee: string;
let product: string;
let survey: string;
let victim: string;
let neighbour: string;
let keys = 0;

interface Sent {
  readonly subgraph: string;
  readonly query: string;
}
const sent: Sent[] = [];

/** Runs a mutation, with a key by which it may be sent again. `call` names it and its arguments in parentheses. */
async function write(subgraph: string, call: string, selection = '{ id }'): Promise<Untyped> {
  const query = `mutation { ${call.replace(/\)$/, `, idempotencyKey: "k${keys++}")`)} ${selection} }`;
  sent.push({ subgraph, query });
  return Object.values(await graph.ask(subgraph, query))[0];
}

/** Makes a customer about whom every department writes something down, with a word in all that is said. */
async function tell(word: string, phone: string): Promise<string> {
  const { customer } = await write(
    'identity',
    `identifyCustomer(input: { displayName: "Zoe ${word}", emails: ["${word}@example.com"], phones: ["${phone}"],
      externalIds: [{ source: "crm", id: "${word}" }] })`,
    '{ customer { id } }',
  );
  const id: string = customer.id;
  const who = `"${id}"`;
  const household = await write('identity', `createHousehold(name: "Household ${word}")`);
  await write('identity', `updateCustomer(id: ${who}, input: { householdId: "${household.id}" })`);
  await write(
    'identity',
    `setAddress(customerId: ${who}, input: { label: "home", lines: ["${word}"], city: "${word}", country: "AT" })`,
  );
  await write('identity', `setPreference(customerId: ${who}, input: { label: "meat", note: "${word}" })`);
  const firm = await write(
    'identity',
    `identifyCustomer(input: { displayName: "Firm", kind: ORGANIZATION, emails: ["firm${phone.slice(1)}@example.com"] })`,
    '{ customer { id } }',
  );
  await write(
    'identity',
    `addMember(input: { organizationId: "${firm.customer.id}", personId: ${who}, role: "${word}" })`,
  );

  await write(
    'sales',
    `captureLead(input: { name: "${word}", email: "${word}@example.com", source: WEB, customerId: ${who} })`,
  );
  await write('sales', `assignAccount(customerId: ${who}, ownerId: "${employee}")`, '{ version }');
  await write(
    'sales',
    `logActivity(input: { kind: CALL, customerId: ${who}, employeeId: "${employee}", subject: "${word}", notes: "${word}",
      documents: [{ name: "${word}", url: "https://example.com/${word}" }] })`,
  );
  await write(
    'sales',
    `openOpportunity(input: { customerId: ${who}, name: "${word}", amount: { amount: "70", currency: "EUR" } })`,
  );
  await write(
    'sales',
    `placeOrder(input: { customerId: ${who}, currency: "EUR", lines: [{ productId: "${product}", quantity: 2 }] })`,
  );
  await graph.sql(
    `INSERT INTO sales.category_spend (customer_id, year, currency, amount, source) VALUES ($1, 2026, 'EUR', 5, $2)`,
    [id, word],
  );

  const { id: caseId } = await write(
    'service',
    `openCase(input: { customerId: ${who}, subject: "${word}", kind: COMPLAINT, channel: EMAIL, body: "${word}" })`,
  );
  await write('service', `replyToCase(caseId: "${caseId}", input: { body: "${word}", employeeId: "${employee}" })`);
  await write('service', `resolveCase(id: "${caseId}", resolution: "${word}")`);
  await write('service', `reopenCase(id: "${caseId}", reason: "${word}")`);
  await write(
    'service',
    `makePromise(input: { customerId: ${who}, caseId: "${caseId}", what: "${word}", dueAt: "2030-01-01T00:00:00Z" })`,
  );
  await write(
    'service',
    `grantGoodwill(input: { customerId: ${who}, amount: { amount: "5", currency: "EUR" }, reason: "${word}", employeeId: "${employee}" })`,
  );

  await write(
    'feedback',
    `submitSurveyResponse(input: { surveyId: "${survey}", customerId: ${who}, score: 2, verbatim: "${word}", experience: "delivery" })`,
  );
  await write(
    'feedback',
    `recordReview(input: { customerId: ${who}, site: "X", rating: 2, title: "${word}", text: "${word}", estimatedReach: 1 })`,
  );
  await write(
    'feedback',
    `recordCompetitorRating(input: { customerId: ${who}, competitor: "Y", experience: "price", rating: 3, verbatim: "${word}" })`,
  );
  await write(
    'feedback',
    `recordReferral(input: { customerId: ${who}, referredCustomerId: "${firm.customer.id}", note: "${word}" })`,
  );

  await graph.sql(
    `WITH s AS (INSERT INTO marketing.segment (id, name) VALUES (gen_random_uuid(), $2) RETURNING id)
     INSERT INTO marketing.segment_member (id, segment_id, customer_id) SELECT gen_random_uuid(), id, $1 FROM s`,
    [id, `segment ${phone}`],
  );
  await graph.sql(
    `INSERT INTO marketing.trait (id, customer_id, name, kind, value, source, observed_at)
     VALUES (gen_random_uuid(), $1, $2, 'CULTURAL', $2, $2, now())`,
    [id, word],
  );
  await graph.sql(
    `WITH c AS (INSERT INTO marketing.campaign (id, name, channel, starts_at)
       VALUES (gen_random_uuid(), 'Spring', 'EMAIL', now()) RETURNING id)
     INSERT INTO marketing.exposure (id, campaign_id, customer_id, sent_at, source, source_key)
     SELECT gen_random_uuid(), id, $1, now(), $2, $2 FROM c`,
    [id, word],
  );
  await graph.sql(
    `INSERT INTO marketing.consent_event (id, customer_id, purpose, action, source, text)
     VALUES (gen_random_uuid(), $1, 'MARKETING', 'GRANTED', 'shop', 'I agree')`,
    [id],
  );
  await write(
    'marketing',
    `withdrawConsent(input: { customerId: ${who}, purpose: RESEARCH, source: "call", note: "${word}" })`,
  );
  await write(
    'touchpoints',
    `recordTouchpoint(input: { customerId: ${who}, channel: PHONE, direction: INBOUND, kind: CONTACT, department: SALES,
      summary: "${word}", emotion: "${word}" })`,
  );
  return id;
}

interface Table {
  readonly name: string;
  /** Which of its rows are of the customer $1. */
  readonly rows: string;
}

/** The tables of all subgraphs that hold something of a customer: by a column, or as part of a row that does. */
async function customerTables(): Promise<Table[]> {
  const owning: { table: string; column: string }[] = await graph.sql(
    `SELECT table_schema || '.' || table_name AS table, column_name AS column FROM information_schema.columns
     WHERE table_schema = ANY($1) AND column_name IN ('customer_id', 'person_id') AND table_name NOT IN ('erased_customer', 'customer_alias', 'erasure_account', 'erasure', 'erasure_receipt', 'legal_hold')`,
    [SCHEMAS],
  );
  const parts: { table: string; column: string; parent: string }[] = await graph.sql(
    `SELECT conrelid::regclass::text AS table, confrelid::regclass::text AS parent, a.attname AS column
     FROM pg_constraint JOIN pg_attribute a ON a.attrelid = conrelid AND a.attnum = conkey[1] WHERE contype = 'f'`,
  );
  const own = owning.map(({ table, column }) => ({ name: table, rows: `${column} = $1` }));
  const inherited = parts.flatMap(({ table, column, parent }) => {
    const owner = own.find(({ name }) => name === parent);
    const isOwn = own.some(({ name }) => name === table);
    return owner && !isOwn
      ? [{ name: table, rows: `${column} IN (SELECT id FROM ${parent} WHERE ${owner.rows})` }]
      : [];
  });
  const customer = { name: 'identity.customer', rows: 'id = $1' };
  return [customer, ...own, ...inherited].filter(({ name }) => !KEPT_TABLES.includes(name));
}

/** Writes the marker into every text of the customer that takes one: where a list of values is prescribed, it does not. */
async function markAll(customerId: string): Promise<string[]> {
  const marked: string[] = [];
  // Imports fill columns that no mutation does, and some tables refuse changes.
  await client.query('SET session_replication_role = replica');
  for (const { name, rows } of await customerTables()) {
    const { rows: columns } = await client.query<{ name: string; type: string }>(
      `SELECT attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute
       WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
         AND format_type(atttypid, atttypmod) IN ('text', 'text[]', 'jsonb')`,
      [name],
    );
    const sets = columns.map((column) => [column]);
    for (const [first, second] of [
      ['source', 'source_key'],
      ['source_type', 'source_id'],
    ]) {
      const pair = columns.filter((column) => column.name === first || column.name === second);
      if (pair.length === 2) sets.push(pair);
    }
    for (const set of sets) {
      // Another for each row, where it is a key.
      const values = set
        .map(
          ({ name: column, type }) => `${column} = ${valueOf(type)}${column.endsWith('_key') ? ' || ctid::text' : ''}`,
        )
        .join(', ');
      try {
        await client.query(`UPDATE ${name} SET ${values} WHERE ${rows}`, [customerId]);
        marked.push(...set.map((column) => `${name}.${column.name}`));
      } catch (error) {
        // 23514: a check that names the values.
        if ((error as { code?: string }).code !== '23514') throw error;
      }
    }
  }
  await client.query('SET session_replication_role = DEFAULT');
  return [...new Set(marked)];
}

function valueOf(type: string): string {
  if (type === 'text[]') return `ARRAY['${MARKER}']`;
  if (type === 'jsonb') return `'{"a": "${MARKER}"}'`;
  return `'${MARKER}'`;
}

/** Where the marker is found, in whatever column of whatever table of the database: those of the subgraphs, of the event bus, of webhooks. */
async function placesOfMarker(): Promise<string[]> {
  const tables: { name: string }[] = await graph.sql(
    `SELECT table_schema || '.' || table_name AS name FROM information_schema.tables
     WHERE table_schema <> ALL('{pg_catalog,information_schema}') AND table_type = 'BASE TABLE'`,
  );
  const found: string[] = [];
  for (const { name } of tables) {
    const columns: { column: string }[] = await graph.sql(
      `SELECT DISTINCT e.key AS column FROM ${name} AS t, jsonb_each_text(to_jsonb(t)) AS e WHERE e.value ILIKE '%${MARKER}%'`,
    );
    found.push(...columns.map(({ column }) => `${name}.${column}`));
  }
  return found.sort();
}

const YEAR_MS = 365 * 24 * 60 * 60 * 1000;
const FIGURES = {
  feedback: `{ npsSummary(period: { from: "${new Date(Date.now() - YEAR_MS).toISOString()}", to: "${new Date(Date.now() + YEAR_MS).toISOString()}" }) { total { n promoters passives detractors } } }`,
  sales: '{ pipeline { stage count } orders { totalCount } opportunities { totalCount } activities { totalCount } }',
  service: '{ cases { totalCount } }',
  touchpoints: '{ touchpoints { totalCount } }',
};

async function figures(): Promise<Untyped> {
  return Promise.all(Object.entries(FIGURES).map(([subgraph, query]) => graph.ask(subgraph, query)));
}

/** All rows of a customer, for comparison. */
async function rowsOf(customerId: string): Promise<Untyped[]> {
  const tables = await customerTables();
  const found: Untyped[] = [];
  for (const { name, rows } of tables) {
    found.push([
      name,
      await graph.sql(`SELECT to_jsonb(t) AS row FROM ${name} t WHERE ${rows} ORDER BY 1`, [customerId]),
    ]);
  }
  return found;
}

const allSettled = (): Promise<void> => settled((statement) => graph.sql(statement), SCHEMAS);

let before: { figures: Untyped; neighbour: Untyped };
let marked: string[];

beforeAll(async () => {
  graph = await startTestSubgraphs();
  client = new Client({ connectionString: graph.databaseUrl });
  await client.connect();
  employee = (await graph.ask('identity', 'mutation { createEmployee(input: { name: "Eva Lang" }) { id } }'))
    .createEmployee.id;
  await allSettled();
  [{ id: product }] = await graph.sql(
    `INSERT INTO sales.product (id, name, unit_price, currency) VALUES (gen_random_uuid(), 'Tea', 4, 'EUR') RETURNING id`,
  );
  await graph.ask(
    'service',
    `mutation { setGoodwillAuthority(input: { employeeId: "${employee}", limit: { amount: "100", currency: "EUR" } }) { id } }`,
  );
  survey = (
    await graph.ask(
      'feedback',
      'mutation { createSurvey(input: { title: "Us", kind: NPS, question: "Well?" }) { id } }',
    )
  ).createSurvey.id;
  neighbour = await tell('neighbour', '+436601111111');
  sent.length = 0;
  victim = await tell(MARKER, '+436602222222');
  await allSettled();
  marked = await markAll(victim);
  await graph.sql(
    `INSERT INTO touchpoints.dead_letter (consumer, event_id, event, reason) VALUES ('timeline', 'x', $1, $2)`,
    [JSON.stringify({ type: 'x.v1', subject: victim, data: { summary: MARKER } }), `cannot read ${MARKER}`],
  );
  before = { figures: await figures(), neighbour: await rowsOf(neighbour) };
});
afterAll(async () => {
  await client.end();
  await graph.stop();
});

describe('a customer who is erased', () => {
  test('had something written down in every table that can hold it', async () => {
    const empty: string[] = [];
    for (const { name, rows } of await customerTables()) {
      if ((await graph.sql(`SELECT FROM ${name} WHERE ${rows}`, [victim])).length === 0) empty.push(name);
    }
    // Somebody takes a touchpoint off a journey; it holds no text.
    expect([...new Set(empty)]).toEqual(['touchpoints.journey_exclusion']);
    expect(marked.length).toBeGreaterThan(40);
  });

  test('is told of by no answer that is kept for an idempotency key, even before', async () => {
    for (const schema of SCHEMAS) {
      const kept: { told: string }[] = await graph.sql(
        `SELECT to_jsonb(t)::text AS told FROM ${schema}.idempotency_key t`,
      );
      const told = kept.map((row) => row.told).filter((text) => /neighbour/i.test(text) || text.includes(MARKER));
      expect([schema, told]).toEqual([schema, []]);
    }
    const names = await graph.sql(`SELECT answer->>'$entity' AS name FROM sales.idempotency_key`);
    expect(names).toContainEqual({ name: 'Lead' });
  });

  test('leaves no text behind, in any table of any department', async () => {
    const erase = `mutation ($id: ID!) { eraseCustomer(customerId: $id, reason: REQUESTED, idempotencyKey: "erase") { id customer { id displayName erasedAt erasureReason version } } }`;
    const { eraseCustomer: erasure } = await graph.ask('identity', erase, { id: victim });
    expect(erasure.customer).toMatchObject({ id: victim, displayName: 'Erased customer', erasureReason: 'REQUESTED' });
    expect(erasure.customer.erasedAt).not.toBeNull();
    await allSettled();
    expect(await placesOfMarker()).toEqual(KEPT_COLUMNS);
    // Again, with the key and without, it is the same.
    expect((await graph.ask('identity', erase, { id: victim })).eraseCustomer).toEqual(erasure);
    const again = await graph.ask('identity', erase.replace(', idempotencyKey: "erase"', ''), { id: victim });
    expect(again.eraseCustomer).toEqual(erasure);
  });

  test('writes no row anew when it is done once more, as it is every hour for a day', async () => {
    for (const definition of subgraphs) {
      const source = await createDataSource(definition, { url: graph.databaseUrl, poolSize: 1 }).initialize();
      const places = async (): Promise<object> => {
        const each = tablesOf(source).map(({ name }) => name);
        const found = await Promise.all(
          each.map((name) => source.query(`SELECT t.ctid::text AS at FROM "${name}" t ORDER BY t.ctid`)),
        );
        return Object.fromEntries(each.map((name, index) => [name, found[index]]));
      };
      const first = await places();
      await source.transaction((manager) => eraseCustomer(manager, { customerId: victim, customerIds: [victim] }));
      expect([definition.name, await places()]).toEqual([definition.name, first]);
      await source.destroy();
    }
  });

  test('has a receipt of every subgraph, with what was erased there, which each signed', async () => {
    const [erasure] = (
      await graph.ask(
        'identity',
        `{ erasures(filter: { customerId: "${victim}" }) { nodes { id state requestedBy customerIds startedAt doneAt holds { id }
           subgraphs { subgraph erasedAt waitingSince signature rows { place count } } } } }`,
      )
    ).erasures.nodes;
    expect(erasure).toMatchObject({ state: 'DONE', requestedBy: 'test', customerIds: [victim], holds: [] });
    expect(erasure.subgraphs.map((one: Untyped) => one.subgraph)).toEqual([...SCHEMAS].sort());
    for (const { subgraph, erasedAt, waitingSince, signature, rows } of erasure.subgraphs) {
      expect([subgraph, waitingSince]).toEqual([subgraph, null]);
      expect([subgraph, rows.length > 0]).toEqual([subgraph, true]);
      const counts = Object.fromEntries(rows.map(({ place, count }: Untyped) => [place, count]));
      expect(signReceipt(TEST_SIGNING_KEY, { subgraph, customerId: victim, erasedAt, rows: counts })).toBe(signature);
    }
    const ofSales = erasure.subgraphs.find(({ subgraph }: Untyped) => subgraph === 'sales');
    expect(ofSales.rows).toContainEqual({ place: 'lead', count: 1 });
    expect(ofSales.rows.find(({ place }: Untyped) => place === 'event_log').count).toBeGreaterThan(0);
  });

  test('leaves the figures and everybody else as they were', async () => {
    expect(await figures()).toEqual(before.figures);
    expect(await rowsOf(neighbour)).toEqual(before.neighbour);
  });

  test('may be contacted by nobody, whatever they agreed to once', async () => {
    const asked = (more: string) =>
      graph.customer('marketing', victim, `mayContact(purpose: MARKETING, channel: EMAIL${more}) { allowed reason }`);
    expect((await asked('')).mayContact).toEqual({ allowed: false, reason: 'ERASED' });
    // What proves that it was right to write to them before stays.
    const [{ at }] = await graph.sql('SELECT max(at) AS at FROM marketing.consent_event WHERE customer_id = $1', [
      victim,
    ]);
    expect((await asked(`, asOf: "${at.toISOString()}"`)).mayContact.allowed).toBe(true);
  });

  test('is found by nothing but the id', async () => {
    const data = await graph.ask(
      'identity',
      `{ email: customer360(email: "${MARKER}@example.com") { id } phone: customer360(phone: "+436602222222") { id }
         externalId: customer360(externalId: { source: "crm", id: "${MARKER}" }) { id }
         search: customers(search: "Erased") { totalCount } all: customers { nodes { id } }
         id: customer360(id: "${victim}") { emails phones externalIds { id } addresses { label } household { id } erasedAt } }`,
    );
    expect(data).toMatchObject({ email: null, phone: null, externalId: null, search: { totalCount: 0 } });
    expect(data.id).toMatchObject({ emails: [], phones: [], externalIds: [], addresses: [], household: null });
    expect(data.all.nodes).not.toContainEqual({ id: victim });
  });

  test.each([
    ['identity', (id: string) => `updateCustomer(id: "${id}", input: { displayName: "Back" }) { id }`],
    ['sales', (id: string) => `openOpportunity(input: { customerId: "${id}", name: "More" }) { id }`],
    [
      'service',
      (id: string) =>
        `openCase(input: { customerId: "${id}", subject: "A", kind: QUESTION, channel: EMAIL, body: "B" }) { id }`,
    ],
    [
      'touchpoints',
      (id: string) =>
        `recordTouchpoint(input: { customerId: "${id}", channel: PHONE, direction: INBOUND, kind: NOTE, department: OTHER, summary: "C" }) { id }`,
    ],
  ])('cannot be written of in %s', async (subgraph, call) => {
    const { errors } = await askSubgraph(subgraph, graph.urls[subgraph] ?? '', `mutation { ${call(victim)} }`);
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT' });
  });

  test('is not answered of again for the key of an earlier call', async () => {
    const said: string[] = [];
    for (const { subgraph, query } of sent) {
      const { errors } = await askSubgraph(subgraph, graph.urls[subgraph] ?? '', query);
      if (!/was erased|there is no Customer/.test(errors?.[0]?.message ?? '')) said.push(query);
    }
    // Their firm lives on.
    expect(said.filter((query) => !query.includes('displayName: "Firm"'))).toEqual([]);
  });

  test('stays erased when an event about them comes late', async () => {
    const event = {
      specversion: '1.0',
      id: '019b1c7e-8f3a-7c51-9a55-0f5d8f0f2a11',
      source: '/customer360/sales',
      type: 'customer360.touchpoint.reported.v1',
      subject: victim,
      time: new Date().toISOString(),
      datacontenttype: 'application/json',
      data: {
        customerId: victim,
        occurredAt: new Date().toISOString(),
        channel: 'PHONE',
        direction: 'INBOUND',
        kind: 'CONTACT',
        department: 'SALES',
        summary: MARKER,
        source: { type: 'Order', id: 'late' },
      },
    };
    await graph.sql(`INSERT INTO sales.outbox (event) VALUES ($1)`, [JSON.stringify(event)]);
    await graph.sql(`NOTIFY "customer360.outbox.sales"`);
    await allSettled();
    expect(await graph.sql('SELECT FROM touchpoints.inbox WHERE event_id = $1', [event.id])).toHaveLength(1);
    // Until what is done every hour for a day, the log has it.
    const source = await createDataSource(sales, { url: graph.databaseUrl, poolSize: 1 }).initialize();
    const bus = openEventBus(graph.databaseUrl, pino({ level: 'silent' }));
    await eraseOnceMore(source, bus, sales.name);
    await bus.close();
    await source.destroy();
    expect(await placesOfMarker()).toEqual(KEPT_COLUMNS);
  });

  test('is told of by an event that holds nothing personal', async () => {
    const [{ event }] = await graph.sql(
      `SELECT event FROM event_bus.log WHERE name = 'customer360.customer.erased' AND event->>'subject' = $1`,
      [victim],
    );
    expect(Object.keys(customerErased.data.parse(event.data)).sort()).toEqual([
      'customerId',
      'customerIds',
      'erasedAt',
    ]);
  });
});

test('an erasure makes no request ask who is whom; the first merge does', async () => {
  const subgraph = await startTestSubgraph(service);
  try {
    const [gone, here, other] = [uuid(), uuid(), uuid()];
    const publish = (type: string, data: object) =>
      subgraph.publish({
        specversion: '1.0',
        id: uuid(),
        source: '/customer360/identity',
        type,
        subject: gone,
        time: new Date().toISOString(),
        datacontenttype: 'application/json',
        data,
      });
    const isThere = (table: string) =>
      waitUntil(async () => (await subgraph.database.query(sqlTag`SELECT FROM ${raw(table)}`)).length > 0);
    const asked = async (): Promise<string[]> => {
      const statements = await subgraph.statements(() => subgraph.entities('Customer', [here], 'cases { totalCount }'));
      return statements.filter((statement) => statement.includes('customer_alias'));
    };
    await publish(customerErased.type, { customerId: gone, customerIds: [gone], erasedAt: new Date().toISOString() });
    await isThere('erased_customer');
    expect(await asked()).toEqual([]);

    const customers = [
      { customerId: here, parentId: other },
      { customerId: other, parentId: null },
    ];
    const mergedAt = new Date().toISOString();
    await publish(customerMerged.type, { customerId: here, intoId: other, mergedAt, position: 1, customers });
    await isThere('customer_alias WHERE is_applied AND parent_id IS NOT NULL');
    expect(await asked()).not.toEqual([]);
  } finally {
    await subgraph.stop();
  }
});
