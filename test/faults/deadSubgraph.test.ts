import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { subgraphs } from '../../subgraphs/all.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';
import { plainEnvironment, run, type RunningCommand } from '../support/startHarness.js';
import { ask, askSubgraph } from '../support/startTestSubgraph.js';

/** Each subgraph and the gateway as a process of its own, as in production. */
let database: TestDatabase;
const processes = new Map<string, RunningCommand>();
const urls: Record<string, string> = {};
let gateway = '';

const script = (path: string) => join(process.cwd(), path);

async function startSubgraphProcess(name: string): Promise<void> {
  const env = { ...plainEnvironment(), DATABASE_URL: database.url, PORT: '0', LOG_LEVEL: 'info', ...urls };
  const child = run(process.execPath, [script(`dist/subgraphs/${name}/main.js`)], { env });
  const [, url = ''] = await child.prints(/"url":"(http:[^"]+)"/);
  processes.set(name, child);
  urls[`${name.toUpperCase()}_URL`] = url;
}

beforeAll(async () => {
  database = await createTestDatabase();
  for (const { name } of subgraphs) await startSubgraphProcess(name);
  const child = run(process.execPath, [script('dist/gateway/main.js'), '--port', '0', '--auth', 'off'], {
    env: { ...plainEnvironment(), ...urls },
  });
  const [, url = ''] = await child.prints(/"url":"(http:[^"]+)"/);
  processes.set('gateway', child);
  gateway = url;
});
afterAll(async () => {
  for (const child of processes.values()) child.signal('SIGTERM');
  await Promise.all([...processes.values()].map((child) => child.ended));
  await database.drop();
});

const QUERY = `query ($email: String) { customer360(email: $email) {
  displayName orderCount { value } openCaseCount { value } consents { purpose } npsScore { value } lastContactAt
} }`;

it('costs its own fields only when it is killed, and is back when it is started again', async () => {
  const identify = `mutation { identifyCustomer(input: { displayName: "Ada", emails: ["ada@example.com"] }) { customer { id } } }`;
  expect((await ask(gateway, identify)).errors).toBeUndefined();
  const whole = await ask(gateway, QUERY, { email: 'ada@example.com' });
  expect(whole).toEqual({
    data: {
      customer360: {
        displayName: 'Ada',
        orderCount: { value: 0 },
        openCaseCount: { value: 0 },
        consents: [],
        npsScore: { value: null },
        lastContactAt: null,
      },
    },
  });

  const sales = processes.get('sales');
  sales?.signal('SIGKILL');
  await sales?.ended;
  const without = await ask(gateway, QUERY, { email: 'ada@example.com' });
  expect(without.data.customer360).toEqual({ ...whole.data.customer360, orderCount: null });
  expect(without.errors).toEqual([
    expect.objectContaining({
      path: ['customer360'],
      extensions: { code: 'SERVICE_UNAVAILABLE', service: 'sales', requestId: expect.any(String) },
    }),
  ]);
  const health = await fetch(new URL('/health/ready', gateway));
  expect(health.status).toBe(200);
  expect(await health.json()).toMatchObject({ status: 'degraded' });

  const { port } = new URL(urls['SALES_URL'] ?? '');
  const env = { ...plainEnvironment(), DATABASE_URL: database.url, SALES_PORT: port, ...urls };
  const again = run(process.execPath, [script('dist/subgraphs/sales/main.js')], { env });
  await again.prints(/"url":"(http:[^"]+)"/);
  processes.set('sales', again);
  expect(await ask(gateway, QUERY, { email: 'ada@example.com' })).toEqual(whole);
});

it('refuses to write what it cannot check while identity is away', async () => {
  const { data } = await ask(gateway, '{ customers(first: 1) { nodes { id } } }');
  const identity = processes.get('identity');
  identity?.signal('SIGKILL');
  await identity?.ended;
  const { errors } = await askSubgraph(
    'service',
    urls['SERVICE_URL'] ?? '',
    `mutation ($input: OpenCaseInput!) { openCase(input: $input) { id } }`,
    {
      input: {
        customerId: data.customers.nodes[0].id,
        subject: 'Late',
        kind: 'PROBLEM',
        channel: 'EMAIL',
        body: 'Where is it?',
      },
    },
  );
  expect(errors?.[0]?.extensions.code).toBe('SERVICE_UNAVAILABLE');
  expect((await ask(gateway, '{ cases { totalCount } }')).data.cases.totalCount).toBe(0);
});
