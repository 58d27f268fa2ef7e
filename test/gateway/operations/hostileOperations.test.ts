import { createHash } from 'node:crypto';
import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { DEFAULT_LIMITS } from '../../../gateway/limits/limits.js';
import { type Answer, type TestGateway, ask, startGateway } from '../../support/fixtureGateway.js';
import { type HostileGraph, startHostileGraph } from '../../support/hostileGraph.js';

const ACCEPT = { accept: 'application/graphql-response+json' };
const CIRCLE = '{ rated { ... on Book { label } } }';

let graph: HostileGraph;
let gateway: TestGateway;
let socket: Client;

beforeAll(async () => {
  graph = await startHostileGraph();
  gateway = await startGateway(graph.file, {
    // What is hard to plan is asked from an address of each test's own: nobody else pays for it.
    trustedProxies: 1,
    limits: {
      requestBytes: 8 * 1024 * 1024,
      operations: { ...DEFAULT_LIMITS.operations, rootFields: 100 },
      planning: { ...DEFAULT_LIMITS.planning, timeoutMs: 1_500 },
      // The subgraphs run on the event loop of the test, too.
      subgraphTimeoutMs: 55_000,
      requestDeadlineMs: 58_000,
    },
  });
  socket = createClient({ url: gateway.url.replace('http', 'ws'), webSocketImpl: WebSocket });
});

afterAll(async () => {
  await socket.dispose();
  await gateway.stop();
  await graph.stop();
});

const post = (query: string, variables: Record<string, unknown> = {}): Promise<Answer> =>
  ask(gateway.url, query, { headers: ACCEPT, variables });
const postFrom = (address: string, query: string): Promise<Answer> =>
  ask(gateway.url, query, { headers: { ...ACCEPT, 'x-forwarded-for': address } });
const codesOf = ({ errors = [] }: Pick<Answer, 'errors'>): unknown[] =>
  errors.map(({ extensions }) => extensions?.['code']);
const sentTo = (): number => graph.subgraphs.reduce((sum, { requests }) => sum + requests.length, 0);

const bare = (errors: unknown): unknown => JSON.parse(JSON.stringify(errors).replaceAll(/,"requestId":"[^"]*"/g, ''));

const wrongFields = (count: number): string =>
  `{ ${Array.from({ length: count }, (_, index) => `wrong${index}`).join(' ')} }`;

const textOf = (no: number): string => `query Persisted${no} { name }`;
const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
const extensionsOf = (sha256Hash: string): Record<string, unknown> => ({
  extensions: { persistedQuery: { version: 1, sha256Hash } },
});
const data = { name: 'things' };

const overHttp = async (body: Record<string, unknown>): Promise<unknown> => {
  const response = await fetch(gateway.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return response.json();
};
const overStream = async (body: Record<string, unknown>): Promise<unknown> => {
  const response = await fetch(`${gateway.url}/stream`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return JSON.parse(/data: (\{.*\})/.exec(await response.text())?.[1] ?? 'null');
};
const overSocket = async (body: Record<string, unknown>): Promise<unknown> => {
  try {
    return (await socket.iterate({ query: '', ...body }).next()).value;
  } catch (errors) {
    return { errors };
  }
};

describe('variables', () => {
  const query = 'query ($filter: Filter, $ids: [Int]) { find(filter: $filter, ids: $ids) }';
  const unknown = Object.fromEntries(Array.from({ length: 40_000 }, (_, index) => [`k${index}`, index]));

  test.each([
    ['40,000 unknown keys', { filter: unknown }],
    ['500,000 wrong elements', { ids: Array.from({ length: 500_000 }, () => 'x') }],
    ['10,000 wrong elements', { ids: Array.from({ length: 10_000 }, () => 'x') }],
  ])(
    'with %s are answered shortly over HTTP, a WebSocket and an event stream, and no subgraph is asked',
    async (_what, variables) => {
      const before = sentTo();
      const answer = await post(query, variables);
      expect([answer.status, new Set(codesOf(answer))]).toEqual([400, new Set(['BAD_USER_INPUT'])]);
      expect(JSON.stringify(answer.errors).length).toBeLessThan(5_000);
      const answered = await socket
        .iterate({ query, variables })
        .next()
        .catch((errors: unknown) => errors);
      expect(bare(answered)).toEqual(bare(answer.errors));
      const stream = await fetch(`${gateway.url}/stream`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query, variables }),
      });
      expect((await stream.text()).length).toBeLessThan(6_000);
      expect(sentTo()).toBe(before);
    },
  );
});

describe('errors', () => {
  test('of 4,000 entities that fail, a hundred are told, and how many more there were', async () => {
    const {
      data: told,
      errors,
      extensions,
    } = await (
      await fetch(gateway.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: '{ things(count: 4000) { id broken } }' }),
      })
    ).json();
    expect(told.things).toHaveLength(4_000);
    expect(errors).toHaveLength(100);
    expect(errors[99]).toMatchObject({ path: ['things', 99, 'broken'], extensions: { code: 'BROKEN' } });
    expect(extensions).toEqual({ errorsLeftOut: 3_900 });
  });

  test('a validation with 60 errors has the status and the form of one with 5, with a request id', async () => {
    for (const count of [5, 60]) {
      const legacy = await ask(gateway.url, wrongFields(count));
      expect(legacy.status).toBe(200);
      const { status, errors = [] } = await post(wrongFields(count));
      expect(status).toBe(400);
      expect(legacy.errors?.length).toBe(errors.length);
      expect(errors.length).toBeGreaterThanOrEqual(Math.min(count, 50));
      for (const { extensions } of errors) {
        expect(extensions).toEqual({ code: 'GRAPHQL_VALIDATION_FAILED', requestId: expect.any(String) });
      }
    }
  });
});

describe('an operation that is hard to plan', () => {
  test('is refused when the time is up; others are answered meanwhile, and the next time it costs nothing', async () => {
    const address = '192.0.2.1';
    expect((await postFrom(address, '{ name }')).data).toEqual({ name: 'things' });
    const hard = postFrom(address, CIRCLE);
    const order: string[] = [];
    void hard.then(() => order.push('hard'));
    // What was planned before goes on.
    await postFrom(address, '{ name }').then(() => order.push('easy'));
    const refused = await hard;
    expect(order).toEqual(['easy', 'hard']);
    expect([refused.status, codesOf(refused)]).toEqual([400, ['PLANNING_LIMIT_EXCEEDED']]);
    const lines = gateway.log.length;
    expect(codesOf(await postFrom(address, CIRCLE))).toEqual(['PLANNING_LIMIT_EXCEEDED']);
    expect(gateway.log.slice(lines).filter(({ msg }) => String(msg).includes('too long to plan'))).toEqual([]);
    expect((await postFrom(address, '{ name }')).data).toEqual({ name: 'things' });
  });

  test('by an interface with 80 implementations in two subgraphs is answered or refused, as often as it is asked', async () => {
    const address = '192.0.2.2';
    const query = '{ node { id meta { a b } } }';
    const first = await postFrom(address, query);
    expect(['PLANNING_LIMIT_EXCEEDED', undefined]).toContain(codesOf(first)[0]);
    expect(codesOf(await postFrom(address, query))).toEqual(codesOf(first));
    expect((await postFrom(address, '{ name }')).data).toEqual({ name: 'things' });
  });

  test('over and over costs its caller the right to have more planned, and nobody else', async () => {
    // Each counts for 3 s, the new thread included; 4 s are there, and come back in the tenth of the time.
    const hard = ['x', 'y'].map((alias) => postFrom('192.0.2.3', CIRCLE.replace('label', `${alias}: label`)));
    await Promise.all(hard);
    const flooding = await postFrom('192.0.2.3', '{ a: name }');
    expect([flooding.status, codesOf(flooding)]).toEqual([429, ['RATE_LIMITED']]);
    expect(Number(flooding.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await postFrom('192.0.2.4', '{ b: name }')).data).toEqual({ b: 'things' });
    // What is planned already is for everybody.
    expect((await postFrom('192.0.2.3', '{ b: name }')).data).toEqual({ b: 'things' });
  });
});

describe('a persisted query', () => {
  const WAYS = [
    ['HTTP', overHttp],
    ['an event stream', overStream],
    ['a WebSocket', overSocket],
  ] as const;

  test.each(WAYS)('is registered over %s, and known over all ways then', async (way, send) => {
    const query = textOf(way.length);
    const id = extensionsOf(hash(query));
    expect(await send(id)).toMatchObject({
      errors: [{ message: 'PersistedQueryNotFound', extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } }],
    });
    expect(await send({ query, ...id })).toEqual({ data });
    for (const [, other] of WAYS) expect(await other(id)).toEqual({ data });
  });

  test.each(WAYS)('with a wrong hash is refused over %s, and registers nothing', async (_way, send) => {
    const wrong = extensionsOf(hash('{ another }'));
    const refused = { errors: [{ extensions: { code: 'BAD_REQUEST' } }] };
    expect(await send({ query: '{ name }', ...wrong })).toMatchObject(refused);
    expect(await send(wrong)).toMatchObject({ errors: [{ message: 'PersistedQueryNotFound' }] });
    for (const persistedQuery of [{ version: 2, sha256Hash: 'x' }, 'x', { version: 1 }]) {
      expect(await send({ query: '{ name }', extensions: { persistedQuery } })).toMatchObject(refused);
    }
  });
});
