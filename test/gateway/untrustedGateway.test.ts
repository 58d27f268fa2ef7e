import { readFile } from 'node:fs/promises';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { REPLAY_WINDOW_MS } from '../../schema/signature.js';
import { touchpoints } from '../../subgraphs/touchpoints/subgraph.js';
import { TEST_SIGNING_KEY } from '../support/asGateway.js';
import { type TestGateway, ask, runGateway, startGateway, untilReady } from '../support/fixtureGateway.js';
import { type Library, compose, startLibrary, writeSupergraph } from '../support/fixtureSupergraph.js';
import { type TestSubgraph, startTestSubgraph } from '../support/startTestSubgraph.js';
import { TEST_ACCESS, accessOf, token } from '../support/tokens.js';

const QUERY = '{ touchpoints(first: 1) { totalCount } }';
const REFUSED = {
  message: 'The subgraph "touchpoints" refused this gateway.',
  extensions: { code: 'SERVICE_UNAVAILABLE', service: 'touchpoints', requestId: expect.any(String) },
};

let subgraph: TestSubgraph;
/** The supergraph of this subgraph alone: that of all takes a gateway twice as long to load. */
let supergraph: Awaited<ReturnType<typeof writeSupergraph>>;

beforeAll(async () => {
  subgraph = await startTestSubgraph(touchpoints);
  const typeDefs = await readFile('schema/subgraphs/touchpoints.graphql', 'utf8');
  supergraph = await writeSupergraph(compose([{ name: 'touchpoints', url: subgraph.url, typeDefs }]));
});
afterAll(() => Promise.all([subgraph.stop(), supergraph.remove()]));

describe('a subgraph that refuses its gateway', () => {
  let gateway: TestGateway;
  let authorization: string;

  beforeAll(async () => {
    authorization = `Bearer ${await token({ scope: 'customer:read' })}`;
    gateway = await startGateway(supergraph.file, {
      auth: accessOf(TEST_ACCESS),
      signingKey: 'another key that is just as long as it must be',
    });
  });
  afterAll(() => gateway.stop());

  const refusals = (from: number): Record<string, unknown>[] =>
    gateway.log.slice(from).filter(({ msg }) => String(msg).startsWith('a subgraph refuses this gateway'));

  test('is unavailable to a client, who is signed in as before; the log says once what to look at', async () => {
    const from = gateway.log.length;
    for (let asked = 0; asked < 5; asked += 1) {
      const { status, errors } = await ask(gateway.url, QUERY, { headers: { authorization } });
      expect(status).toBe(200);
      expect(errors).toEqual([{ ...REFUSED, path: ['touchpoints'] }]);
    }
    expect(refusals(from)).toEqual([
      expect.objectContaining({
        level: 50,
        service: 'touchpoints',
        by: 401,
        msg: expect.stringMatching(/SIGNING_KEY.*clocks/),
      }),
    ]);
    expect(gateway.log.filter(({ level, msg }) => Number(level) >= 40 && msg === 'a subgraph gave no answer')).toEqual(
      [],
    );
    // It is there, so it does not rest, and health says what is wrong.
    const health = await fetch(new URL('/health/ready', gateway.url));
    expect(await health.text()).toContain('refused this gateway');
  });

  test('is unavailable to a subscriber too, whose connection stays', async () => {
    const from = gateway.log.length;
    const client = createClient({
      url: gateway.url.replace('http', 'ws'),
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      connectionParams: { authorization },
    });
    for (let asked = 0; asked < 3; asked += 1) {
      const events = client.iterate({ query: 'subscription { touchpointAdded { cursor } }' });
      await expect(events.next()).rejects.toEqual([REFUSED]);
    }
    await client.dispose();
    expect(refusals(from)).toEqual([expect.objectContaining({ by: 4403 })]);
    expect(gateway.log.filter(({ msg }) => msg === 'the subscriptions of a subgraph were lost')).toEqual([]);
  });
});

test('a clock that is off is told of with how far it is off', async () => {
  const off = REPLAY_WINDOW_MS + 30_000;
  const late = `const now = Date.now; Date.now = () => now() - ${off};`;
  const gateway = runGateway(['--auth', 'jwt', '--supergraph', supergraph.file, '--port', '0', '--metrics', 'off'], {
    supervised: true,
    env: {
      ...TEST_ACCESS,
      SIGNING_KEY: TEST_SIGNING_KEY,
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(late)}`,
    },
  });
  const url = await untilReady(gateway);
  const headers = { authorization: `Bearer ${await token({ scope: 'customer:read', iat: undefined })}` };
  const { errors } = await ask(url, QUERY, { headers });
  expect(errors).toEqual([{ ...REFUSED, path: ['touchpoints'] }]);
  const ended = gateway.exited;
  gateway.child.kill('SIGTERM');
  await ended;
  const line = /\{[^\n]*refuses this gateway[^\n]*\}/.exec(gateway.output())?.[0] ?? '{}';
  const { theirClockAheadMs }: { theirClockAheadMs?: number } = JSON.parse(line);
  expect(theirClockAheadMs).toBeGreaterThan(off - 5_000);
  expect(theirClockAheadMs).toBeLessThan(off + 5_000);
});

describe('a subgraph that answers 401', () => {
  let library: Library;
  let gateway: TestGateway;
  beforeAll(async () => {
    library = await startLibrary();
  });
  afterEach(async () => {
    library.desk.misbehave(undefined);
    await gateway.stop();
  });
  afterAll(() => library.stop());

  const codeFor = async (body?: object, code = 401, headers: Record<string, string> = {}): Promise<unknown> => {
    library.desk.misbehave((response) => response.writeHead(code).end(body && JSON.stringify(body)));
    const { status, errors } = await ask(gateway.url, '{ openUntil }', { headers });
    expect(status).toBe(200);
    return errors?.[0]?.extensions?.['code'];
  };
  const UNAUTHENTICATED = { errors: [{ message: 'Who?', extensions: { code: 'UNAUTHENTICATED' } }] };

  test('means the client where only the client says who it is', async () => {
    gateway = await startGateway(library.file, { auth: { kind: 'off' } });
    expect(await codeFor()).toBe('UNAUTHENTICATED');
    expect(await codeFor(UNAUTHENTICATED)).toBe('UNAUTHENTICATED');
  });

  test('means the gateway where it hears nothing of the client, signed or not', async () => {
    gateway = await startGateway(library.file, { auth: accessOf(TEST_ACCESS) });
    expect(await codeFor()).toBe('SERVICE_UNAVAILABLE');
    expect(await codeFor(UNAUTHENTICATED)).toBe('SERVICE_UNAVAILABLE');
    // With another status it may be about who did not say who they are; whoever is signed in is told of no signing in.
    const signedIn = { authorization: `Bearer ${await token()}` };
    for (const code of [200, 400]) {
      expect(await codeFor(UNAUTHENTICATED, code)).toBe('UNAUTHENTICATED');
      expect(await codeFor(UNAUTHENTICATED, code, signedIn)).toBe('SERVICE_UNAVAILABLE');
    }
    await gateway.stop();
    gateway = await startGateway(library.file, { auth: { kind: 'off' }, signingKey: TEST_SIGNING_KEY });
    expect(await codeFor(UNAUTHENTICATED)).toBe('SERVICE_UNAVAILABLE');
  });
});
