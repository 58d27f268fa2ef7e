import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { freePort } from '../../scripts/start/freePort.js';
import { pino } from 'pino';
import { startWebhooks } from '../../subgraphs/kit/flow/webhooks/startWebhooks.js';
import { customerErased, customerMerged, customerUnmerged } from '../../schema/contract.js';
import { compose } from '../../schema/compose.js';
import { TEST_SIGNING_KEY } from '../support/asGateway.js';
import { type TestGateway, ask, startGateway } from '../support/fixtureGateway.js';
import { type RunningCommand, plainEnvironment, run } from '../support/startHarness.js';
import { type TestSubgraphs, startTestSubgraphs } from '../support/startTestSubgraphs.js';
import { TEST_ACCESS, accessOf, token } from '../support/tokens.js';
import { waitUntil } from '../support/waitUntil.js';

let folder: string;
let subgraphs: TestSubgraphs;
let example: RunningCommand;
let gateway: TestGateway;
let webhooks: Awaited<ReturnType<typeof startWebhooks>>;
const headers = async () => ({ authorization: `Bearer ${await token({ roles: ['admin'], scope: 'stamps:write' })}` });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'customer360-stamps-'));
  subgraphs = await startTestSubgraphs();
  const port = await freePort();
  const GATEWAY_URL = `http://127.0.0.1:${port}/graphql`;
  const env = {
    ...plainEnvironment(),
    SIGNING_KEY: TEST_SIGNING_KEY,
    GATEWAY_URL,
    PORT: '0',
    TOKEN: (await headers()).authorization.slice(7),
  };
  example = run(process.execPath, ['docs/examples/stamps/server.mjs'], { env });
  const [, url = ''] = await example.prints(/answers at (http:\S+)/);
  const ours = Object.entries(subgraphs.urls).map(([name, address]) => ({
    name,
    url: address,
    sdl: readFileSync(`schema/subgraphs/${name}.graphql`, 'utf8'),
  }));
  const stamps = { name: 'stamps', url, sdl: readFileSync('docs/examples/stamps/schema.graphql', 'utf8') };
  const hook = {
    name: 'stamps',
    url: url.replace('/graphql', '/events'),
    events: [customerErased, customerMerged, customerUnmerged].map(({ type }) => type),
  };
  const from = { databaseUrl: subgraphs.databaseUrl, signingKey: TEST_SIGNING_KEY };
  webhooks = await startWebhooks([hook], from, pino({ level: 'silent' }));
  const file = join(folder, 'supergraph.graphql');
  await writeFile(file, compose([...ours, stamps]).supergraphSdl);
  gateway = await startGateway(file, { port, auth: accessOf(TEST_ACCESS), signingKey: TEST_SIGNING_KEY });
});
afterAll(async () => {
  await webhooks.stop();
  await gateway.stop();
  example.signal('SIGTERM');
  await example.ended;
  await subgraphs.stop();
  await rm(folder, { recursive: true });
});

it('a subgraph in another framework adds to the customer and to their timeline', async () => {
  const made = await ask(
    gateway.url,
    'mutation { identifyCustomer(input: { displayName: "Ada", emails: ["ada@example.com"] }) { customer { id } } }',
    { headers: await headers() },
  );
  const { id } = (made.data as { identifyCustomer: { customer: { id: string } } }).identifyCustomer.customer;
  const stamped = await ask(gateway.url, 'mutation ($id: ID!) { stampCard(customerId: $id) { displayName stamps } }', {
    variables: { id },
    headers: await headers(),
  });
  expect(stamped).toMatchObject({ data: { stampCard: { displayName: 'Ada', stamps: 1 } } });
  const query =
    'query ($id: ID!) { customer360(id: $id) { stamps timeline(first: 5) { nodes { summary source { type } } } } }';
  await waitUntil(async () => {
    const { data } = await ask(gateway.url, query, { variables: { id }, headers: await headers() });
    return JSON.stringify(data).includes('Got a stamp');
  });
});

it('nobody stamps a card without the scope, and a direct request is refused', async () => {
  const marketer = { authorization: `Bearer ${await token({ roles: ['marketer'] })}` };
  const refused = await ask(gateway.url, 'mutation { stampCard(customerId: "x") { id } }', { headers: marketer });
  expect(refused.errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN' });
  const [, url = ''] = /answers at (http:\S+)/.exec(example.output()) ?? [];
  expect((await ask(url, '{ stampsOnCard }')).status).toBe(401);
});

async function write(call: string): Promise<unknown> {
  const answer = await ask(gateway.url, `mutation { ${call} }`, { headers: await headers() });
  if (answer.errors) throw new Error(JSON.stringify(answer.errors));
  return answer.data;
}

async function stampsOf(id: string | undefined): Promise<number> {
  const { data } = await ask(gateway.url, `{ customer360(id: "${id}") { stamps } }`, { headers: await headers() });
  return (data as { customer360: { stamps: number } }).customer360.stamps;
}

it('hears by a webhook of customers who are merged, taken apart again and erased', async () => {
  const made = await Promise.all(
    ['bea', 'cleo'].map((name) =>
      write(`identifyCustomer(input: { displayName: "${name}", emails: ["${name}@example.com"] }) { customer { id } }`),
    ),
  );
  const [bea, cleo] = made.map(
    (data) => (data as { identifyCustomer: { customer: { id: string } } }).identifyCustomer.customer.id,
  );
  for (const id of [bea, cleo, cleo]) await write(`stampCard(customerId: "${id}") { stamps }`);
  await write(`mergeCustomers(customerId: "${bea}", intoId: "${cleo}") { customer { id } }`);
  await waitUntil(async () => (await stampsOf(cleo)) === 3);
  await write(`unmergeCustomer(customerId: "${bea}") { id }`);
  await waitUntil(async () => (await stampsOf(cleo)) === 2);
  await write(`eraseCustomer(customerId: "${bea}", reason: REQUESTED) { id }`);
  await waitUntil(async () => (await stampsOf(bea)) === 0);
  expect(await stampsOf(cleo)).toBe(2);
  const receipts = async () => {
    const query = `{ erasures(filter: { customerId: "${bea}" }) { nodes { subgraphs { subgraph signature rows { place count } } } } }`;
    const { data } = await ask(gateway.url, query, { headers: await headers() });
    const [erasure] = (data as { erasures: { nodes: { subgraphs: { subgraph: string }[] }[] } }).erasures.nodes;
    return erasure?.subgraphs.find(({ subgraph }) => subgraph === 'stamps');
  };
  await waitUntil(async () => (await receipts()) !== undefined);
  expect(await receipts()).toMatchObject({ signature: expect.any(String), rows: [{ place: 'stamps', count: 1 }] });
});
