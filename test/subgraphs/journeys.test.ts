import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { closeIdleJourneys } from '../../subgraphs/touchpoints/journeys/closeIdleJourneys.js';
import { touchpoints } from '../../subgraphs/touchpoints/subgraph.js';
import { startTestSubgraph, type TestSubgraph, type Untyped } from '../support/startTestSubgraph.js';

let subgraph: TestSubgraph & { identity: TestSubgraph };
let customerId: string;
const HOUR = 3_600_000;
const noon = new Date('2026-03-02T12:00:00Z').getTime();

beforeAll(async () => {
  subgraph = await startTestSubgraph(touchpoints);
});
afterAll(() => subgraph.stop());
beforeEach(async () => {
  const input = { kind: 'PERSON', displayName: 'Anna Gruber', emails: [`${randomUUID()}@example.com`] };
  const query = 'mutation ($input: IdentifyCustomerInput!) { identifyCustomer(input: $input) { customer { id } } }';
  customerId = (await subgraph.identity.ask(query, { input })).data.identifyCustomer.customer.id;
});

const FIELDS = 'id journey { id subject status openedAt lastTouchAt } journeyLink { reason confidence }';

async function ask(query: string, variables: object): Promise<Untyped> {
  const answer = await subgraph.ask(query, variables);
  if (answer.errors) throw new Error(JSON.stringify(answer.errors));
  return answer.data;
}

/** Records a contact, by default a customer's email to sales, some hours after noon. */
async function record(summary: string, hours = 0, more: object = {}): Promise<Untyped> {
  const input = {
    customerId,
    channel: 'EMAIL',
    direction: 'INBOUND',
    kind: 'CONTACT',
    department: 'SALES',
    summary,
    occurredAt: new Date(noon + hours * HOUR).toISOString(),
    ...more,
  };
  const query = `mutation ($input: RecordTouchpointInput!) { recordTouchpoint(input: $input) { ${FIELDS} } }`;
  return (await ask(query, { input })).recordTouchpoint;
}

async function status({ journey }: Untyped): Promise<string> {
  return (await ask('query ($id: ID!) { journey(id: $id) { status } }', { id: journey.id })).journey.status;
}

const daysAgo = (count: number) => ({ occurredAt: new Date(Date.now() - count * 24 * HOUR).toISOString() });

const service = { channel: 'PHONE', department: 'SERVICE' };

test('a customer who comes to us begins a journey; what we send of ourselves does not', async () => {
  const email = await record('Do you have grinders?');
  expect(email).toMatchObject({
    journey: { subject: 'Do you have grinders?', status: 'OPEN' },
    journeyLink: { reason: 'FIRST', confidence: 1 },
  });
  const campaign = await record('Campaign "Grinders" was sent', 1, { direction: 'OUTBOUND', kind: 'CAMPAIGN' });
  expect(campaign).toMatchObject({ journey: null, journeyLink: null });
});

test('what has the same thread is on the same journey, whatever its words and its time', async () => {
  const first = await record('Do you have grinders?', 0, { threadKey: 'mail-7' });
  const answer = await record('Yes, three.', 200, { threadKey: 'mail-7', direction: 'OUTBOUND' });
  expect(answer).toMatchObject({
    journey: { id: first.journey.id, lastTouchAt: new Date(noon + 200 * HOUR).toISOString() },
    journeyLink: { reason: 'THREAD', confidence: 1 },
  });
});

test('what names the same order is on the same journey', async () => {
  const first = await record('Ordered a grinder (O-000123)', 0, { kind: 'ORDER' });
  const call = await record('Asks where o-123 is', 500, service);
  expect(call).toMatchObject({
    journey: { id: first.journey.id },
    journeyLink: { reason: 'REFERENCE', confidence: 0.9 },
  });
});

test('a call to service within 72 hours about what the email to sales was about is the same effort', async () => {
  const email = await record('My espresso machine has not arrived yet', 0);
  const call = await record('When will the espresso machine arrive?', 71, service);
  expect(call.journey.id).toBe(email.journey.id);
  expect(call.journeyLink.reason).toBe('SUBJECT');
  expect(call.journeyLink.confidence).toBeGreaterThanOrEqual(0.4);
  expect(call.journeyLink.confidence).toBeLessThanOrEqual(0.8);
});

test.each([
  ['about something else', 'I want to change my address', 1, service],
  ['later than 72 hours', 'The espresso machine has not arrived', 73, service],
  ['through the same channel with the same department', 'The espresso machine has not arrived', 1, {}],
  ['with one word in common', 'The machine in the hall hums', 1, service],
])('a contact %s is not joined', async (_what, summary, hours, more) => {
  const email = await record('My espresso machine has not arrived yet');
  const other = await record(summary, hours, more);
  expect(other.journey.id).not.toBe(email.journey.id);
  expect(other.journeyLink.reason).toBe('FIRST');
});

test("another customer's words and threads join nothing", async () => {
  const email = await record('My espresso machine has not arrived, O-77', 0, { threadKey: 'mail-7' });
  const input = { kind: 'PERSON', displayName: 'Bert', emails: [`${randomUUID()}@example.com`] };
  const query = 'mutation ($input: IdentifyCustomerInput!) { identifyCustomer(input: $input) { customer { id } } }';
  const other = (await subgraph.identity.ask(query, { input })).data.identifyCustomer.customer.id;
  const more = { ...service, customerId: other, threadKey: 'mail-7' };
  const call = await record('My espresso machine has not arrived, O-77', 1, more);
  expect(call.journey.id).not.toBe(email.journey.id);
});

test('who is taken off a journey stays off, and so does what is like it', async () => {
  const email = await record('My espresso machine has not arrived yet', 0, { threadKey: 'mail-7' });
  const call = await record('When will the espresso machine arrive?', 1, { ...service, threadKey: 'call-9' });
  expect(call.journey.id).toBe(email.journey.id);
  const unlink = `mutation ($id: ID!) { unlinkTouchpoint(touchpointId: $id) { ${FIELDS} } }`;
  const { unlinkTouchpoint } = await ask(unlink, { id: call.id });
  expect(unlinkTouchpoint).toMatchObject({ journey: null, journeyLink: null });
  const again = await record('The espresso machine: when does it arrive?', 2, service);
  expect(again.journey.id).not.toBe(email.journey.id);
  // The email's own thread is not the call's.
  const answer = await record('It is on its way', 3, { threadKey: 'mail-7', direction: 'OUTBOUND' });
  expect(answer.journey).toMatchObject({ id: email.journey.id });
});

test('a touchpoint is put on a journey by hand, and its own journey ends when nothing is left on it', async () => {
  const email = await record('My espresso machine has not arrived yet');
  const call = await record('It is about the parcel', 5, service);
  expect(call.journey.id).not.toBe(email.journey.id);
  const link = `mutation ($id: ID!, $journey: ID) { linkTouchpoint(touchpointId: $id, journeyId: $journey) { ${FIELDS} } }`;
  const { linkTouchpoint } = await ask(link, { id: call.id, journey: email.journey.id });
  expect(linkTouchpoint).toMatchObject({
    journey: { id: email.journey.id, lastTouchAt: new Date(noon + 5 * HOUR).toISOString() },
    journeyLink: { reason: 'MANUAL', confidence: 1 },
  });
  const { journey } = await ask('query ($id: ID!) { journey(id: $id) { status touchpoints { totalCount } } }', {
    id: call.journey.id,
  });
  expect(journey).toEqual({ status: 'CLOSED', touchpoints: { totalCount: 0 } });

  const { linkTouchpoint: own } = await ask(link, { id: call.id });
  expect(own.journey).toMatchObject({ subject: 'It is about the parcel', status: 'OPEN' });
  expect([email.journey.id, call.journey.id]).not.toContain(own.journey.id);
});

test('a journey of another customer, an unknown journey and an unknown touchpoint are refused', async () => {
  const email = await record('Do you have grinders?');
  const link = `mutation ($id: ID!, $journey: ID) { linkTouchpoint(touchpointId: $id, journeyId: $journey) { id } }`;
  const foreign = { id: randomUUID(), customer: randomUUID() };
  await subgraph.database.dataSource.query(
    `INSERT INTO journey (id, customer_id, subject, status, opened_at, last_touch_at) VALUES ($1, $2, 'x', 'OPEN', now(), now())`,
    [foreign.id, foreign.customer],
  );
  for (const [id, journey, argument] of [
    [email.id, foreign.id, 'journeyId'],
    [email.id, randomUUID(), 'journeyId'],
    ['nonsense', null, 'touchpointId'],
  ]) {
    const { errors } = await subgraph.ask(link, { id, journey });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument });
  }
  const { touchpoint } = await ask(`query ($id: ID!) { touchpoint(id: $id) { ${FIELDS} } }`, { id: email.id });
  expect(touchpoint.journey.id).toBe(email.journey.id);
});

function noSettings(): never {
  throw new Error('closing journeys takes no settings');
}

test('a journey on which nothing happened for 30 days is closed, and opened by the next touchpoint', async () => {
  const old = await record('Do you have grinders?', 0, { ...daysAgo(31), threadKey: 'mail-1' });
  const recent = await record('Do you have cups?', 0, { ...daysAgo(29), threadKey: 'mail-2' });
  await closeIdleJourneys.run(subgraph.database.dataSource, noSettings);
  expect([await status(old), await status(recent)]).toEqual(['CLOSED', 'OPEN']);
  await record('And now?', 0, { ...daysAgo(0), threadKey: 'mail-1' });
  expect(await status(old)).toBe('OPEN');
});
