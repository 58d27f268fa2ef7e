import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createClient } from 'graphql-ws';
import { pino } from 'pino';
import { WebSocket } from 'ws';
import { type TestGateway, ask, startGateway } from '../support/fixtureGateway.js';
import { TEST_SIGNING_KEY } from '../support/asGateway.js';
import { nextAnswer } from '../support/liveGateway.js';
import { type CollectedSpan, type Collector, startCollector } from '../support/startCollector.js';
import { type TestSubgraphs, startTestSubgraphs } from '../support/startTestSubgraphs.js';

/** Values of a person, each of which occurs nowhere else. */
const PERSON = {
  name: 'Zephyrine Quillfeather',
  email: 'zephyrine.q@quillfeather.example',
  phone: '+31612345678',
  street: 'Gansevoortlaan 471b',
  subject: 'The blue kettle leaks onto my violin',
  body: 'My doctor Ottoline Frobisher says it is urgent',
  badDate: 'the fourteenth of Nevermonth',
  refused: 'Barnaby Refusenik',
  key: TEST_SIGNING_KEY,
  token: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ6ZXBoeXJpbmUifQ.c2lnbmF0dXJlLW9mLW5vLXVzZQ',
};

const lines: string[] = [];
let subgraphs: TestSubgraphs;
let gateway: TestGateway;
let collector: Collector;
let customerId = '';

const send = (query: string, variables: Record<string, unknown> = {}, headers: Record<string, string> = {}) =>
  ask(gateway.url, query, { variables, headers });

beforeAll(async () => {
  collector = await startCollector();
  const observed = { metrics: {}, tracing: { url: collector.url } };
  const log = pino({ level: 'trace' }, { write: (line: string) => lines.push(line) });
  subgraphs = await startTestSubgraphs(log, observed);
  const subgraphUrls = Object.fromEntries(
    Object.entries(subgraphs.urls).map(([name, url]) => [`${name.toUpperCase()}_URL`, url]),
  );
  gateway = await startGateway('schema/supergraph.graphql', {
    subgraphUrls,
    signingKey: TEST_SIGNING_KEY,
    ...observed,
    onLine: (line) => lines.push(line),
  });
  const { data } = await send(
    `mutation Meet($name: String, $emails: [String!]!, $phones: [String!]!) {
      identifyCustomer(input: { displayName: $name, emails: $emails, phones: $phones }) { customer { id } } }`,
    { name: PERSON.name, emails: [PERSON.email], phones: [PERSON.phone] },
    { 'x-request-id': 'meeting-1' },
  );
  customerId = (data as { identifyCustomer: { customer: { id: string } } }).identifyCustomer.customer.id;
});

afterAll(async () => {
  await collector.stop();
});

async function asPeopleDo(): Promise<void> {
  const read = `query Whole($email: String) { customer360(email: $email) {
    displayName emails phones openCaseCount { value } timeline(first: 5) { nodes { summary } } } }`;
  await send(read, { email: PERSON.email });
  await send(read, { email: PERSON.email }, { authorization: `Bearer ${PERSON.token}` });
  await send(`{ customer360(email: "${PERSON.email}") { displayName } }`);
  const openCase = `mutation Complain($input: OpenCaseInput!) { openCase(input: $input) { id subject } }`;
  const complaint = { subject: PERSON.subject, kind: 'COMPLAINT', channel: 'EMAIL', body: PERSON.body };
  expect((await send(openCase, { input: { ...complaint, customerId } })).errors).toBeUndefined();
  // What fails, in every way that we know of.
  await send(openCase, { input: { ...complaint, customerId, openedAt: PERSON.badDate } });
  await send(openCase, { input: { ...complaint, customerId: PERSON.name } });
  await send(`{ customer360(email: "${PERSON.email}", phone: "${PERSON.phone}") { displayName } }`);
  await send(`{ customer360(email: "${PERSON.email}" { "${PERSON.name}" } }`);
  await send(`{ customer360(name: "${PERSON.name}") { displayName } }`);
  await send(`query ($id: ID!) { customer360(id: $id) { displayName } }`, { id: { name: PERSON.name } });
  await send(
    `mutation { identifyCustomer(input: { displayName: "${PERSON.name}", phones: ["${PERSON.street}"] }) { customer { id } } }`,
  );
  await fetch(`${gateway.url}?query=${encodeURIComponent(`{ customer360(email: "${PERSON.email}") { id } }`)}`);
  await fetch(gateway.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: `{"query": "${PERSON.name}`,
  });
  // The database refuses the row, and says what was in it.
  await subgraphs.sql(
    `ALTER TABLE identity.customer ADD CONSTRAINT no_barnaby CHECK (display_name <> '${PERSON.refused}')`,
  );
  const { errors } = await send(
    `mutation ($name: String) { identifyCustomer(input: { displayName: $name, emails: ["b@b.example"] }) { customer { id } } }`,
    { name: PERSON.refused },
  );
  expect(errors?.[0]?.extensions?.['code']).toBe('INTERNAL_SERVER_ERROR');
}

async function overAWebSocket(): Promise<void> {
  const client = createClient({
    url: gateway.url.replace('http', 'ws'),
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${PERSON.token}` },
    retryAttempts: 0,
  });
  const events = client.iterate({
    query: `subscription Live($filter: TouchpointAddedFilter) { touchpointAdded(filter: $filter) { touchpoint { summary customer { displayName emails } } } }`,
    variables: { filter: { customerIds: [customerId] } },
  });
  const first = nextAnswer(events);
  await gateway.nextLine('a subscription began');
  const record = `mutation ($input: RecordTouchpointInput!) { recordTouchpoint(input: $input) { id } }`;
  const touchpoint = {
    customerId,
    channel: 'PHONE',
    direction: 'INBOUND',
    department: 'SERVICE',
    summary: PERSON.body,
  };
  // Events before the subgraph listens are none of this subscription, so record until one comes.
  for (let tries = 0; tries < 100; tries += 1) {
    const sent = send(record, { input: touchpoint }).then(() => false);
    if (await Promise.race([first.then(() => true), sent])) break;
  }
  expect(JSON.stringify(await first)).toContain(PERSON.email);
  await events.return?.();
  await client.dispose();
}

const metricsOf = async (url: string, headers: Record<string, string> = {}): Promise<string> => {
  const response = await fetch(new URL('/metrics', url), { headers });
  return response.ok ? response.text() : String(response.status);
};

const sorted = (name: string): string => {
  const [, metric = '', labels = ''] = /^(\w+)(?:\{(.*)\})?$/.exec(name) ?? [];
  return `${metric}{${labels.split(',').toSorted().join(',')}}`;
};

/** The value of one line of metrics, whatever the order of its labels; undefined when there is no such line. */
function valueOf(metrics: string, line: string): number | undefined {
  const found = metrics.split('\n').find((one) => sorted(one.slice(0, one.lastIndexOf(' '))) === sorted(line));
  return found === undefined ? undefined : Number(found.slice(found.lastIndexOf(' ') + 1));
}

describe('a person who is read, written, refused and lost', () => {
  it('is in no line of any log, at any level', async () => {
    await asPeopleDo();
    await overAWebSocket();
    for (const [what, value] of Object.entries(PERSON)) {
      expect([what, lines.filter((line) => line.includes(value))]).toEqual([what, []]);
    }
    // What helps is there all the same: which rule of which table it was, and the statement without its values.
    const failed = lines.map((line) => JSON.parse(line)).find(({ msg }) => msg === 'request failed');
    expect(failed).toMatchObject({ subgraph: 'identity', requestId: expect.any(String) });
    expect(JSON.stringify(failed.err)).toMatch(/"constraint":"no_barnaby".*INSERT INTO/);
  });

  it('is followed through gateway and subgraphs by one request id, with what it cost', () => {
    const followed = lines.map((line) => JSON.parse(line)).filter(({ requestId }) => requestId === 'meeting-1');
    expect(followed).toEqual([
      expect.objectContaining({ subgraph: 'identity', kind: 'mutation', statements: expect.any(Number) }),
      expect.objectContaining({ operationName: 'Meet', kind: 'mutation', milliseconds: expect.any(Number) }),
    ]);
    expect(followed[0].statements).toBeGreaterThan(2);
  });
});

describe('metrics', () => {
  it('of the gateway count operations, fetches, errors and compiled operations, and name no operation', async () => {
    const before = await metricsOf(gateway.url);
    await send('query OfTheMetricsTest($id: ID!) { customer360(id: $id) { displayName } }', { id: customerId });
    await send('query OfTheMetricsTest($id: ID!) { customer360(id: $id) { displayName } }', { id: customerId });
    await send('{ nothingOfTheKind }');
    const after = await metricsOf(gateway.url);
    const grew = (line: string): number => (valueOf(after, line) ?? 0) - (valueOf(before, line) ?? 0);
    expect(grew('customer360_gateway_operation_duration_seconds_count{type="query",outcome="ok"}')).toBe(2);
    expect(grew('customer360_gateway_operation_duration_seconds_count{type="unknown",outcome="failed"}')).toBe(1);
    expect(grew('customer360_gateway_subgraph_duration_seconds_count{subgraph="identity",outcome="ok"}')).toBe(2);
    expect(grew('customer360_gateway_errors_total{code="GRAPHQL_VALIDATION_FAILED"}')).toBe(1);
    expect(grew('customer360_gateway_compiled_operation_lookups_total{result="miss"}')).toBe(1);
    expect(grew('customer360_gateway_compiled_operation_lookups_total{result="hit"}')).toBe(1);
    expect(grew('customer360_gateway_http_responses_total{status="200"}')).toBeGreaterThanOrEqual(3);
    expect(valueOf(after, 'customer360_gateway_connections')).toBe(0);
    expect(after).toMatch(/customer360_gateway_supergraph_info\{digest="[0-9a-f]{64}"\} 1/);
    expect(after).toContain('nodejs_eventloop_lag_seconds');
    expect(after).not.toContain('OfTheMetricsTest');
    for (const value of Object.values(PERSON)) expect(after).not.toContain(value);
  });

  it('of a subgraph tell of its statements, connections, outbox and inbox', async () => {
    const metrics = await metricsOf(subgraphs.urls['touchpoints'] ?? '');
    const own = (name: string, labels = ''): number | undefined =>
      valueOf(metrics, `customer360_subgraph_${name}{${labels}subgraph="touchpoints"}`);
    expect(own('statement_duration_seconds_count', 'kind="write",')).toBeGreaterThan(0);
    expect(own('statement_duration_seconds_count', 'kind="read",')).toBeGreaterThan(0);
    expect(own('pool_connections', 'pool="read",state="idle",')).toBeGreaterThanOrEqual(0);
    expect(own('database_up')).toBe(1);
    expect(own('outbox_events')).toBeGreaterThanOrEqual(0);
    expect(own('outbox_oldest_seconds')).toBeGreaterThanOrEqual(0);
    expect(own('dead_letters')).toBe(0);
    expect(own('inbox_events', 'consumer="timeline",')).toBeGreaterThanOrEqual(0);
  });

  it('are for this machine only, unless they have a port of their own', async () => {
    expect(await metricsOf(gateway.url, { 'x-forwarded-for': '203.0.113.7' })).toBe('404');
    const other = await startGateway('schema/supergraph.graphql', { metrics: { port: 0 } });
    try {
      const { metricsUrl } = other.log.find(({ msg }) => msg === 'the gateway answers') ?? {};
      expect(await metricsOf(String(metricsUrl), { 'x-forwarded-for': '203.0.113.7' })).toContain(
        'customer360_gateway_',
      );
      expect(await metricsOf(other.url)).toBe('404');
    } finally {
      await other.stop();
    }
  });
});

const childrenOf = (parent: CollectedSpan | undefined): CollectedSpan[] =>
  collector.spans.filter(({ parentSpanId, traceId }) => parentSpanId === parent?.spanId && traceId === parent?.traceId);

describe('a trace', () => {
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

  beforeAll(async () => {
    await send(
      'query OfACaller($id: ID!) { customer360(id: $id) { displayName openCaseCount { value } } }',
      { id: customerId },
      { traceparent },
    );
    await send('query NotSampled { __typename }', {}, { traceparent: traceparent.replace(/01$/, '00') });
    // Everything is sent before they end.
    await gateway.stop();
    await subgraphs.stop();
  });

  it('leads from the operation over the fetch and the subgraph to each statement', () => {
    const operation = collector.spans.find(({ name }) => name === 'mutation Meet');
    expect(operation).toMatchObject({
      service: 'customer360-gateway',
      attributes: { 'customer360.request_id': 'meeting-1', 'customer360.outcome': 'ok' },
    });
    const [fetched] = childrenOf(operation);
    expect(fetched).toMatchObject({ service: 'customer360-gateway', name: 'fetch identity' });
    const [served] = childrenOf(fetched);
    expect(served).toMatchObject({ service: 'customer360-identity', name: 'mutation Meet__identity__0' });
    const statements = childrenOf(served).map(({ attributes }) => String(attributes['db.query.text']));
    expect(statements.filter((text) => /INSERT INTO .*\$1/s.test(text)).length).toBeGreaterThan(0);
  });

  it('goes on where the caller began it', () => {
    const operation = collector.spans.find(({ name }) => name === 'query OfACaller');
    expect(operation).toMatchObject({ traceId: '0af7651916cd43dd8448eb211c80319c', parentSpanId: 'b7ad6b7169203331' });
    const ofServices = collector.spans.filter(({ traceId }) => traceId === operation?.traceId);
    expect(new Set(ofServices.map(({ service }) => service))).toEqual(
      new Set(['customer360-gateway', 'customer360-identity', 'customer360-service']),
    );
    expect(ofServices.some(({ attributes }) => String(attributes['db.query.text']).startsWith('SELECT'))).toBe(true);
  });

  it('is not made where the caller chose not to', () => {
    expect(collector.spans.filter(({ name }) => name === 'query NotSampled')).toEqual([]);
  });

  it('follows each event of a subscription', () => {
    const event = collector.spans.find(({ name }) => name === 'event touchpoints');
    expect(childrenOf(event).map(({ name }) => name)).toContain('fetch identity');
  });

  it('holds nothing of a person', () => {
    expect(collector.spans.length).toBeGreaterThan(50);
    const text = JSON.stringify(collector.spans);
    for (const value of Object.values(PERSON)) expect(text).not.toContain(value);
  });
});
