import { createClient } from 'graphql-ws';
import { v7 as uuid } from 'uuid';
import { WebSocket } from 'ws';
import type { Caller } from '../../schema/contract.js';
import { EVERYONE, gatewaySocket, TEST_SIGNING_KEY } from '../support/asGateway.js';
import { startGateway } from '../support/fixtureGateway.js';
import { nextAnswer } from '../support/liveGateway.js';
import { ask as askGateway, askSubgraph, type GraphQLAnswer, type Untyped } from '../support/startTestSubgraph.js';
import { startTestSubgraphs, type TestSubgraphs } from '../support/startTestSubgraphs.js';
import { waitUntil } from '../support/waitUntil.js';

const FOR_MARKETING: Caller = { ...EVERYONE, purpose: 'marketing' };

let graph: TestSubgraphs;

beforeAll(async () => {
  graph = await startTestSubgraphs();
});

afterAll(async () => {
  await graph.stop();
});

function ask(subgraph: string, query: string, variables: object, caller?: Caller): Promise<GraphQLAnswer> {
  return askSubgraph(subgraph, graph.urls[subgraph] ?? '', query, variables, caller);
}

/** A customer with something in each subgraph. */
async function newCustomer(name: string): Promise<{ id: string; touchpointId: string }> {
  const input = { displayName: name, emails: [`${uuid()}@example.com`] };
  const identify = 'mutation ($input: IdentifyCustomerInput!) { identifyCustomer(input: $input) { customer { id } } }';
  const { identifyCustomer } = await graph.ask('identity', identify, { input });
  const { id } = identifyCustomer.customer;
  const touchpoint = await recordTouchpoint(id, `${name} called`);
  await graph.ask('sales', 'mutation ($input: OpenOpportunityInput!) { openOpportunity(input: $input) { id } }', {
    input: { customerId: id, name: `Boots for ${name}`, amount: { amount: '10', currency: 'EUR' } },
  });
  return { id, touchpointId: touchpoint };
}

async function recordTouchpoint(customerId: string, summary: string): Promise<string> {
  const input = { customerId, summary, channel: 'PHONE', direction: 'INBOUND', department: 'SERVICE' };
  const record = 'mutation ($input: RecordTouchpointInput!) { recordTouchpoint(input: $input) { id } }';
  return (await graph.ask('touchpoints', record, { input })).recordTouchpoint.id as string;
}

async function say(word: 'grant' | 'withdraw', customerId: string, channel: string | null = null): Promise<void> {
  const type = word === 'grant' ? 'GrantConsentInput' : 'WithdrawConsentInput';
  const input = {
    customerId,
    purpose: 'MARKETING',
    channel,
    source: 'phone',
    ...(word === 'grant' && { text: 'said so' }),
  };
  await graph.ask('marketing', `mutation ($input: ${type}!) { ${word}Consent(input: $input) { id } }`, { input });
}

const codes = ({ errors = [] }: GraphQLAnswer): Untyped[] => errors.map(({ extensions }) => extensions.code);

const OF_CUSTOMER = `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Customer`;
const representations = (...ids: string[]) => ({ r: ids.map((id) => ({ __typename: 'Customer', id })) });

describe('a read for a purpose', () => {
  test('gives nothing of a customer from the withdrawal on, and everything again once they agree', async () => {
    const { id } = await newCustomer('Maria Huber');
    const read = (caller?: Caller) =>
      ask('touchpoints', `${OF_CUSTOMER} { id timeline { nodes { summary } } } } }`, representations(id), caller);
    const before = await read(FOR_MARKETING);
    expect(before.data._entities[0].timeline.nodes).toEqual([{ summary: 'Maria Huber called' }]);

    await say('withdraw', id);
    const after = await read(FOR_MARKETING);
    expect(after.data._entities).toEqual([{ id, timeline: null }]);
    expect(codes(after)).toEqual(['CONSENT_WITHDRAWN']);
    expect((await read()).data._entities[0].timeline.nodes).toContainEqual({ summary: 'Maria Huber called' });
    expect((await read({ ...EVERYONE, purpose: 'research' })).errors).toBeUndefined();

    await say('grant', id);
    expect((await read(FOR_MARKETING)).errors).toBeUndefined();
  });

  test('leaves the customers who withdrew out of lists, with all that is theirs', async () => {
    const one = await newCustomer('Rosa Klein');
    const other = await newCustomer('Rosa Gross');
    await say('withdraw', one.id);
    const customers = await ask(
      'identity',
      '{ customers(search: "rosa") { nodes { displayName } edges { node { id } } totalCount } }',
      {},
      FOR_MARKETING,
    );
    expect(customers.data.customers.nodes).toEqual([{ displayName: 'Rosa Gross' }]);
    expect(customers.data.customers.edges).toEqual([{ node: { id: other.id } }]);
    const touchpoints = await ask(
      'touchpoints',
      '{ touchpoints(filter: { kind: CONTACT }) { nodes { summary } } }',
      {},
      FOR_MARKETING,
    );
    expect(touchpoints.data.touchpoints.nodes).toContainEqual({ summary: 'Rosa Gross called' });
    expect(touchpoints.data.touchpoints.nodes).not.toContainEqual({ summary: 'Rosa Klein called' });
    const opportunities = await ask('sales', '{ opportunities { edges { node { name } } } }', {}, FOR_MARKETING);
    const names = opportunities.data.opportunities.edges.map(({ node }: Untyped) => node.name);
    expect(names).toContain('Boots for Rosa Gross');
    expect(names).not.toContain('Boots for Rosa Klein');
  });

  test('gives nothing by which one could tell who they are, and no list fails for them', async () => {
    const { id, touchpointId } = await newCustomer('Anna Berger');
    await say('withdraw', id);
    const { data, errors } = await ask(
      'identity',
      `query ($id: ID!) { customer360(id: $id) {
        id displayName emails phones addresses { label } externalIds { id } locale roles organizations { nodes { id } totalCount }
        profileCompleteness { value } tenure { seconds } } }`,
      { id },
      FOR_MARKETING,
    );
    expect(data.customer360).toEqual({
      id,
      displayName: '•••',
      emails: [],
      phones: [],
      addresses: null,
      externalIds: [],
      roles: [],
      organizations: { nodes: [], totalCount: 0 },
      locale: null,
      profileCompleteness: null,
      tenure: null,
    });
    expect(new Set(errors?.map(({ extensions }) => extensions.code))).toEqual(new Set(['CONSENT_WITHDRAWN']));

    const alone = await ask(
      'touchpoints',
      'query ($id: ID!) { touchpoint(id: $id) { summary } }',
      { id: touchpointId },
      FOR_MARKETING,
    );
    expect([alone.data.touchpoint, codes(alone)]).toEqual([null, ['CONSENT_WITHDRAWN']]);
    const entity = await ask(
      'touchpoints',
      'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Touchpoint { summary } } }',
      { r: [{ __typename: 'Touchpoint', id: touchpointId }] },
      FOR_MARKETING,
    );
    expect([entity.data._entities, codes(entity)]).toEqual([[null], ['CONSENT_WITHDRAWN']]);
  });

  test('a no to one channel withholds nothing while a yes stands for another, and everything when none does', async () => {
    const { id } = await newCustomer('Karl Lang');
    const withdrawn = async () => {
      const query = `${OF_CUSTOMER} { consentWithdrawn(purpose: "marketing") } } }`;
      return (await graph.ask('marketing', query, representations(id)))._entities[0].consentWithdrawn;
    };
    expect(await withdrawn()).toBe(false);
    await say('grant', id, 'SMS');
    await say('withdraw', id, 'EMAIL');
    expect(await withdrawn()).toBe(false);
    await say('withdraw', id, 'SMS');
    expect(await withdrawn()).toBe(true);
  });

  test('the ledger of consents is read for every purpose: it says that they withdrew', async () => {
    const { id } = await newCustomer('Eva Maier');
    await say('withdraw', id);
    const query = `${OF_CUSTOMER} { consents { action } traits { totalCount } } } }`;
    const answer = await ask('marketing', query, representations(id), FOR_MARKETING);
    expect(answer.data._entities).toEqual([{ consents: [{ action: 'WITHDRAWN' }], traits: null }]);
    expect(codes(answer)).toEqual(['CONSENT_WITHDRAWN']);
    const history = `${OF_CUSTOMER} { consentHistory { edges { node { action } } } } } }`;
    const { data } = await ask('marketing', history, representations(id), FOR_MARKETING);
    expect(data._entities[0].consentHistory.edges).toEqual([{ node: { action: 'WITHDRAWN' } }]);
  });

  test('the audit log is read for every purpose: it says who was given what', async () => {
    const { id } = await newCustomer('Vera Nadler');
    await say('withdraw', id);
    const query = 'query ($id: ID!) { auditLog(customerId: $id) { nodes { action } edges { node { action } } } }';
    let log: Untyped;
    await waitUntil(async () => {
      log = (await ask('identity', query, { id }, FOR_MARKETING)).data.auditLog;
      return log.nodes.length > 0;
    });
    expect(log.edges).toEqual(log.nodes.map((node: Untyped) => ({ node })));
  });

  test('a purpose that nobody consents to is refused with those that there are', async () => {
    const { id } = await newCustomer('Ida Fuchs');
    const caller = { ...EVERYONE, purpose: 'marketting' };
    const { errors } = await ask('sales', `${OF_CUSTOMER} { orderCount { value } } } }`, representations(id), caller);
    expect(errors?.[0]).toMatchObject({
      message: expect.stringContaining('marketing, profiling, research, service_messages, third_party'),
      extensions: { code: 'BAD_USER_INPUT' },
    });
  });
});

/** Waits until so many connections of touchpoints listen to the database. */
async function untilListening(count: number): Promise<void> {
  const waiting = `SELECT FROM pg_stat_activity
    WHERE datname = current_database() AND query = 'LISTEN "customer360.touchpoints.recorded"'`;
  await waitUntil(async () => (await graph.sql(waiting)).length === count);
}

test('an open subscription for a purpose carries nothing of a customer from the withdrawal on', async () => {
  const one = await newCustomer('Otto Wolf');
  const other = await newCustomer('Paul Hahn');
  const socket = gatewaySocket('touchpoints', graph.urls.touchpoints ?? '');
  const query = `subscription ($filter: TouchpointAddedFilter) {
    touchpointAdded(filter: $filter) { touchpoint { summary } } }`;
  const variables = { filter: { customerIds: [one.id, other.id], channels: ['PHONE'] } };
  const events = socket.iterate({ query, variables, caller: FOR_MARKETING });
  const next = async () => ((await nextAnswer(events)).data as Untyped).touchpointAdded.touchpoint.summary as string;
  const first = next();
  await untilListening(1);
  await recordTouchpoint(one.id, 'before');
  expect(await first).toBe('before');

  await say('withdraw', one.id);
  await recordTouchpoint(one.id, 'after');
  await recordTouchpoint(other.id, 'of another');
  expect(await next()).toBe('of another');

  await say('grant', one.id);
  await recordTouchpoint(one.id, 'welcome again');
  expect(await next()).toBe('welcome again');
  await socket.dispose();
  await untilListening(0);
});

test('a subscription for a purpose that nobody consents to is refused at once', async () => {
  const socket = gatewaySocket('touchpoints', graph.urls.touchpoints ?? '');
  const caller = { ...EVERYONE, purpose: 'marketting' };
  const events = socket.iterate({ query: 'subscription { touchpointAdded { cursor } }', caller });
  expect((await nextAnswer(events)).errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT');
  await socket.dispose();
  await untilListening(0);
});

test('through the gateway, x-purpose withholds what every subgraph knows, and what an event leads to', async () => {
  const [one, other] = [await newCustomer('Vera Roth'), await newCustomer('Hugo Roth')];
  const subgraphUrls = Object.fromEntries(
    Object.entries(graph.urls).map(([name, url]) => [`${name.toUpperCase()}_URL`, url]),
  );
  const gateway = await startGateway('schema/supergraph.graphql', { subgraphUrls, signingKey: TEST_SIGNING_KEY });
  const purpose = { 'x-purpose': 'Marketing' };
  const query = `query ($id: ID!) { customer360(id: $id) {
    displayName timeline { totalCount } orderCount { value } openCaseCount { value } npsScore { value } consents { action } } }`;
  await say('withdraw', one.id);
  const { data, errors } = await askGateway(gateway.url, query, { id: one.id }, purpose);
  const withheld = { timeline: null, orderCount: null, openCaseCount: null, npsScore: null };
  expect(data.customer360).toEqual({ displayName: '•••', ...withheld, consents: [{ action: 'WITHDRAWN' }] });
  const refusals = new Map(errors?.map(({ path, extensions }) => [path?.at(-1), extensions.code]));
  expect(refusals).toEqual(new Map(Object.keys(withheld).map((field) => [field, 'CONSENT_WITHDRAWN'])));

  const dashboard = createClient({
    url: gateway.url.replace('http', 'ws'),
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    connectionParams: purpose,
  });
  const events = dashboard.iterate({
    query: `subscription ($ids: [ID!]) { touchpointAdded(filter: { customerIds: $ids, channels: [PHONE] }) {
      touchpoint { summary customer { displayName openCaseCount { value } } } } }`,
    variables: { ids: [one.id, other.id] },
  });
  const first = nextAnswer(events);
  await untilListening(1);
  await recordTouchpoint(one.id, 'of one');
  await recordTouchpoint(other.id, 'of another');
  expect(((await first).data as Untyped).touchpointAdded.touchpoint).toEqual({
    summary: 'of another',
    customer: { displayName: 'Hugo Roth', openCaseCount: { value: 0 } },
  });
  await dashboard.dispose();
  await gateway.stop();
});

test('while marketing is away, a read for a purpose is refused and any other is not', async () => {
  const { id } = await newCustomer('Lisa Moser');
  await graph.stopOne('marketing');
  const query = `${OF_CUSTOMER} { id touchpointCount { value } } } }`;
  const refused = await ask('touchpoints', query, representations(id), FOR_MARKETING);
  expect([refused.data._entities, codes(refused)]).toEqual([[{ id, touchpointCount: null }], ['SERVICE_UNAVAILABLE']]);
  expect((await ask('touchpoints', query, representations(id))).data._entities[0].touchpointCount.value).toBe(1);
});
