import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { plainEnvironment, run, type RunningCommand } from '../support/startHarness.js';
import { ask, type Untyped } from '../support/startTestSubgraph.js';
import { startTestSubgraphs, type TestSubgraphs } from '../support/startTestSubgraphs.js';
import { waitUntil } from '../support/waitUntil.js';

/** Six subgraphs and a gateway in front of them. */
let graph: TestSubgraphs;
let gateway: RunningCommand;
let url: string;

beforeAll(async () => {
  graph = await startTestSubgraphs();
  const urls = Object.fromEntries(Object.entries(graph.urls).map(([name, at]) => [`${name.toUpperCase()}_URL`, at]));
  gateway = run(process.execPath, [join(process.cwd(), 'dist/gateway/main.js'), '--port', '0', '--auth', 'off'], {
    env: { ...plainEnvironment(), ...urls },
  });
  [, url = ''] = await gateway.prints(/"url":"(http:[^"]+)"/);
});
afterAll(async () => {
  gateway.signal('SIGTERM');
  await gateway.ended;
  await graph.stop();
});

async function query(text: string, variables: object = {}): Promise<Untyped> {
  const answer = await ask(url, text, variables);
  if (answer.errors) throw new Error(JSON.stringify(answer.errors));
  return answer.data;
}

const BY_PHONE = `query ($phone: String!) { customer360(phone: $phone) { displayName journeys(status: OPEN) { nodes {
  subject status touchpoints { nodes {
    channel department summary case { subject } order { number } journeyLink { reason } } } } } } }`;

test('whoever answers the call sees the email to the other department first, and the case joins it', async () => {
  const { identifyCustomer } = await query(`mutation { identifyCustomer(input: {
    displayName: "Anna Gruber", emails: ["anna@example.com"], phones: ["+43 660 1234567"] }) { customer { id } } }`);
  const customerId = identifyCustomer.customer.id;
  await query(
    `mutation ($id: ID!) { recordTouchpoint(input: { customerId: $id, channel: EMAIL, direction: INBOUND, department: SALES,
      summary: "The espresso machine that I ordered has not arrived", threadKey: "mail-1" }) { id } }`,
    { id: customerId },
  );

  // The phone rings. Nobody has said hello yet.
  const { customer360: atTheCall } = await query(BY_PHONE, { phone: '+43 660 1234567' });
  expect(atTheCall).toMatchObject({
    displayName: 'Anna Gruber',
    journeys: {
      nodes: [
        {
          subject: 'The espresso machine that I ordered has not arrived',
          touchpoints: { nodes: [{ channel: 'EMAIL', department: 'SALES' }] },
        },
      ],
    },
  });

  const { openCase } = await query(
    `mutation ($id: ID!) { openCase(input: { customerId: $id, kind: COMPLAINT, channel: PHONE,
      subject: "Espresso machine not arrived" }) { id } }`,
    { id: customerId },
  );
  let journeys: Untyped[] = [];
  await waitUntil(async () => {
    journeys = (await query(BY_PHONE, { phone: '0043660 1234567' })).customer360.journeys.nodes;
    return journeys[0]?.touchpoints.nodes.length === 2;
  });
  expect(journeys).toHaveLength(1);
  expect(journeys[0].touchpoints.nodes).toEqual([
    expect.objectContaining({ channel: 'EMAIL', department: 'SALES', journeyLink: { reason: 'FIRST' }, case: null }),
    expect.objectContaining({
      channel: 'PHONE',
      department: 'SERVICE',
      journeyLink: { reason: 'SUBJECT' },
      case: { subject: 'Espresso machine not arrived' },
    }),
  ]);

  // Resolved is concluded; a reopened case opens the effort again.
  await query(`mutation ($id: ID!) { resolveCase(id: $id, resolution: "Delivered today") { id } }`, openCase);
  await waitUntil(
    async () => (await query(BY_PHONE, { phone: '+436601234567' })).customer360.journeys.nodes.length === 0,
  );
  await query(`mutation ($id: ID!) { reopenCase(id: $id, reason: "It leaks") { id } }`, openCase);
  await waitUntil(
    async () => (await query(BY_PHONE, { phone: '+436601234567' })).customer360.journeys.nodes.length === 1,
  );
});
