import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { subgraphs } from '../../subgraphs/all.js';
import { startFaultyProxy, type FaultyProxy } from '../support/faultyProxy.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';
import { plainEnvironment, run, type RunningCommand } from '../support/startHarness.js';
import { ask, askSubgraph, type GraphQLAnswer } from '../support/startTestSubgraph.js';
import { waitUntil } from '../support/waitUntil.js';

/** Each subgraph and the gateway as a process of its own, as in production. */
let database: TestDatabase;
const processes = new Map<string, RunningCommand>();
const urls: Record<string, string> = {};
let gateway = '';
/** Between the gateway and feedback. */
let proxy: FaultyProxy;

const TIMEOUT_MS = 2_000;

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
  const [first, ...others] = subgraphs.map(({ name }) => name);
  // The others check ids at identity.
  await startSubgraphProcess(first ?? '');
  await Promise.all(others.map((name) => startSubgraphProcess(name)));
  proxy = await startFaultyProxy(urls['FEEDBACK_URL'] ?? '');
  const options = ['--port', '0', '--auth', 'off', '--subgraph-timeout', String(TIMEOUT_MS)];
  const child = run(process.execPath, [script('dist/gateway/main.js'), ...options], {
    env: { ...plainEnvironment(), ...urls, FEEDBACK_URL: proxy.url },
  });
  const [, url = ''] = await child.prints(/"url":"(http:[^"]+)"/);
  processes.set('gateway', child);
  gateway = url;
});
afterAll(async () => {
  for (const child of processes.values()) {
    child.signal('SIGTERM');
    // Where a test failed, one may still be stopped.
    child.signal('SIGCONT');
  }
  await Promise.all([...processes.values()].map((child) => child.ended));
  await proxy.stop();
  await database.drop();
});

const QUERY = `query ($email: String) { customer360(email: $email) {
  displayName orderCount { value } openCaseCount { value } consents { purpose } npsScore { value } lastContactAt
} }`;

const askWhole = (): Promise<GraphQLAnswer> => ask(gateway, QUERY, { email: 'ada@example.com' });

async function ready(): Promise<{ status: number; body: unknown }> {
  const response = await fetch(new URL('/health/ready', gateway));
  return { status: response.status, body: await response.json() };
}

it('costs its own fields only when it is killed, and is back when it is started again', async () => {
  const identify = `mutation { identifyCustomer(input: { displayName: "Ada", emails: ["ada@example.com"] }) { customer { id } } }`;
  expect((await ask(gateway, identify)).errors).toBeUndefined();
  const whole = await askWhole();
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
  const without = await askWhole();
  expect(without.data.customer360).toEqual({ ...whole.data.customer360, orderCount: null });
  expect(without.errors).toEqual([
    expect.objectContaining({
      path: ['customer360'],
      extensions: { code: 'SERVICE_UNAVAILABLE', service: 'sales', requestId: expect.any(String) },
    }),
  ]);
  expect(await ready()).toMatchObject({ status: 200, body: { status: 'degraded', lost: ['sales'] } });

  const { port } = new URL(urls['SALES_URL'] ?? '');
  const env = { ...plainEnvironment(), DATABASE_URL: database.url, SALES_PORT: port, ...urls };
  const again = run(process.execPath, [script('dist/subgraphs/sales/main.js')], { env });
  await again.prints(/"url":"(http:[^"]+)"/);
  processes.set('sales', again);
  expect(await askWhole()).toEqual(whole);
});

it.each([
  'hangs up',
  'is cut off in the middle of its answer',
  'answers 500',
  'answers a page',
  'answers JSON that is not GraphQL',
  'answers data that has another shape',
  'does not speak HTTP',
  'answers with endless headers',
  'answers without an end',
  'answers a byte at a time',
  'hangs',
])('costs its own fields only when it %s, and is back when it is well', async (fault) => {
  const whole = await askWhole();
  expect(whole.errors).toBeUndefined();
  await proxy.misbehave(fault);
  const asked = performance.now();
  const without = await askWhole();
  expect(performance.now() - asked).toBeLessThan(2 * TIMEOUT_MS);
  expect(without.data.customer360).toEqual({ ...whole.data.customer360, npsScore: null });
  expect(without.errors).toEqual([
    {
      message: expect.stringMatching(/^The subgraph "feedback" [a-zA-Z ,]+\.$/),
      path: ['customer360'],
      extensions: { code: 'SERVICE_UNAVAILABLE', service: 'feedback', requestId: expect.any(String) },
    },
  ]);
  await proxy.misbehave('none');
  expect(await askWhole()).toEqual(whole);
});

it('costs its own fields and no time when it hangs for longer, and is back by itself when it goes on', async () => {
  const whole = await askWhole();
  const touchpoints = processes.get('touchpoints');
  touchpoints?.signal('SIGSTOP');
  const asked = performance.now();
  const answers = await Promise.all(Array.from({ length: 5 }, askWhole));
  expect(performance.now() - asked).toBeLessThan(2 * TIMEOUT_MS);
  for (const { data } of answers) expect(data.customer360).toEqual({ ...whole.data.customer360, lastContactAt: null });
  expect(await ready()).toMatchObject({ status: 200, body: { status: 'degraded', slow: ['touchpoints'] } });

  // When most of its requests of late failed, it rests: nobody waits for it any more.
  let quick = await askWhole();
  await waitUntil(async () => {
    quick = await askWhole();
    return quick.errors?.[0]?.message === 'The subgraph "touchpoints" is resting after failures.';
  });
  expect(quick.data.customer360).toEqual({ ...whole.data.customer360, lastContactAt: null });
  expect(quick.errors).toHaveLength(1);

  touchpoints?.signal('SIGCONT');
  await waitUntil(async () => (await askWhole()).errors === undefined);
  expect(await askWhole()).toEqual(whole);
  expect(await ready()).toMatchObject({ status: 200, body: { status: 'ready', lost: [] } });
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
});

it('is missed by all of customer360 when it is identity, and not by what enters elsewhere', async () => {
  const whole = `{ cases { totalCount } orders { totalCount } surveys { totalCount } }`;
  expect((await ask(gateway, whole)).errors).toBeUndefined();
  const { data, errors } = await askWhole();
  expect(data).toEqual({ customer360: null });
  expect(errors).toEqual([
    expect.objectContaining({
      path: ['customer360'],
      extensions: { code: 'SERVICE_UNAVAILABLE', service: 'identity', requestId: expect.any(String) },
    }),
  ]);
  expect(await ready()).toMatchObject({ status: 200, body: { status: 'degraded', lost: ['identity'] } });
});
