import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  getNamedType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
  parse,
  validate,
} from 'graphql';
import { createEngine } from '../../gateway/engine/createEngine.js';
import { plannerHere } from '../support/plannerHere.js';
import { runOn } from '../support/runOn.js';
import type { SubgraphConnection } from '../../gateway/engine/SubgraphConnection.js';
import { type Caller, SCOPES } from '../../schema/contract.js';
import { EVERYONE } from '../support/asGateway.js';
import { askSubgraph, type Untyped } from '../support/startTestSubgraph.js';
import { startTestSubgraphs, type TestSubgraphs } from '../support/startTestSubgraphs.js';
import { settled } from '../support/settled.js';

/** Sees customers, and not who they are. */
const MARKETER: Caller = { subject: 'marketer', scopes: [SCOPES.readCustomers, SCOPES.writeMarketing] };

/** What the customer and we told each other: a word for each field that holds it. */
const SECRETS = {
  firstName: 'zuleika',
  lastName: 'quizzelbaum',
  emailName: 'zq-private',
  phone: '6601234567',
  street: 'zq-street',
  city: 'zq-city',
  preference: 'zq-likes',
  crmEmail: 'zq-crm',
  leadName: 'zq-lead',
  leadEmail: 'zq-leadmail',
  leadPhone: '6647654321',
  interest: 'zq-interest',
  need: 'zq-need',
  notes: 'zq-notes',
  outcome: 'zq-outcome',
  document: 'zq-document',
  handover: 'zq-handover',
  question: 'zq-question',
  reply: 'zq-reply',
  escalation: 'zq-escalation',
  resolution: 'zq-resolution',
  reopening: 'zq-reopening',
  goodwill: 'zq-goodwill',
  verbatim: 'zq-verbatim',
  loop: 'zq-loop',
  reviewTitle: 'zq-reviewtitle',
  reviewText: 'zq-reviewtext',
  comparison: 'zq-comparison',
  referral: 'zq-referral',
  employee: 'zq-employee',
};

let graph: TestSubgraphs;
let customerId: string;

/** Runs a mutation and gives what its one field gives. */
async function write(subgraph: string, call: string): Promise<Untyped> {
  return Object.values(await graph.ask(subgraph, `mutation { ${call} }`))[0];
}

async function tellEverything(): Promise<void> {
  const s = SECRETS;
  const employee = `"${(await write('identity', 'createEmployee(input: { name: "Eva Lang" }) { id }')).id}"`;
  const other = `"${(await write('identity', 'createEmployee(input: { name: "Otto Lang" }) { id }')).id}"`;
  await settled((statement) => graph.sql(statement), Object.keys(graph.urls));
  const { customer } = await write(
    'identity',
    `identifyCustomer(input: { displayName: "Zuleika Quizzelbaum", emails: ["${s.emailName}@example.com"],
      phones: ["+43${s.phone}"], externalIds: [{ source: "crm", id: "${s.crmEmail}@example.com" }] }) { customer { id } }`,
  );
  customerId = customer.id;
  const who = `"${customerId}"`;
  const household = await write('identity', `createHousehold(name: "Household ${s.lastName}") { id }`);
  await write('identity', `updateCustomer(id: ${who}, input: { householdId: "${household.id}" }) { id }`);
  await write(
    'identity',
    `setAddress(customerId: ${who}, input: { label: "home", lines: ["${s.street} 1"], city: "${s.city}", country: "AT" }) { id }`,
  );
  await write(
    'identity',
    `setPreference(customerId: ${who}, input: { label: "hair", note: "${s.preference}" }) { id }`,
  );

  const lead = await write(
    'sales',
    `captureLead(input: { name: "${s.leadName}", email: "${s.leadEmail}@example.com", phone: "+43${s.leadPhone}", source: WEB,
      interest: "${s.interest}", customerId: ${who}, ownerId: ${employee} }) { id }`,
  );
  await write('sales', `qualifyLead(id: "${lead.id}", input: { status: WORKING, need: "${s.need}" }) { id }`);
  await write('sales', `assignAccount(customerId: ${who}, ownerId: ${employee}) { version }`);
  await write(
    'sales',
    `logActivity(input: { kind: CALL, customerId: ${who}, employeeId: ${employee}, subject: "A call", notes: "${s.notes}",
      outcome: "${s.outcome}", documents: [{ name: "${s.document}", url: "https://example.com/${s.document}" }] }) { id }`,
  );
  await write('sales', `reassignPortfolio(from: ${employee}, to: ${other}, note: "${s.handover}") { id }`);

  const { id: caseId } = await write(
    'service',
    `openCase(input: { customerId: ${who}, subject: "A question", kind: PROBLEM, channel: EMAIL, body: "${s.question}" }) { id }`,
  );
  await write(
    'service',
    `replyToCase(caseId: "${caseId}", input: { body: "${s.reply}", employeeId: ${employee} }) { id }`,
  );
  await write('service', `escalateCase(id: "${caseId}", input: { reason: "${s.escalation}" }) { id }`);
  await write('service', `resolveCase(id: "${caseId}", resolution: "solved") { id }`);
  await write('service', `reopenCase(id: "${caseId}", reason: "${s.reopening}") { id }`);
  await write('service', `resolveCase(id: "${caseId}", resolution: "${s.resolution}") { id }`);
  await write(
    'service',
    `setGoodwillAuthority(input: { employeeId: ${employee}, limit: { amount: "100", currency: "EUR" } }) { id }`,
  );
  await write(
    'service',
    `grantGoodwill(input: { customerId: ${who}, amount: { amount: "5", currency: "EUR" }, reason: "${s.goodwill}", employeeId: ${employee} }) { id }`,
  );

  const survey = await write('feedback', 'createSurvey(input: { title: "Us", kind: NPS, question: "Well?" }) { id }');
  const response = await write(
    'feedback',
    `submitSurveyResponse(input: { surveyId: "${survey.id}", customerId: ${who}, score: 2, verbatim: "${s.verbatim}", experience: "delivery" }) { id }`,
  );
  await write(
    'feedback',
    `closeLoop(responseId: "${response.id}", input: { employeeId: ${employee}, outcome: RECOVERED, note: "${s.loop}" }) { id }`,
  );
  await write(
    'feedback',
    `recordReview(input: { customerId: ${who}, site: "X", rating: 2, title: "${s.reviewTitle}", text: "${s.reviewText}", estimatedReach: 1 }) { id }`,
  );
  await write(
    'feedback',
    `recordCompetitorRating(input: { customerId: ${who}, competitor: "Y", experience: "price", rating: 3, verbatim: "${s.comparison}" }) { id }`,
  );
  const friend = await write(
    'identity',
    'identifyCustomer(input: { displayName: "B C", emails: ["b@example.com"] }) { customer { id } }',
  );
  await write(
    'feedback',
    `recordReferral(input: { customerId: ${who}, referredCustomerId: "${friend.customer.id}", note: "${s.referral}" }) { id }`,
  );
  await write(
    'feedback',
    `recordEmployeeSurvey(input: { employeeId: ${employee}, kind: ENPS, score: 5, period: "2026", verbatim: "${s.employee}" }) { id }`,
  );
}

let engine: ReturnType<typeof createEngine>;
beforeAll(async () => {
  graph = await startTestSubgraphs();
  await tellEverything();
  const connections = Object.entries(graph.urls).map(([name, url]): [string, SubgraphConnection] => [
    name,
    { ask: ({ query, variables = {} }, { caller }) => askSubgraph(name, url, query, variables, caller) },
  ]);
  const supergraphSdl = await readFile('schema/supergraph.graphql', 'utf8');
  engine = createEngine({ planner: plannerHere(supergraphSdl), subgraphs: new Map(connections) });
});
afterAll(() => graph.stop());

/** Every field of a type that can be asked without arguments, as deep as `levels`; no type within itself. */
function everything(type: GraphQLObjectType, levels: number, within: readonly string[] = []): string {
  const chosen = Object.values(type.getFields()).flatMap((field) => selection(field, levels, [...within, type.name]));
  return `{ ${['__typename', ...chosen].join(' ')} }`;
}

function selection(field: GraphQLField<unknown, unknown>, levels: number, within: readonly string[]): string[] {
  if (field.args.some(isRequiredArgument)) return [];
  const type: GraphQLOutputType = getNamedType(field.type);
  if (isLeafType(type)) return [field.name];
  if (!isObjectType(type) || levels === 0 || within.includes(type.name)) return [];
  // The nodes of a page say all, and the edges their cursors.
  if (type.name.endsWith('Edge')) return [`${field.name} { cursor }`];
  const isPage = type.name.endsWith('Connection') || type.name === 'PageInfo' || field.name === 'nodes';
  return [`${field.name} ${everything(type, isPage ? levels : levels - 1, within)}`];
}

async function answer(query: string, caller: Caller): Promise<string> {
  const document = parse(query);
  expect(validate(engine.apiSchema, document)).toEqual([]);
  const { data, errors } = await runOn(engine, document, { request: { caller } });
  return JSON.stringify({ data, errors });
}

/** The questions that ask for all there is. */
function questions(): string[] {
  const root = engine.apiSchema.getQueryType();
  if (!root) throw new Error('there is no query');
  const customer = engine.apiSchema.getType('Customer');
  if (!isObjectType(customer)) throw new Error('there is no customer');
  const lists = Object.values(root.getFields()).flatMap((field) => selection(field, 1, ['Query', 'Explanation']));
  const sorted =
    'customers(orderBy: DISPLAY_NAME_ASC) { edges { cursor } pageInfo { endCursor } nodes { displayName } }';
  return [`customer360(id: "${customerId}") ${everything(customer, 2, ['Explanation'])}`, sorted, ...lists].map(
    (field) => `{ ${field} }`,
  );
}

/** The secrets that are in a text, in clear or in something that is encoded in it. */
function secretsIn(text: string): string[] {
  const encoded = text.match(/[\w-]{20,}/g) ?? [];
  const all = [text, ...encoded.map((part) => Buffer.from(part, 'base64url').toString('utf8'))]
    .join('\n')
    .toLowerCase();
  return Object.values(SECRETS).filter((secret) => all.includes(secret));
}

describe('whoever asks for everything', () => {
  test('with every scope is told all that was said', async () => {
    const texts = await Promise.all(questions().map((query) => answer(query, EVERYONE)));
    expect(secretsIn(texts.join('\n'))).toEqual(Object.values(SECRETS));
  });

  test('without customer:pii is told nothing that is personal, in no answer, cursor or error', async () => {
    for (const query of questions()) {
      const text = await answer(query, MARKETER);
      expect([query.slice(0, 40), secretsIn(text)]).toEqual([query.slice(0, 40), []]);
      expect(text).not.toContain('"data":null');
    }
  });
});

/** One customer of the list that is sorted by name, as somebody sees it who may not see names. */
async function pageByName(after: string): Promise<Untyped> {
  const list = `customers(orderBy: DISPLAY_NAME_ASC, first: 1 ${after})`;
  const page = await answer(`{ ${list} { nodes { displayName } pageInfo { endCursor hasNextPage } } }`, MARKETER);
  return JSON.parse(page).data.customers;
}

describe('without customer:pii', () => {
  const customer = `displayName emails phones externalIds { source id } household { name }`;

  test('names, addresses of email and phone numbers come masked', async () => {
    const query = `{ customer360(email: "${SECRETS.emailName}@example.com") { id ${customer} } }`;
    const { customer360 } = JSON.parse(await answer(query, MARKETER)).data;
    expect(customer360).toEqual({
      id: customerId,
      displayName: 'Z••• Q•••',
      emails: ['z•••@example.com'],
      phones: ['+43•••67'],
      externalIds: [{ source: 'crm', id: 'z•••@example.com' }],
      household: { name: 'H••• q•••' },
    });
    const { leads } = JSON.parse(await answer('{ leads { nodes { name email phone } } }', MARKETER)).data;
    expect(leads.nodes).toEqual([{ name: 'z•••', email: 'z•••@example.com', phone: '+43•••21' }]);
  });

  test.each([
    ['the beginning of a name', 'zul', 0, 1],
    ['a whole name', 'Zuleika Quizzelbaum', 0, 1],
    ['the beginning of an email address', 'zq-priv@', 0, 0],
    ['the beginning of an email address as far as its domain', `${SECRETS.emailName}@exa`, 0, 1],
    ['a whole email address', `${SECRETS.emailName}@example.com`.toUpperCase(), 1, 1],
    ['a whole phone number', `0043 ${SECRETS.phone}`, 1, 1],
    ['a whole id in another system', `${SECRETS.crmEmail}@example.com`, 1, 1],
  ])('a search for %s finds only what the caller knows already', async (_what, search, found, foundByAll) => {
    const query = `{ customers(search: "${search}") { totalCount nodes { id } } }`;
    const count = async (caller: Caller): Promise<unknown> =>
      JSON.parse(await answer(query, caller)).data.customers.totalCount;
    expect([await count(MARKETER), await count(EVERYONE)]).toEqual([found, foundByAll]);
  });

  test('a search in summaries is refused, which come masked', async () => {
    const search = `{ touchpoints(filter: { text: "question" }) { totalCount } }`;
    expect(JSON.parse(await answer(search, EVERYONE)).data.touchpoints.totalCount).toBeGreaterThan(0);
    expect(JSON.parse(await answer(search, MARKETER))).toMatchObject({
      errors: [{ extensions: { code: 'FORBIDDEN', requiredScopes: [['customer:pii']] } }],
    });
    const { touchpoints } = JSON.parse(await answer('{ touchpoints { nodes { summary } } }', MARKETER)).data;
    expect(new Set(touchpoints.nodes.map(({ summary }: { summary: string }) => summary))).toEqual(new Set(['•••']));
  });

  test('a list that is sorted by name can be read page by page', async () => {
    const first = await pageByName('');
    expect(first).toMatchObject({ nodes: [{ displayName: 'B••• C•••' }], pageInfo: { hasNextPage: true } });
    const second = await pageByName(`, after: "${first.pageInfo.endCursor}"`);
    expect(second).toMatchObject({ nodes: [{ displayName: 'Z••• Q•••' }], pageInfo: { hasNextPage: false } });
  });
});
