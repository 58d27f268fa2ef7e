import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { ApolloClient, HttpLink, InMemoryCache, gql } from '@apollo/client';
import type { GraphQLFormattedError } from 'graphql';
import { type TestGateway, startGateway } from '../support/fixtureGateway.js';
import { compose, writeSupergraph } from '../support/fixtureSupergraph.js';
import { type LiveGateway, startLiveGateway } from '../support/liveGateway.js';
import { LIVE_BOOKS_SDL, type LiveSubgraph, startLiveSubgraph } from '../support/liveSubgraph.js';
import { TEST_ACCESS, accessOf, token } from '../support/tokens.js';
import { waitUntil } from '../support/waitUntil.js';

/** As Apollo Client writes it, so that all ask for the same. */
const ADDED = 'subscription { bookAdded { id title __typename } }';
const JOURNAL = 'subscription { journal { note } }';
const ACCEPT = 'multipart/mixed;subscriptionSpec=1.0, application/json';

/** What a subscription of Apollo's own client has told so far. */
interface Told {
  readonly data: unknown[];
  readonly errors: unknown[];
  ended: boolean;
  /** Unsubscribes. */
  leave(): void;
}

/** Subscribes as an application with Apollo Client does. */
function subscribe(url: string, query: string, headers: Record<string, string> = {}): Told {
  const client = new ApolloClient({ link: new HttpLink({ uri: url, headers }), cache: new InMemoryCache() });
  const subscription = client.subscribe({ query: gql(query), errorPolicy: 'all' }).subscribe({
    next({ data, error }) {
      if (data) told.data.push(data);
      if (error) told.errors.push(error);
    },
    error: (error: unknown) => told.errors.push(error),
    complete: () => (told.ended = true),
  });
  const told: Told = { data: [], errors: [], ended: false, leave: () => subscription.unsubscribe() };
  return told;
}

/** The parts of a whole multipart response, as its text has them. */
async function partsOf(response: Response): Promise<unknown[]> {
  expect(response.headers.get('content-type')).toBe('multipart/mixed;boundary="graphql";subscriptionSpec=1.0');
  const text = await response.text();
  expect(text).toMatch(/^\r\n--graphql\r\n[^]*\r\n--graphql--\r\n$/);
  return text
    .split('\r\n--graphql')
    .slice(1, -1)
    .map((part) => JSON.parse(part.replace(/^\r\ncontent-type: application\/json\r\n\r\n/, '')) as unknown);
}

const post = (url: string, query: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: ACCEPT, ...headers },
    body: JSON.stringify({ query }),
  });

describe('a subscription of Apollo Client over HTTP', () => {
  let subgraph: LiveSubgraph;
  let gateway: LiveGateway;
  beforeEach(async () => {
    subgraph = await startLiveSubgraph();
  });
  afterEach(async () => {
    await gateway.stop();
    await subgraph.stop();
  });
  const http = (): string => gateway.url.replace('ws', 'http');

  test('gets each event in order, and ends when the subgraph ends it', async () => {
    gateway = await startLiveGateway(subgraph);
    const told = subscribe(http(), ADDED);
    await subgraph.untilListening(1);
    for (const id of ['1', '2']) subgraph.addBook({ id });
    await waitUntil(() => told.data.length === 2);
    expect(told.data).toMatchObject([{ bookAdded: { id: '1', title: 'Book 1' } }, { bookAdded: { id: '2' } }]);
    subgraph.complete();
    await waitUntil(() => told.ended);
    expect(told.errors).toEqual([]);
  });

  test('shares its upstream with equal ones over a WebSocket', async () => {
    gateway = await startLiveGateway(subgraph);
    const told = subscribe(http(), ADDED);
    await gateway.untilBegun(1);
    const events = gateway.client().iterate({ query: ADDED });
    const first = events.next();
    await gateway.untilBegun(2);
    await subgraph.untilListening(1);
    subgraph.addBook({ id: '1' });
    await waitUntil(() => told.data.length === 1);
    expect((await first).value).toMatchObject({ data: { bookAdded: { id: '1' } } });
    expect(subgraph.subscribes).toHaveLength(1);
  });

  test('ends its upstream when the client leaves', async () => {
    gateway = await startLiveGateway(subgraph);
    const told = subscribe(http(), ADDED);
    await subgraph.untilListening(1);
    told.leave();
    await expect(subgraph.untilListening(0)).resolves.toBeUndefined();
  });

  test('misses nothing when the subgraph is lost and back, where it is resumable', async () => {
    gateway = await startLiveGateway(subgraph);
    const told = subscribe(http(), JOURNAL);
    await subgraph.untilListening(1);
    subgraph.write('one');
    await waitUntil(() => told.data.length === 1);
    subgraph.cut();
    await subgraph.untilListening(0);
    subgraph.write('two');
    await subgraph.untilListening(1);
    subgraph.write('three');
    await waitUntil(() => told.data.length === 3);
    expect(told.data).toMatchObject(['one', 'two', 'three'].map((note) => ({ journal: { note } })));
  });

  test('is told why it cannot begin, with the code, and is over', async () => {
    gateway = await startLiveGateway(subgraph);
    const told = subscribe(http(), 'subscription { nothing }');
    await waitUntil(() => told.ended);
    expect(told.errors).toMatchObject([{ errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] }]);
    expect(await partsOf(await post(http(), 'subscription { nothing }'))).toMatchObject([
      { payload: { errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] } },
    ]);
  });

  test('is told by an error of the transport when its token expires', async () => {
    const auth = accessOf({ ...TEST_ACCESS, JWT_CLOCK_SKEW: '0' });
    gateway = await startLiveGateway(subgraph, { auth });
    const authorization = `Bearer ${await token({ exp: Date.now() / 1000 + 1 })}`;
    const told = subscribe(http(), ADDED, { authorization });
    const raw = await post(http(), ADDED, { authorization });
    expect(await partsOf(raw)).toMatchObject([
      { payload: null, errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] },
    ]);
    await waitUntil(() => told.errors.length === 1);
    expect(told.errors).toMatchObject([
      { name: 'CombinedProtocolErrors', errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] },
    ]);
    await subgraph.untilListening(0);
  });

  test('is refused with 401 when its token will not do', async () => {
    gateway = await startLiveGateway(subgraph, { auth: accessOf(TEST_ACCESS) });
    const response = await post(http(), ADDED, { authorization: 'Bearer nonsense' });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
  });

  test('is refused to pages of foreign origins', async () => {
    gateway = await startLiveGateway(subgraph);
    expect((await post(http(), ADDED, { origin: 'https://evil.example' })).status).toBe(403);
  });

  test('counts as a connection: one too many is refused with 503, and there is room again when one ends', async () => {
    gateway = await startLiveGateway(subgraph, { limits: { connections: 1 } });
    const told = subscribe(http(), ADDED);
    await subgraph.untilListening(1);
    const refused = await post(http(), ADDED);
    expect(refused.status).toBe(503);
    expect(await refused.json()).toMatchObject({ errors: [{ extensions: { code: 'TOO_MANY_SUBSCRIPTIONS' } }] });
    told.leave();
    await subgraph.untilListening(0);
    const again = subscribe(http(), ADDED);
    await expect(subgraph.untilListening(1)).resolves.toBeUndefined();
    again.leave();
  });

  test('has a heartbeat that the client does not hear of', async () => {
    gateway = await startLiveGateway(subgraph, { limits: { pingMs: 50 } });
    const told = subscribe(http(), ADDED);
    const response = await rawStream(http());
    let text = '';
    response.on('data', (bytes: Buffer) => (text += bytes.toString()));
    const beat = '\r\ncontent-type: application/json\r\n\r\n{}\r\n--graphql';
    await waitUntil(() => text.split(beat).length > 3);
    await subgraph.untilListening(1);
    subgraph.addBook({ id: '1' });
    await waitUntil(() => told.data.length === 1);
    expect(told.errors).toEqual([]);
    response.destroy();
  });

  test('that does not read is cut off, and holds up nobody', async () => {
    gateway = await startLiveGateway(subgraph, { limits: { queuedBytes: 10_000 } });
    const slow = await rawStream(http());
    slow.on('error', () => undefined).pause();
    const cutOff = new Promise<void>((resolve) => slow.once('close', () => resolve()));
    const told = subscribe(http(), ADDED);
    await gateway.untilBegun(2);
    await subgraph.untilListening(1);
    const title = 'long '.repeat(100_000);
    for (let n = 1; n <= 40; n += 1) {
      subgraph.addBook({ id: String(n), title });
      await waitUntil(() => told.data.length === n);
    }
    slow.resume();
    await cutOff;
    expect(slow.complete).toBe(false);
    told.leave();
  });

  test('is cut off by a gateway that stops, so that it comes back elsewhere', async () => {
    gateway = await startLiveGateway(subgraph);
    const told = subscribe(http(), ADDED);
    await subgraph.untilListening(1);
    await gateway.stop();
    await waitUntil(() => told.errors.length === 1);
    expect(String(told.errors[0])).toContain('premature end of multipart body');
  });

  test.each([
    ['multipart/mixed;boundary=graphql;subscriptionSpec=1.0,application/graphql-response+json,application/json;q=0.9'],
    ['multipart/mixed; subscriptionSpec="1.0", application/json'],
    ['Multipart/Mixed;SubscriptionSpec=1.0'],
  ])('is asked for as clients write it: %s', async (accept) => {
    gateway = await startLiveGateway(subgraph);
    subgraph.refuse('FORBIDDEN');
    expect(await partsOf(await post(http(), ADDED, { accept }))).toMatchObject([
      { payload: { errors: [{ extensions: { code: 'FORBIDDEN' } }] } },
    ]);
  });
});

describe('at the address of GraphQL', () => {
  let subgraph: LiveSubgraph;
  let gateway: TestGateway;
  let removeFile: () => Promise<void>;
  beforeAll(async () => {
    subgraph = await startLiveSubgraph();
    const written = await writeSupergraph(compose([{ name: 'books', url: subgraph.url, typeDefs: LIVE_BOOKS_SDL }]));
    removeFile = written.remove;
    gateway = await startGateway(written.file, { limits: { inFlight: 2 } });
  });
  afterAll(async () => {
    await gateway.stop();
    await Promise.all([subgraph.stop(), removeFile()]);
  });

  test('subscriptions are answered in parts, and are no requests under way', async () => {
    const from = gateway.log.length;
    const told = [1, 2, 3, 4].map(() => subscribe(gateway.url, ADDED));
    await waitUntil(() => gateway.log.slice(from).filter(({ msg }) => msg === 'a subscription began').length === 4);
    await subgraph.untilListening(1);
    subgraph.addBook({ id: '1' });
    await waitUntil(() => told.every(({ data }) => data.length === 1));
    expect(told[0]?.errors).toEqual([]);
    for (const one of told) one.leave();
  });

  test('a query of a client that accepts both is answered as plain JSON', async () => {
    const response = await post(gateway.url, '{ books { title } }');
    expect(response.headers.get('content-type')).toContain('application/json');
    expect(await response.json()).toEqual({ data: { books: [{ title: 'Emma' }] } });
  });

  test('a query or a mutation of a client that accepts parts alone is one part and the end', async () => {
    const accept = 'multipart/mixed;subscriptionSpec=1.0';
    expect(await partsOf(await post(gateway.url, '{ books { title } }', { accept }))).toEqual([
      { payload: { data: { books: [{ title: 'Emma' }] } } },
    ]);
    const rename = 'mutation { renameBook(id: "1", title: "Persuasion") { title } }';
    expect(await partsOf(await post(gateway.url, rename, { accept }))).toEqual([
      { payload: { data: { renameBook: { title: 'Persuasion' } } } },
    ]);
  });

  test('a query that only speaks of a subscription is answered as well', async () => {
    const parts = await partsOf(await post(gateway.url, 'query subscription { books { title } }'));
    expect(parts).toEqual([{ payload: { data: { books: [{ title: 'Emma' }] } } }]);
  });

  test('without that header everything is as before', async () => {
    const response = await post(gateway.url, ADDED, { accept: 'application/json' });
    const { errors } = (await response.json()) as { errors: GraphQLFormattedError[] };
    expect(errors[0]?.message).toContain('/stream');
  });
});

/** A subscription whose response is read as it comes. */
async function rawStream(url: string): Promise<IncomingMessage> {
  const sent = request(url, {
    method: 'POST',
    agent: false,
    headers: { 'content-type': 'application/json', accept: ACCEPT },
  });
  sent.end(JSON.stringify({ query: ADDED }));
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return response;
}
