import { type LiveGateway, nextAnswer as next, rawClient, sink, startLiveGateway } from '../support/liveGateway.js';
import { type LiveSubgraph, startLiveSubgraph } from '../support/liveSubgraph.js';

const ADDED = 'subscription { bookAdded { id title } }';

describe('subscriptions', () => {
  let subgraph: LiveSubgraph;
  let gateway: LiveGateway;

  beforeEach(async () => {
    subgraph = await startLiveSubgraph();
  });

  afterEach(async () => {
    await gateway.stop();
    await subgraph.stop();
  });

  describe('over a WebSocket', () => {
    test('each event arrives, in order, until the subgraph ends it', async () => {
      gateway = await startLiveGateway(subgraph);
      const events = gateway.client().iterate({ query: ADDED });
      const first = next(events);
      await subgraph.untilListening(1);
      for (const id of ['1', '2', '3']) subgraph.addBook({ id });
      expect(await first).toEqual({ data: { bookAdded: { id: '1', title: 'Book 1' } } });
      expect((await next(events)).data).toMatchObject({ bookAdded: { id: '2' } });
      expect((await next(events)).data).toMatchObject({ bookAdded: { id: '3' } });
      subgraph.complete();
      expect(await events.next()).toEqual({ done: true, value: undefined });
    });

    test('a query is answered once and is over', async () => {
      gateway = await startLiveGateway(subgraph);
      const events = gateway.client().iterate({ query: '{ books { id } }' });
      expect(await next(events)).toEqual({ data: { asked: '{ books { id } }' } });
      expect((await events.next()).done).toBe(true);
    });

    test.each([
      ['a text that is not GraphQL', 'subscription {', undefined, 'GRAPHQL_PARSE_FAILED'],
      ['a field that is not there', 'subscription { nothing }', undefined, 'GRAPHQL_VALIDATION_FAILED'],
      [
        'a variable of the wrong type',
        'subscription ($g: String) { bookAdded(genre: $g) { id } }',
        { g: 7 },
        'BAD_USER_INPUT',
      ],
    ])('%s is refused with its code, and the connection goes on', async (_what, query, variables, code) => {
      gateway = await startLiveGateway(subgraph);
      const client = gateway.client({ lazy: false });
      await expect(next(client.iterate({ query, ...(variables && { variables }) }))).rejects.toMatchObject([
        { extensions: { code, requestId: expect.any(String) } },
      ]);
      expect(await next(client.iterate({ query: '{ books { id } }' }))).toMatchObject({ data: {} });
      expect(subgraph.subscribes).toHaveLength(0);
    });

    test('the authorization of the connection reaches the subgraph with each subscribe', async () => {
      gateway = await startLiveGateway(subgraph);
      gateway.client({ connectionParams: { Authorization: 'Bearer mine' } }).subscribe(...sink(ADDED));
      gateway.client({ connectionParams: { authorization: 'Bearer other' } }).subscribe(...sink(ADDED));
      await subgraph.untilListening(2);
      expect(
        subgraph.subscribes
          .map(({ headers }) => headers['authorization'])
          .toSorted((a = '', b = '') => a.localeCompare(b)),
      ).toEqual(['Bearer mine', 'Bearer other']);
      expect(subgraph.subscribes[0]?.headers['x-request-id']).toMatch(/^[\da-f-]{36}$/);
      expect(subgraph.sockets).toBe(1);
    });

    test.each(['message', 'answer'] as const)(
      'a refusal of the subgraph by %s is the end, with its code',
      async (by) => {
        subgraph.refuse('FORBIDDEN', by);
        gateway = await startLiveGateway(subgraph);
        await expect(next(gateway.client().iterate({ query: ADDED }))).rejects.toMatchObject([
          { message: 'Not now.', extensions: { code: 'FORBIDDEN', service: 'books' } },
        ]);
      },
    );

    test('a subgraph that is away is told at once', async () => {
      gateway = await startLiveGateway(subgraph);
      await subgraph.stop();
      await expect(next(gateway.client().iterate({ query: ADDED }))).rejects.toMatchObject([
        { extensions: { code: 'SERVICE_UNAVAILABLE', service: 'books' } },
      ]);
    });

    test('an id can be used again as soon as it was ended', async () => {
      gateway = await startLiveGateway(subgraph);
      const { socket, messages } = await rawClient(gateway.url);
      const subscribe = JSON.stringify({ id: '1', type: 'subscribe', payload: { query: ADDED } });
      const complete = JSON.stringify({ id: '1', type: 'complete' });
      socket.send(subscribe);
      socket.send(complete);
      socket.send(subscribe);
      socket.send(complete);
      socket.send(subscribe);
      socket.send(JSON.stringify({ type: 'ping' }));
      expect(await messages.next()).toMatchObject({ value: { type: 'pong' } });
      await subgraph.untilListening(1);
      subgraph.addBook({ id: '9' });
      expect(await messages.next()).toMatchObject({ value: { id: '1', type: 'next' } });
      socket.close();
      await subgraph.untilListening(0);
    });
  });

  describe('equal subscriptions', () => {
    test('share one upstream, one enrichment and all get each event', async () => {
      gateway = await startLiveGateway(subgraph);
      const first = gateway.client().iterate({ query: ADDED });
      const laidOutDifferently = gateway.client().iterate({ query: 'subscription  {bookAdded {id, title}}' });
      const sameClientTwice = gateway.client();
      const all = [first, laidOutDifferently, ...[1, 2].map(() => sameClientTwice.iterate({ query: ADDED }))];
      const answers = all.map((events) => next(events));
      await gateway.untilBegun(4);
      await subgraph.untilListening(1);
      subgraph.addBook({ id: '1' });
      for (const answer of await Promise.all(answers)) expect(answer.data).toMatchObject({ bookAdded: { id: '1' } });
      expect(subgraph.subscribes).toHaveLength(1);
      expect(gateway.enriched).toBe(1);
    });

    test('with other variables, or with sharing off, each have their own', async () => {
      gateway = await startLiveGateway(subgraph);
      const query = 'subscription ($genre: String) { bookAdded(genre: $genre) { id } }';
      const novels = next(gateway.client().iterate({ query, variables: { genre: 'novel' } }));
      const poems = next(gateway.client().iterate({ query, variables: { genre: 'poem' } }));
      await subgraph.untilListening(2);
      subgraph.addBook({ id: '1', genre: 'novel' });
      subgraph.addBook({ id: '2', genre: 'poem' });
      expect((await novels).data).toEqual({ bookAdded: { id: '1' } });
      expect((await poems).data).toEqual({ bookAdded: { id: '2' } });
      await gateway.stop();

      gateway = await startLiveGateway(subgraph, { share: false });
      gateway.client().subscribe(...sink(ADDED));
      gateway.client().subscribe(...sink(ADDED));
      await subgraph.untilListening(2);
    });

    test('end their upstream with the last client, not before', async () => {
      gateway = await startLiveGateway(subgraph);
      const client = gateway.client();
      const leaves = [1, 2, 3].map(() => client.subscribe(...sink(ADDED)));
      await gateway.untilBegun(3);
      leaves[0]?.();
      leaves[1]?.();
      const last = gateway.client().iterate({ query: ADDED });
      const event = next(last);
      await gateway.untilBegun(4);
      leaves[2]?.();
      subgraph.addBook({ id: '1' });
      expect((await event).data).toMatchObject({ bookAdded: { id: '1' } });
      expect(subgraph.subscribes).toHaveLength(1);
      await last.return?.(undefined);
      await subgraph.untilListening(0);
    });

    test('that come while the last one leaves get an upstream of their own', async () => {
      gateway = await startLiveGateway(subgraph);
      for (let round = 0; round < 20; round += 1) {
        const leaving = gateway.client().iterate({ query: ADDED });
        void leaving.next();
        await subgraph.untilListening(1);
        void leaving.return?.(undefined);
        const coming = gateway.client().iterate({ query: ADDED });
        const event = next(coming);
        await gateway.untilBegun(2 * round + 2);
        await subgraph.untilListening(1);
        subgraph.addBook({ id: String(round) });
        expect((await event).data).toMatchObject({ bookAdded: { id: String(round) } });
        await coming.return?.(undefined);
        await subgraph.untilListening(0);
      }
    });
  });
});
