import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { gzipSync } from 'node:zlib';
import { getIntrospectionQuery, print } from 'graphql';
import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { plannerHere } from '../support/plannerHere.js';
import { PlannedGraph } from '../../gateway/engine/plan/PlannedGraph.js';
import { Documents } from '../../gateway/operations/Documents.js';
import { readOperations } from '../../gateway/operations/readOperations.js';
import { DEFAULT_LIMITS } from '../../gateway/limits/limits.js';
import { type Answer, type TestGateway, ask, startGateway } from '../support/fixtureGateway.js';
import { type Library, startLibrary } from '../support/fixtureSupergraph.js';
import { TEST_ACCESS, accessOf, token } from '../support/tokens.js';

const { operations: DEFAULTS } = DEFAULT_LIMITS;

/** Each fragment spreads the next one twice: the last one's fields count 2^30 times. */
const FRAGMENT_BOMB = `{ ...F0 } ${Array.from({ length: 30 }, (_, i) => `fragment F${i} on Query { ...F${i + 1} ...F${i + 1} }`).join(' ')} fragment F30 on Query { a: deskName }`;

function fields(inside: string): string {
  return `fields { name type { ${inside} } }`;
}

const HOSTILE: [string, string, string, number, unknown][] = [
  [
    'a deep one',
    `{ __type(name: "Book") { ${'ofType { '.repeat(30)}name${' }'.repeat(32)}`,
    'QUERY_TOO_DEEP',
    DEFAULTS.depth,
    32,
  ],
  [
    'too many aliases',
    `{ ${Array.from({ length: 60 }, (_, i) => `a${i}: openUntil`).join(' ')} }`,
    'TOO_MANY_ALIASES',
    DEFAULTS.aliases,
    60,
  ],
  ['a bomb of fragments', FRAGMENT_BOMB, 'TOO_MANY_ALIASES', DEFAULTS.aliases, 2 ** 30],
  ['too many fields at the root', `{ ${'openUntil '.repeat(25)} }`, 'TOO_MANY_ROOT_FIELDS', DEFAULTS.rootFields, 25],
  ['too many directives', `{ openUntil ${'@nothing '.repeat(100)} }`, 'TOO_MANY_DIRECTIVES', DEFAULTS.directives, 100],
  ['too many tokens', `{ ${'openUntil '.repeat(6_000)} }`, 'TOO_MANY_TOKENS', DEFAULTS.tokens, undefined],
  [
    'the same field too often',
    `{ ${'book(id: 1) { id } '.repeat(15)}${'...F '.repeat(1)} } fragment F on Query { book(id: 1) { ${'title '.repeat(400)}} }`,
    'TOO_MANY_FIELD_PAIRS',
    DEFAULTS.fieldPairs,
    undefined,
  ],
  ['too many characters', `{${'\n'.repeat(500_000)}}`, 'TOO_MANY_CHARACTERS', DEFAULTS.characters, 500_002],
];

describe('an operation that is too large', () => {
  let library: Library;
  let gateway: TestGateway;
  let socket: Client;

  beforeAll(async () => {
    library = await startLibrary();
    // What is too large otherwise is refused before its cost is looked at.
    gateway = await startGateway(library.file, { limits: { operations: { ...DEFAULTS, cost: 25 } } });
    socket = createClient({ url: gateway.url.replace('http', 'ws'), webSocketImpl: WebSocket });
  });

  afterAll(async () => {
    await socket.dispose();
    await gateway.stop();
    await library.stop();
  });

  test.each(HOSTILE)(
    '%s is refused over HTTP, WebSockets and event streams, at once',
    async (_what, query, code, limit, actual) => {
      const refused = {
        message: expect.stringContaining(String(limit)),
        extensions: { code, limit, ...(actual !== undefined && { actual }), requestId: expect.any(String) },
      };
      const startedAt = performance.now();
      const accept = 'application/graphql-response+json';
      const answer = await ask(gateway.url, query, { headers: { accept } });
      expect([answer.status, answer.errors]).toEqual([400, [refused]]);
      await expect(socket.iterate({ query }).next()).rejects.toEqual([refused]);
      const stream = await fetch(`${gateway.url}/stream`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
      });
      expect(await stream.text()).toContain(`"code":"${code}"`);
      expect(performance.now() - startedAt).toBeLessThan(5_000);
    },
  );

  test('fragments in a circle are refused as invalid', async () => {
    const { errors } = await ask(gateway.url, '{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }');
    expect(errors?.[0]?.extensions?.['code']).toBe('GRAPHQL_VALIDATION_FAILED');
  });

  test('an introspection that walks in circles is refused', async () => {
    const { errors } = await ask(gateway.url, `{ __schema { types { ${fields(fields(fields('name')))} } } }`);
    expect(errors?.[0]?.message).toContain('Maximum introspection depth exceeded');
  });

  test('what GraphiQL asks to know the schema is answered', async () => {
    expect((await ask(gateway.url, getIntrospectionQuery({ inputValueDeprecation: true }))).errors).toBeUndefined();
  });

  test('one whose text nests thousands of times is refused, not a breakdown', async () => {
    for (const query of [`{ book(id: ${'['.repeat(4_900)}`, '{a'.repeat(300_000)]) {
      const { errors } = await ask(gateway.url, query);
      expect(errors?.[0]?.extensions?.['code']).toMatch(
        /^(QUERY_TOO_DEEP|TOO_MANY_TOKENS|TOO_MANY_CHARACTERS|GRAPHQL_PARSE_FAILED)$/,
      );
    }
  });

  test('a body that is compressed is not read', async () => {
    const response = await fetch(gateway.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
      body: gzipSync(JSON.stringify({ query: `{ openUntil } #${' '.repeat(1_000_000)}` })),
    });
    expect([response.status, await response.json()]).toMatchObject([
      415,
      { errors: [{ extensions: { code: 'BAD_REQUEST' } }] },
    ]);
  });

  test('one that may cost too much is refused with the figure, before any subgraph is asked', async () => {
    const asked = library.books.requests.length;
    const query = '{ books { title } more: books { title } again: books { title } }';
    const { errors } = await ask(gateway.url, query);
    expect(errors).toEqual([
      {
        message: expect.stringContaining('may cost 30; 25 are allowed (--max-cost)'),
        extensions: { code: 'COST_LIMIT_EXCEEDED', limit: 25, actual: 30, requestId: expect.any(String) },
      },
    ]);
    expect(library.books.requests).toHaveLength(asked);
  });

  test('what one may cost hangs on the variables: the same text passes without what makes it costly', async () => {
    const query =
      'query ($all: Boolean!) { books { title } more: books { title } again: books @include(if: $all) { title } }';
    const asked = (all: boolean): Promise<Answer> => ask(gateway.url, query, { variables: { all } });
    expect((await asked(true)).errors?.[0]?.extensions?.['actual']).toBe(30);
    expect((await asked(false)).errors).toBeUndefined();
  });
});

// Each test asks from addresses of its own.
describe('a caller that asks too often', () => {
  let library: Library;
  let gateway: TestGateway;

  beforeAll(async () => {
    library = await startLibrary();
    gateway = await startGateway(library.file, {
      limits: { rate: { perSecond: 0.01, burst: 2 } },
      trustedProxies: 1,
    });
  });

  afterAll(async () => {
    await gateway.stop();
    await library.stop();
  });

  const asAddress = (address: string): Promise<Answer> =>
    ask(gateway.url, '{ openUntil }', { headers: { 'x-forwarded-for': `10.9.9.9, ${address}` } });

  test('is told when to come again, while others are answered', async () => {
    await asAddress('192.0.2.1');
    await asAddress('192.0.2.1');
    const { status, headers, errors } = await asAddress('192.0.2.1');
    expect([status, errors?.[0]?.extensions?.['code']]).toEqual([429, 'RATE_LIMITED']);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(90);
    expect((await asAddress('192.0.2.2')).data).toEqual({ openUntil: '18:00' });
  });

  test('is counted over WebSockets, too, and an operation there counts once', async () => {
    const client = createClient({ url: gateway.url.replace('http', 'ws'), webSocketImpl: WebSocket, lazy: false });
    const askOnce = (): Promise<unknown> => client.iterate({ query: '{ openUntil }' }).next();
    await askOnce();
    await askOnce();
    await expect(askOnce()).rejects.toMatchObject([{ extensions: { code: 'RATE_LIMITED' } }]);
    await client.dispose();
  });
});

test('nobody is believed who says for whom they ask, unless a proxy is trusted', async () => {
  const library = await startLibrary();
  const gateway = await startGateway(library.file, { limits: { rate: { perSecond: 0.01, burst: 1 } } });
  try {
    const as = (address: string): Promise<Answer> =>
      ask(gateway.url, '{ openUntil }', { headers: { 'x-forwarded-for': address } });
    expect((await as('192.0.2.1')).status).toBe(200);
    expect((await as('192.0.2.2')).status).toBe(429);
  } finally {
    await gateway.stop();
    await library.stop();
  }
});

test('each operation that clients of ours are known to ask is within the limits', async () => {
  const sdl = await readFile('schema/supergraph.graphql', 'utf8');
  const planner = plannerHere(sdl);
  const { apiSchema } = new PlannedGraph(planner);
  const { planning } = DEFAULT_LIMITS;
  const documents = new Documents(apiSchema, planner.facts.costWeights, {
    limits: DEFAULTS,
    planning,
    introspection: false,
  });
  const operations = await readOperations('schema/operations');
  expect(operations.length).toBeGreaterThan(0);
  for (const { document, operation } of operations) {
    const checked = documents.check(print(document), operation.name?.value);
    expect(() => documents.checkCost(checked, {})).not.toThrow();
  }
});

/** What is not read to its end would hold the gateway when it stops. */
async function whole(response: Response): Promise<{ status: number; headers: Headers; text: string }> {
  const { status, headers } = response;
  return { status, headers, text: await response.text() };
}

describe('what never becomes an operation', () => {
  let library: Library;
  let gateway: TestGateway;
  /** Each test asks from an address of its own, and is counted alone. */
  let here: { 'x-forwarded-for': string; 'content-type': string };
  let addresses = 0;

  beforeAll(async () => {
    library = await startLibrary();
    gateway = await startGateway(library.file, {
      limits: {
        rate: { perSecond: 0.01, burst: 3 },
        subscriptions: { ...DEFAULT_LIMITS.subscriptions, perConnection: 5 },
      },
      auth: accessOf(TEST_ACCESS),
      trustedProxies: 1,
    });
  });

  beforeEach(() => {
    here = { 'x-forwarded-for': newAddress(), 'content-type': 'application/json' };
  });

  afterAll(async () => {
    await gateway.stop();
    await library.stop();
  });

  /** One from which nobody has asked. */
  const newAddress = (): string => {
    addresses += 1;
    return `192.0.2.${addresses}`;
  };
  const post = async (headers: Record<string, string>, body: string, path = '/graphql'): ReturnType<typeof whole> =>
    whole(await fetch(new URL(path, gateway.url), { method: 'POST', headers: { ...here, ...headers }, body }));
  const get = async (path: string): ReturnType<typeof whole> =>
    whole(await fetch(new URL(path, gateway.url), { headers: here }));
  const good = '{"query":"{ openUntil }"}';

  test.each<[string, () => ReturnType<typeof post>, number]>([
    ['a path that is not there', () => post({}, good, '/nowhere'), 404],
    ['a path that cannot be read', () => post({}, good, '/%zz'), 404],
    ['a token that will not do', () => post({ authorization: 'Bearer x.y.z' }, good), 401],
    ['a body that cannot be read', () => post({}, '{"query":'), 400],
    ['a body of another kind', () => post({ 'content-type': 'text/html' }, good), 415],
    ['an event stream of nothing', () => post({}, '{}', '/graphql/stream'), 400],
  ])('%s is counted, and refused without a look when there were too many', async (_what, miss, status) => {
    for (let count = 0; count < 3; count += 1) expect((await miss()).status).toBe(status);
    const refused = await miss();
    expect([refused.status, JSON.parse(refused.text)]).toMatchObject([
      429,
      { errors: [{ extensions: { code: 'RATE_LIMITED' } }] },
    ]);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(30);
    expect((await post({}, good)).status).toBe(429);
    expect((await post({ 'x-forwarded-for': newAddress() }, good)).status).toBe(200);
    expect((await get('/health/live')).status).toBe(200);
    expect((await get('/graphiql')).status).toBe(200);
  });

  test('costs those nothing whose token was checked before, though they come from the same address', async () => {
    const authorization = `Bearer ${await token()}`;
    expect((await post({ authorization }, good)).status).toBe(200);
    for (let count = 0; count < 4; count += 1) await post({}, good, '/nowhere');
    expect((await post({}, good)).status).toBe(429);
    expect((await post({ authorization }, good)).status).toBe(200);
  });

  test('is counted on a WebSocket, and ends the connection of who goes on', async () => {
    const socket = new WebSocket(gateway.url.replace('http', 'ws'), 'graphql-transport-ws', { headers: here });
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.once('open', () => {
      socket.send('{"type":"connection_init"}');
      for (let count = 0; count < 20; count += 1) socket.send('{"type":"ping"}');
    });
    expect(await closed).toBe(4420);
    const again = new WebSocket(gateway.url.replace('http', 'ws'), 'graphql-transport-ws', { headers: here });
    const [, response] = (await once(again, 'unexpected-response')) as [unknown, IncomingMessage];
    expect([response.statusCode, Number(response.headers['retry-after'])]).toEqual([429, expect.any(Number)]);
    again.on('error', () => undefined).terminate();
  });
});
