import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { isObjectType, parse, validate } from 'graphql';
import { createEngine } from '../../gateway/engine/createEngine.js';
import { plannerHere } from '../support/plannerHere.js';
import { runOn } from '../support/runOn.js';
import type { SubgraphConnection } from '../../gateway/engine/SubgraphConnection.js';
import { type Caller, SCOPES } from '../../schema/contract.js';
import { EVERYONE } from '../support/asGateway.js';
import { everything, selection } from '../support/everything.js';
import { askSubgraph } from '../support/startTestSubgraph.js';
import { startTestSubgraphs, type TestSubgraphs } from '../support/startTestSubgraphs.js';
import { SECRETS, tellEverything } from '../support/tellEverything.js';

/** Sees customers, and not who they are. */
const MARKETER: Caller = { subject: 'marketer', scopes: [SCOPES.readCustomers, SCOPES.writeMarketing] };

let graph: TestSubgraphs;
let customerId: string;

let engine: ReturnType<typeof createEngine>;
beforeAll(async () => {
  graph = await startTestSubgraphs();
  customerId = await tellEverything(graph);
  const connections = Object.entries(graph.urls).map(([name, url]): [string, SubgraphConnection] => [
    name,
    { ask: ({ query, variables = {} }, { caller }) => askSubgraph(name, url, query, variables, caller) },
  ]);
  const supergraphSdl = await readFile('schema/supergraph.graphql', 'utf8');
  engine = createEngine({ planner: plannerHere(supergraphSdl), subgraphs: new Map(connections) });
});
afterAll(() => graph.stop());

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
  return [`customer360(id: "${customerId}") ${everything(customer, 2, ['Explanation'])}`, ...lists].map(
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

  test.each([
    ['a household’s name', 'households(filter: { name: "Household quizzelbaum" })', 'filter.name'],
    ['the order of households’ names', 'households(orderBy: NAME_ASC)', 'orderBy'],
    ['the order of customers’ names', 'customers(orderBy: DISPLAY_NAME_ASC)', 'orderBy'],
    ['words of summaries', 'touchpoints(filter: { text: "question" })', 'filter.text'],
  ])('%s cannot be asked for, with and without which there is an answer', async (_what, list, argument) => {
    expect(JSON.parse(await answer(`{ ${list} { totalCount } }`, EVERYONE)).data).not.toBeNull();
    expect(JSON.parse(await answer(`{ ${list} { totalCount } }`, MARKETER)).errors).toMatchObject([
      { extensions: { code: 'FORBIDDEN', argument, requiredScopes: [['customer:pii']] } },
    ]);
    expect(JSON.parse(await answer(`{ ${list.split('(')[0]} { totalCount } }`, MARKETER)).data).not.toBeNull();
  });

  test('the members of a household can be read', async () => {
    const query = '{ households { nodes { members { nodes { displayName } } } } }';
    const { data } = JSON.parse(await answer(query, MARKETER));
    expect(data.households.nodes).toEqual([{ members: { nodes: [{ displayName: 'Z••• Q•••' }] } }]);
  });
});
