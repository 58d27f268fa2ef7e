import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { Untyped } from '../support/startTestSubgraph.js';
import { startTestSubgraphs, type TestSubgraphs } from '../support/startTestSubgraphs.js';
import { settled as allSettled } from '../support/settled.js';
import { waitUntil } from '../support/waitUntil.js';

let graph: TestSubgraphs;
let customerId: string;
let employeeId: string;

beforeAll(async () => {
  graph = await startTestSubgraphs();
  const { createEmployee } = await graph.ask(
    'identity',
    'mutation { createEmployee(input: { name: "Eva Lang", team: "North" }) { id } }',
  );
  employeeId = createEmployee.id;
  await allSettled((statement) => graph.sql(statement), Object.keys(graph.urls));
});
afterAll(() => graph.stop());

async function newCustomer(): Promise<string> {
  const input = { kind: 'PERSON', displayName: 'Anna Gruber', emails: [`${randomUUID()}@example.com`] };
  const query = 'mutation ($input: IdentifyCustomerInput!) { identifyCustomer(input: $input) { customer { id } } }';
  return (await graph.ask('identity', query, { input })).identifyCustomer.customer.id;
}

beforeEach(async () => {
  customerId = await newCustomer();
});

/** The customer's timeline, the oldest first, as soon as it has so many entries. */
async function timeline(count: number): Promise<Untyped[]> {
  const query = `query ($id: ID!) { touchpoints(filter: { customerId: $id }, first: 50, orderBy: OCCURRED_AT_ASC) {
    nodes { channel direction kind department summary sentiment employee { id } source { type id } } } }`;
  let nodes: Untyped[] = [];
  await waitUntil(async () => {
    nodes = (await graph.ask('touchpoints', query, { id: customerId })).touchpoints.nodes;
    return nodes.length >= count;
  });
  return nodes;
}

const short = ({ channel, direction, kind, department, summary, source }: Untyped) =>
  `${channel} ${direction} ${kind} ${department} ${source.type}: ${summary}`;

/** Once this is on the timeline, everything of the customer that was reported before is. */
async function settled(before: number): Promise<Untyped[]> {
  await graph.ask(
    'feedback',
    `mutation ($id: ID!) { recordReview(input: { customerId: $id, site: "Trustpilot", rating: 3 }) { id } }`,
    { id: customerId },
  );
  return (await timeline(before + 1)).filter(({ kind }) => kind !== 'REVIEW');
}

test('sales: an order and its way, a call, an opportunity that is won; notes and inner stages stay ours', async () => {
  const productId = randomUUID();
  await graph.sql(
    `INSERT INTO sales.product (id, name, unit_price, currency) VALUES ($1, 'Espresso machine', 500, 'EUR')`,
    [productId],
  );
  const { placeOrder } = await graph.ask(
    'sales',
    `mutation ($c: ID!, $p: ID!) { placeOrder(input: { customerId: $c, currency: "EUR", lines: [
      { productId: $p, quantity: 1 }, { productId: $p, quantity: 2 }] }) { id number } }`,
    { c: customerId, p: productId },
  );
  await graph.ask('sales', `mutation ($id: ID!) { moveOrder(id: $id, status: SHIPPED) { id } }`, placeOrder);
  const { openOpportunity } = await graph.ask(
    'sales',
    `mutation ($c: ID!, $e: ID!) { openOpportunity(input: { customerId: $c, name: "Coffee for the office", ownerId: $e }) { id } }`,
    { c: customerId, e: employeeId },
  );
  const activity = `mutation ($c: ID!, $o: ID!, $e: ID!, $k: ActivityKind!, $s: String!) {
    logActivity(input: { kind: $k, customerId: $c, opportunityId: $o, employeeId: $e, subject: $s }) { id } }`;
  const of = { c: customerId, o: openOpportunity.id, e: employeeId };
  await graph.ask('sales', activity, { ...of, k: 'CALL', s: 'Asked about the kitchen' });
  await graph.ask('sales', activity, { ...of, k: 'NOTE', s: 'Seems to be in a hurry' });
  for (const stage of ['QUALIFICATION', 'PROPOSAL', 'WON']) {
    await graph.ask(
      'sales',
      `mutation ($id: ID!, $s: OpportunityStage!) { moveOpportunity(id: $id, stage: $s) { id } }`,
      {
        id: openOpportunity.id,
        s: stage,
      },
    );
  }
  await graph.ask(
    'sales',
    `mutation ($c: ID!) { captureLead(input: { name: "Anna", source: EVENT, interest: "grinders", customerId: $c }) { id } }`,
    { c: customerId },
  );
  const reported = await settled(6);
  expect(reported.map(short)).toEqual([
    `WEB INBOUND ORDER SALES Order: Ordered Espresso machine and 1 more (${placeOrder.number})`,
    `EMAIL OUTBOUND ORDER SALES Order: Order ${placeOrder.number} was shipped`,
    'PHONE OUTBOUND ACTIVITY SALES Activity: Asked about the kitchen',
    'EMAIL OUTBOUND OPPORTUNITY SALES Opportunity: We made a proposal: Coffee for the office',
    'EMAIL INBOUND OPPORTUNITY SALES Opportunity: We agreed: Coffee for the office',
    'EVENT INBOUND CONTACT SALES Lead: Showed interest in grinders',
  ]);
  expect(reported[2].employee).toEqual({ id: employeeId });
  expect(reported[0].source).toEqual({ type: 'Order', id: placeOrder.id });
});

test('service: a complaint with its answers, goodwill and promise; who handles it stays ours', async () => {
  const { openCase } = await graph.ask(
    'service',
    `mutation ($c: ID!) { openCase(input: { customerId: $c, kind: COMPLAINT, channel: PHONE, subject: "The parcel is late" }) { id } }`,
    { c: customerId },
  );
  const of = { id: openCase.id, c: customerId, e: employeeId };
  const reply = `mutation ($id: ID!, $e: ID, $b: String!) { replyToCase(caseId: $id, input: { employeeId: $e, body: $b }) { id } }`;
  await graph.ask('service', `mutation ($id: ID!, $e: ID!) { assignCase(id: $id, assigneeId: $e) { id } }`, of);
  await graph.ask('service', reply, { id: openCase.id, e: employeeId, b: 'We are looking for it.' });
  await graph.ask('service', reply, { id: openCase.id, b: 'I am waiting.' });
  const { makePromise } = await graph.ask(
    'service',
    `mutation ($id: ID!, $c: ID!, $e: ID!, $due: DateTime!) {
      makePromise(input: { customerId: $c, caseId: $id, what: "A new parcel", dueAt: $due, employeeId: $e }) { id } }`,
    { ...of, due: new Date(Date.now() + 86_400_000).toISOString() },
  );
  await graph.ask('service', `mutation ($id: ID!) { keepPromise(id: $id) { id } }`, makePromise);
  await graph.ask(
    'service',
    `mutation ($e: ID!) { setGoodwillAuthority(input: { employeeId: $e, limit: { amount: "50", currency: "EUR" } }) { id } }`,
    of,
  );
  await graph.ask(
    'service',
    `mutation ($id: ID!, $c: ID!, $e: ID!) { grantGoodwill(input: {
      customerId: $c, caseId: $id, amount: { amount: "20", currency: "EUR" }, reason: "For the wait", employeeId: $e }) { id } }`,
    of,
  );
  await graph.ask('service', `mutation ($id: ID!) { resolveCase(id: $id, resolution: "Sent again") { id } }`, of);
  await graph.ask('service', `mutation ($id: ID!) { reopenCase(id: $id, reason: "It is broken") { id } }`, of);
  const reported = await settled(8);
  expect(reported.map(short)).toEqual([
    'PHONE INBOUND COMPLAINT SERVICE Case: Complained: The parcel is late (C-000001)',
    'PHONE OUTBOUND CASE SERVICE CaseMessage: We answered about "The parcel is late": We are looking for it.',
    'PHONE INBOUND CASE SERVICE CaseMessage: Wrote about "The parcel is late": I am waiting.',
    'PHONE OUTBOUND PROMISE SERVICE Promise: We promised: A new parcel',
    'PHONE OUTBOUND PROMISE SERVICE Promise: We kept our promise: A new parcel',
    'PHONE OUTBOUND PAYMENT SERVICE Goodwill: We gave 20.00 EUR as goodwill: For the wait',
    'PHONE OUTBOUND CASE SERVICE Case: Resolved "The parcel is late": Sent again',
    'PHONE INBOUND CASE SERVICE Case: Reopened "The parcel is late": It is broken',
  ]);
  const threads = await graph.sql('SELECT DISTINCT thread_key FROM touchpoints.touchpoint WHERE customer_id = $1', [
    customerId,
  ]);
  expect(threads).toEqual(expect.arrayContaining([{ thread_key: `Case:${openCase.id}` }]));
  expect(threads).toHaveLength(2);
});

test('marketing: consents, a campaign and the answer to it; a repeated consent and the control group say nothing', async () => {
  const consent = `mutation ($c: ID!) { grantConsent(input: {
    customerId: $c, purpose: MARKETING, channel: EMAIL, source: "web form", text: "Yes, write to me" }) { id } }`;
  await graph.ask('marketing', consent, { c: customerId });
  await graph.ask('marketing', consent, { c: customerId });
  const { createCampaign } = await graph.ask(
    'marketing',
    `mutation ($at: DateTime!) { createCampaign(input: { name: "Spring", channel: EMAIL, startsAt: $at }) { id } }`,
    { at: new Date().toISOString() },
  );
  const expose = `mutation ($c: ID!, $k: ID!, $control: Boolean!) {
    recordExposure(input: { customerId: $c, campaignId: $k, control: $control }) { id } }`;
  const { recordExposure } = await graph.ask('marketing', expose, {
    c: customerId,
    k: createCampaign.id,
    control: false,
  });
  await graph.ask('marketing', expose, { c: customerId, k: createCampaign.id, control: true });
  const respond = `mutation ($id: ID!) { recordExposureResponse(input: { exposureId: $id, response: CLICKED, at: "${new Date(
    Date.now() + 1000,
  ).toISOString()}" }) { id } }`;
  await graph.ask('marketing', respond, recordExposure);
  await graph.ask('marketing', respond, recordExposure);
  await graph.ask(
    'marketing',
    `mutation ($c: ID!) { withdrawConsent(input: { customerId: $c, purpose: MARKETING, source: "phone" }) { id } }`,
    { c: customerId },
  );
  const reported = await settled(4);
  expect(reported.map(short).sort()).toEqual([
    'EMAIL INBOUND CAMPAIGN MARKETING Exposure: Clicked on something in the campaign "Spring"',
    'EMAIL OUTBOUND CAMPAIGN MARKETING Exposure: Campaign "Spring" was sent',
    'WEB INBOUND CONSENT MARKETING Consent: Agreed to offers by email',
    'WEB INBOUND CONSENT MARKETING Consent: Withdrew from offers',
  ]);
});

test('feedback: an answer with its follow-up, a review, a referral; a review of nobody whom we know says nothing', async () => {
  const { createSurvey } = await graph.ask(
    'feedback',
    `mutation { createSurvey(input: { title: "After delivery", kind: NPS, question: "Would you recommend us?" }) { id } }`,
  );
  const { submitSurveyResponse } = await graph.ask(
    'feedback',
    `mutation ($c: ID!, $s: ID!) { submitSurveyResponse(input: {
      surveyId: $s, customerId: $c, score: 2, verbatim: "Too late", channel: SMS }) { id } }`,
    { c: customerId, s: createSurvey.id },
  );
  await graph.ask(
    'feedback',
    `mutation ($id: ID!, $e: ID!) { closeLoop(responseId: $id, input: { employeeId: $e, outcome: RECOVERED }) { id } }`,
    { id: submitSurveyResponse.id, e: employeeId },
  );
  const review = `mutation ($c: ID) { recordReview(input: { customerId: $c, site: "Google", rating: 5, text: "Great" }) { id } }`;
  await graph.ask('feedback', review, { c: null });
  await graph.ask('feedback', review, { c: customerId });
  await graph.ask(
    'feedback',
    `mutation ($c: ID!, $other: ID!) { recordReferral(input: { customerId: $c, referredCustomerId: $other }) { id } }`,
    { c: customerId, other: await newCustomer() },
  );
  await graph.ask(
    'feedback',
    `mutation ($c: ID!) { recordCompetitorRating(input: {
      customerId: $c, competitor: "Acme", experience: "delivery", rating: 4, ours: 3 }) { id } }`,
    { c: customerId },
  );
  const reported = await timeline(5);
  expect(reported.map(short)).toEqual([
    'SMS INBOUND SURVEY FEEDBACK SurveyResponse: NPS 2: "Too late"',
    'SMS OUTBOUND CONTACT FEEDBACK SurveyResponse: We followed up their NPS 2: it is put right',
    'REVIEW_SITE INBOUND REVIEW FEEDBACK Review: 5 of 5 on Google: "Great"',
    'FACE_TO_FACE INBOUND CONTACT FEEDBACK Referral: Brought us another customer',
    'WEB INBOUND SURVEY FEEDBACK CompetitorRating: Rated the delivery of Acme 4 of 5, ours 3',
  ]);
  expect(reported.map(({ sentiment }) => sentiment)).toEqual(['NEGATIVE', null, 'POSITIVE', 'POSITIVE', null]);
});

test('a call that is sent again with its idempotency key is reported once', async () => {
  const review = `mutation ($c: ID!, $key: String!) {
    recordReview(idempotencyKey: $key, input: { customerId: $c, site: "Google", rating: 1 }) { id } }`;
  const key = randomUUID();
  await graph.ask('feedback', review, { c: customerId, key });
  await graph.ask('feedback', review, { c: customerId, key });
  await graph.ask('feedback', review, { c: customerId, key: randomUUID() });
  expect(await timeline(2)).toHaveLength(2);
});
