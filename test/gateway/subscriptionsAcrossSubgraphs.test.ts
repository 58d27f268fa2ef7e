import { copyFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createClient as createStreamClient } from 'graphql-sse';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { type TestGateway, ask, startGateway } from '../support/fixtureGateway.js';
import { type FixtureSubgraph, type Misbehaviour, startFixtureSubgraph } from '../support/fixtureSubgraph.js';
import { LIBRARY, compose, writeSupergraph } from '../support/fixtureSupergraph.js';
import { nextAnswer as next } from '../support/liveGateway.js';
import { LIVE_BOOKS_SDL, type LiveSubgraph, startLiveSubgraph } from '../support/liveSubgraph.js';

const ADDED = 'subscription { added: bookAdded { title stars } }';
const hangUp: Misbehaviour = (response) => response.socket?.destroy();

describe('subscriptions that cross subgraphs', () => {
  let books: LiveSubgraph;
  let desk: FixtureSubgraph;
  let reviews: FixtureSubgraph;
  let gateway: TestGateway;
  /** The gateways of tests that stop theirs, or give it another supergraph. */
  let owned: TestGateway[];
  let file: string;
  let removeFile: () => Promise<void>;
  let clients: { dispose(): unknown }[];

  beforeAll(async () => {
    const [, deskDefinition, reviewsDefinition] = LIBRARY;
    if (!deskDefinition || !reviewsDefinition) throw new Error('the library has three subgraphs');
    books = await startLiveSubgraph();
    [desk, reviews] = await Promise.all([
      startFixtureSubgraph(deskDefinition),
      startFixtureSubgraph(reviewsDefinition),
    ]);
    const written = await writeSupergraph(
      compose([
        { name: 'books', url: books.url, typeDefs: LIVE_BOOKS_SDL },
        { ...deskDefinition, url: desk.url },
        { ...reviewsDefinition, url: reviews.url },
      ]),
    );
    ({ file } = written);
    removeFile = written.remove;
    gateway = await startGateway(file);
  });

  beforeEach(() => {
    clients = [];
    owned = [];
  });

  afterEach(async () => {
    for (const one of clients) await one.dispose();
    for (const one of owned) await one.stop();
    for (const one of [desk, reviews]) one.misbehave(undefined);
    await books.untilListening(0);
  });

  afterAll(async () => {
    await gateway.stop();
    await Promise.all([books.stop(), desk.stop(), reviews.stop(), removeFile()]);
  });

  async function startOwn(supergraph = file): Promise<TestGateway> {
    const own = await startGateway(supergraph);
    owned.push(own);
    return own;
  }

  function client(authorization?: string, { url } = gateway) {
    const made = createClient({
      url: url.replace('http', 'ws'),
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      connectionParams: { authorization },
    });
    clients.push(made);
    return made;
  }

  function streamClient() {
    const made = createStreamClient({ url: `${gateway.url}/stream`, retryAttempts: 0 });
    clients.push(made);
    return made;
  }

  test('each event has what other subgraphs know, asked with the headers of the subscriber', async () => {
    const from = reviews.requests.length;
    const events = client('Bearer mine').iterate({ query: ADDED });
    const first = next(events);
    await books.untilListening(1);
    books.addBook({ id: '1', title: 'Emma' });
    expect(await first).toEqual({ data: { added: { title: 'Emma', stars: 1.5 } } });
    books.addBook({ id: '2', title: 'Middlemarch' });
    expect(await next(events)).toEqual({ data: { added: { title: 'Middlemarch', stars: 2.5 } } });
    const [one, two] = reviews.requests.slice(from).map(({ headers }) => headers);
    expect(one?.authorization).toBe('Bearer mine');
    expect(one?.['x-request-id']).not.toBe(two?.['x-request-id']);
  });

  test('subscribers with different authorization share nothing', async () => {
    const from = reviews.requests.length;
    const mine = next(client('mine').iterate({ query: ADDED }));
    const yours = next(client('yours').iterate({ query: ADDED }));
    await books.untilListening(2);
    books.addBook({ id: '1' });
    await Promise.all([mine, yours]);
    const asked = reviews.requests.slice(from).map(({ headers }) => headers.authorization);
    expect(asked.toSorted((a = '', b = '') => a.localeCompare(b))).toEqual(['mine', 'yours']);
  });

  test('an event whose enrichment fails in part arrives in part, with the path of the error', async () => {
    const events = client().iterate({ query: 'subscription { bookAdded { title stars borrower } }' });
    const first = next(events);
    await books.untilListening(1);
    books.addBook({ id: '1', title: 'Emma' });
    expect(await first).toEqual({
      data: { bookAdded: { title: 'Emma', stars: 1.5, borrower: null } },
      errors: [
        {
          message: 'The shelf is closed.',
          path: ['bookAdded', 'borrower'],
          extensions: { code: 'SHELF_CLOSED', service: 'lending-desk', requestId: expect.any(String) },
        },
      ],
    });

    reviews.misbehave(hangUp);
    books.addBook({ id: '2', title: 'Middlemarch' });
    expect(await next(events)).toMatchObject({
      data: { bookAdded: { title: 'Middlemarch', stars: null } },
      errors: expect.arrayContaining([
        expect.objectContaining({ extensions: expect.objectContaining({ code: 'SERVICE_UNAVAILABLE' }) }),
      ]),
    });
  });

  test('queries and mutations over a WebSocket are answered as over HTTP, errors included', async () => {
    const from = desk.requests.length;
    const over = client('Bearer mine');
    expect(await next(over.iterate({ query: '{ books { title stars } openUntil }' }))).toEqual({
      data: { books: [{ title: 'Emma', stars: 1.5 }], openUntil: '18:00' },
    });
    expect(desk.requests[from]?.headers.authorization).toBe('Bearer mine');
    const rename = 'mutation ($t: String!) { renameBook(id: "2", title: $t) { title stars } }';
    expect(await next(over.iterate({ query: rename, variables: { t: 'New' } }))).toEqual({
      data: { renameBook: { title: 'New', stars: 2.5 } },
    });
    desk.misbehave(hangUp);
    expect(await next(over.iterate({ query: '{ openUntil }' }))).toMatchObject({
      data: { openUntil: null },
      errors: [{ path: ['openUntil'], extensions: { code: 'SERVICE_UNAVAILABLE' } }],
    });
  });

  test('a query that the client gives up is aborted at the subgraph', async () => {
    const cancelled = new Promise<void>((resolve) => {
      desk.misbehave((response) => response.on('close', resolve));
    });
    const arrived = desk.nextRequest();
    const answer = client().iterate({ query: '{ openUntil }' });
    void answer.next();
    await arrived;
    await answer.return?.(undefined);
    await expect(cancelled).resolves.toBeUndefined();
  });

  test('a new supergraph is taken over by what runs, with the subgraphs that it adds', async () => {
    const [, , reviewsDefinition] = LIBRARY;
    if (!reviewsDefinition) throw new Error('the library has three subgraphs');
    const moved = await startFixtureSubgraph({
      ...reviewsDefinition,
      resolvers: { Book: { __resolveReference: (book: { id: string }) => ({ ...book, stars: 5 }) } },
    });
    const supergraph = join(dirname(file), 'moving.graphql');
    await copyFile(file, supergraph);
    const own = await startOwn(supergraph);
    const from = books.subscribes.length;
    const fits = client(undefined, own).iterate({ query: ADDED });
    const first = next(fits);
    const outdated = client(undefined, own).iterate({ query: 'subscription { bookAdded { copies } }' });
    const end = next(outdated);
    await books.untilListening(2);
    books.addBook({ id: '1', title: 'Emma' });
    expect(await first).toMatchObject({ data: { added: { stars: 1.5 } } });
    expect(await end).toMatchObject({ data: { bookAdded: { copies: 10 } } });

    const swapped = own.nextLine('a new supergraph serves');
    await writeFile(
      supergraph,
      compose([
        { name: 'books', url: books.url, typeDefs: LIVE_BOOKS_SDL },
        { ...reviewsDefinition, url: moved.url },
      ]),
    );
    await swapped;
    await expect(next(outdated)).rejects.toMatchObject([{ extensions: { code: 'SUBSCRIPTION_OUTDATED' } }]);
    await books.untilListening(1);
    books.addBook({ id: '2', title: 'Middlemarch' });
    expect(await next(fits)).toEqual({ data: { added: { title: 'Middlemarch', stars: 5 } } });
    expect(books.subscribes).toHaveLength(from + 2);
    await moved.stop();
  });

  test('a subscription over POST is told where to go', async () => {
    const { status, errors } = await ask(gateway.url, ADDED);
    expect(status).toBe(400);
    expect(errors?.[0]?.message).toContain('/stream');
  });

  describe('as event streams', () => {
    test('each event arrives until the subgraph ends it', async () => {
      const events = streamClient().iterate({ query: ADDED });
      const first = next(events);
      await books.untilListening(1);
      books.addBook({ id: '1', title: 'Zwölf\nZeilen' });
      expect(await first).toEqual({ data: { added: { title: 'Zwölf\nZeilen', stars: 1.5 } } });
      books.complete();
      expect((await events.next()).done).toBe(true);
    });

    test('the upstream ends when the client goes', async () => {
      const events = streamClient().iterate({ query: ADDED });
      void events.next();
      await books.untilListening(1);
      await events.return?.(undefined);
      await expect(books.untilListening(0)).resolves.toBeUndefined();
    });

    test('they share an upstream with WebSockets', async () => {
      const from = books.subscribes.length;
      const socket = next(client().iterate({ query: ADDED }));
      await books.untilListening(1);
      const response = await fetch(`${gateway.url}/stream?query=${encodeURIComponent(ADDED)}`, {
        headers: { accept: 'text/event-stream' },
      });
      expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
      books.addBook({ id: '1', title: 'Emma' });
      await socket;
      let text = '';
      for await (const chunk of response.body ?? []) {
        text += Buffer.from(chunk).toString();
        if (text.includes('event: next')) break;
      }
      expect(text).toBe(':\n\nevent: next\ndata: {"data":{"added":{"title":"Emma","stars":1.5}}}\n\n');
      expect(books.subscribes).toHaveLength(from + 1);
    });

    test('what is wrong with an operation is an answer, and the stream is complete', async () => {
      const query = 'mutation { renameBook(id: "1", title: "x") { title } }';
      const response = await fetch(`${gateway.url}/stream?query=${encodeURIComponent(query)}`);
      const text = await response.text();
      expect(text).toContain('"code":"BAD_REQUEST"');
      expect(text).toMatch(/event: complete\ndata:\n\n$/);
      expect((await fetch(`${gateway.url}/stream`, { method: 'POST' })).status).toBe(400);
    });

    test('a gateway that stops ends them without saying that they are complete', async () => {
      const own = await startOwn();
      const response = await fetch(`${own.url}/stream?query=${encodeURIComponent(ADDED)}`);
      await books.untilListening(1);
      await own.stop();
      expect(await response.text()).toBe(':\n\n');
    });
  });
});
