import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { openFolder } from '../support/startHarness.js';
import { startProduct, type RunningProduct } from '../support/startProduct.js';
import { type Untyped } from '../support/startTestSubgraph.js';
import { waitUntil } from '../support/waitUntil.js';

/** One customer's story, told by the people of all departments through the gateway, and what the graph makes of it. */

const folder = openFolder();
let product: RunningProduct;
beforeAll(async () => {
  product = await startProduct(folder.path, ['--customers', '8']);
});
afterAll(async () => {
  await product.stop();
  folder.remove();
});

/** Asks, and fails on errors. */
async function tell(query: string, variables: object = {}) {
  const { data, errors } = await product.ask(query, variables);
  expect(errors).toBeUndefined();
  return data;
}

const CAPTURE =
  'mutation ($input: CaptureLeadInput!, $key: String) { captureLead(input: $input, idempotencyKey: $key) { id status } }';
const QUALIFY = `mutation ($id: ID!) { qualifyLead(id: $id, input: { status: QUALIFIED, need: "Ten desks", authority: DECIDES,
  budget: { amount: "6000", currency: "EUR" }, timing: "2027-03-31" }) { status } }`;
const CONVERT = `mutation ($id: ID!, $customerId: ID!) { convertLead(id: $id, input: { customerId: $customerId, name: "Ten desks",
  amount: { amount: "5490", currency: "EUR" } }) { status opportunity { id stage } } }`;
const ORDER = 'mutation ($input: PlaceOrderInput!) { placeOrder(input: $input) { id total { amount currency } } }';

it('is one story in every department', async () => {
  const staff = await tell(
    '{ employees { nodes { id team name } } surveys { nodes { id kind } } products { nodes { id name } } }',
  );
  const agent = staff.employees.nodes.find(({ team }: { team: string }) => team === 'Service');
  const nps = staff.surveys.nodes.find(({ kind }: { kind: string }) => kind === 'NPS');
  const desk = staff.products.nodes.find(({ name }: { name: string }) => name.startsWith('Standing desk'));

  const identified = await tell(
    'mutation { identifyCustomer(input: { displayName: "Kontor AG", kind: ORGANIZATION, emails: ["einkauf@kontor.example"] }) { customer { id } } }',
  );
  const customerId: string = identified.identifyCustomer.customer.id;

  // Sales: the same lead sent twice is one lead; it is qualified, converted, and buys.
  const lead = { input: { name: 'Kontor AG', source: 'EVENT', interest: 'Desks' }, key: 'fair-stand-17' };
  const first = await tell(CAPTURE, lead);
  expect(await tell(CAPTURE, lead)).toEqual(first);
  const { id } = first.captureLead;
  expect((await tell(QUALIFY, { id })).qualifyLead.status).toBe('QUALIFIED');
  const { convertLead } = await tell(CONVERT, { id, customerId });
  expect(convertLead).toMatchObject({ status: 'CONVERTED', opportunity: { stage: 'QUALIFICATION' } });
  const won = 'mutation ($id: ID!) { moveOpportunity(id: $id, stage: WON) { stage probability } }';
  expect((await tell(won, { id: convertLead.opportunity.id })).moveOpportunity).toEqual({
    stage: 'WON',
    probability: 1,
  });
  const lines = [{ productId: desk.id, quantity: 10, unitPrice: '549.00', unitCost: '340.38', discount: '49.00' }];
  const placed = await tell(ORDER, { input: { customerId, currency: 'EUR', lines } });
  expect(placed.placeOrder.total).toEqual({ amount: '5441.00', currency: 'EUR' });

  // Service: a complaint, answered, resolved, and a reply to it that cannot follow any more.
  const open = 'mutation ($input: OpenCaseInput!) { openCase(input: $input) { id number } }';
  const input = {
    customerId,
    subject: 'Two desks scratched',
    kind: 'COMPLAINT',
    channel: 'PHONE',
    body: 'Two of ten.',
  };
  const { openCase } = await tell(open, { input });
  const reply =
    'mutation ($id: ID!, $input: ReplyToCaseInput!) { replyToCase(caseId: $id, input: $input) { firstRespondedAt } }';
  await tell(reply, { id: openCase.id, input: { body: 'New ones come tomorrow.', employeeId: agent.id } });
  await tell('mutation ($id: ID!) { resolveCase(id: $id, resolution: "Replaced") { status } }', { id: openCase.id });
  const late = await product.ask(reply, { id: openCase.id, input: { body: 'Thanks!' } });
  expect(late.errors?.[0]?.extensions).toMatchObject({
    code: 'BAD_USER_INPUT',
    argument: 'caseId',
    service: 'service',
  });

  // Marketing: consent lets a segment by rule have them; feedback: a detractor whose loop is closed.
  const consent = { customerId, purpose: 'MARKETING', channel: 'EMAIL', source: 'fair', text: 'Yes, by email.' };
  await tell('mutation ($input: GrantConsentInput!) { grantConsent(input: $input) { id } }', { input: consent });
  const response = { customerId, surveyId: nps.id, score: 4, verbatim: 'Scratched.', language: 'en' };
  const submit = 'mutation ($input: SubmitSurveyResponseInput!) { submitSurveyResponse(input: $input) { id } }';
  const { submitSurveyResponse } = await tell(submit, { input: response });
  const close = `mutation ($id: ID!, $employeeId: ID!) {
    closeLoop(responseId: $id, input: { employeeId: $employeeId, outcome: RECOVERED }) { loop { status } } }`;
  const closed = await tell(close, { id: submitSurveyResponse.id, employeeId: agent.id });
  expect(closed.closeLoop.loop.status).toBe('CLOSED');

  // And all of it in one question, asked by the email address.
  const { customer360 } = await tell(`{ customer360(email: "einkauf@kontor.example") {
    id displayName
    lifecycleStage { value } orderCount { value } lifetimeValue { value { amount currency } }
    grossMargin { value { amount currency } } leads { nodes { status } }
    openCaseCount { value } complaintCount { value } cases { nodes { number status assignee { name } } }
    mayContact(purpose: MARKETING, channel: EMAIL) { allowed }
    npsScore { value category }
  } }`);
  expect(customer360).toMatchObject({
    id: customerId,
    displayName: 'Kontor AG',
    orderCount: { value: 1 },
    lifetimeValue: { value: [{ amount: '5441.00', currency: 'EUR' }] },
    grossMargin: { value: [{ amount: '2037.20', currency: 'EUR' }] },
    leads: { nodes: [{ status: 'CONVERTED' }] },
    openCaseCount: { value: 0 },
    complaintCount: { value: 1 },
    cases: { nodes: [{ number: openCase.number, status: 'RESOLVED' }] },
    mayContact: { allowed: true },
    npsScore: { value: -100, category: 'DETRACTOR' },
  });

  // What each department did is on the timeline moments later, in order, and shows there what it was about.
  let told: Untyped[] = [];
  await waitUntil(async () => {
    const timeline =
      'query ($id: ID!) { customer360(id: $id) { timeline { nodes { summary order { number } case { number } response { score } } } } }';
    told = (await tell(timeline, { id: customerId })).customer360.timeline.nodes.toReversed();
    return told.length >= 8;
  });
  expect(told).toEqual([
    { summary: expect.stringMatching(/^We agreed: /), order: null, case: null, response: null },
    {
      summary: expect.stringMatching(/^Ordered Standing desk/),
      order: { number: expect.any(String) },
      case: null,
      response: null,
    },
    {
      summary: `Complained: Two desks scratched (${openCase.number})`,
      order: null,
      case: { number: openCase.number },
      response: null,
    },
    {
      summary: expect.stringContaining('New ones come tomorrow.'),
      order: null,
      case: { number: openCase.number },
      response: null,
    },
    {
      summary: 'Resolved "Two desks scratched": Replaced',
      order: null,
      case: { number: openCase.number },
      response: null,
    },
    { summary: 'Agreed to offers by email', order: null, case: null, response: null },
    { summary: 'NPS 4: "Scratched."', order: null, case: null, response: { score: 4 } },
    { summary: 'We followed up their NPS 4: it is put right', order: null, case: null, response: { score: 4 } },
  ]);
});
