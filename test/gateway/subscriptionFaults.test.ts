import { once } from 'node:events';
import { WebSocket, WebSocketServer } from 'ws';
import {
  type LiveGateway,
  liveSupergraph,
  nextAnswer as next,
  rawClient,
  sink,
  startLiveGateway,
} from '../support/liveGateway.js';
import { LIVE_BOOKS_SDL, type LiveSubgraph, startLiveSubgraph } from '../support/liveSubgraph.js';

const ADDED = 'subscription { bookAdded { id title } }';
const JOURNAL = 'subscription { journal { note } }';

describe('subscriptions in trouble', () => {
  let subgraph: LiveSubgraph;
  let gateway: LiveGateway;

  beforeEach(async () => {
    subgraph = await startLiveSubgraph();
  });

  afterEach(async () => {
    await gateway.stop();
    await subgraph.stop();
  });

  describe('when the subgraph is lost', () => {
    test('they are taken up again, and the next event says that some may be missing', async () => {
      gateway = await startLiveGateway(subgraph);
      const events = gateway.client().iterate({ query: ADDED });
      const first = next(events);
      await subgraph.untilListening(1);
      subgraph.addBook({ id: '1' });
      expect(await first).not.toHaveProperty('extensions');

      subgraph.cut();
      await subgraph.untilListening(0);
      await subgraph.untilListening(1);
      subgraph.addBook({ id: '2' });
      subgraph.addBook({ id: '3' });
      const afterwards = await next(events);
      expect(afterwards).toMatchObject({
        data: { bookAdded: { id: '2' } },
        extensions: { eventsMayBeMissing: { since: expect.any(String) } },
      });
      expect(afterwards).not.toHaveProperty('errors');
      expect(await next(events)).toEqual({ data: { bookAdded: { id: '3', title: 'Book 3' } } });
      expect(subgraph.subscribes).toHaveLength(2);
    });

    test('a resumable one misses nothing and repeats nothing, also when the subgraph was away', async () => {
      gateway = await startLiveGateway(subgraph);
      const events = gateway.client().iterate({ query: JOURNAL });
      const first = next(events);
      await subgraph.untilListening(1);
      subgraph.write('one');
      expect(await first).toEqual({ data: { journal: { note: 'one' } } });

      await subgraph.stop();
      subgraph = await startLiveSubgraph(subgraph);
      for (const note of ['two', 'three']) subgraph.write(note);
      expect(await next(events)).toEqual({ data: { journal: { note: 'two' } } });
      expect(await next(events)).toEqual({ data: { journal: { note: 'three' } } });
      subgraph.write('four');
      expect(await next(events)).toEqual({ data: { journal: { note: 'four' } } });
    });

    test('a resumable one that the client began behind a cursor goes on behind the last that came', async () => {
      for (const note of ['one', 'two', 'three']) subgraph.write(note);
      gateway = await startLiveGateway(subgraph);
      const query = 'subscription ($from: ID) { journal(after: $from) { place note } }';
      const events = gateway.client().iterate({ query, variables: { from: '1' } });
      expect(await next(events)).toEqual({ data: { journal: { place: '2', note: 'two' } } });
      expect(await next(events)).toEqual({ data: { journal: { place: '3', note: 'three' } } });
      subgraph.cut();
      await subgraph.untilListening(0);
      await subgraph.untilListening(1);
      subgraph.write('four');
      expect(await next(events)).toEqual({ data: { journal: { place: '4', note: 'four' } } });
    });

    test('two that began behind the same cursor both get all that is behind it', async () => {
      for (const note of ['one', 'two']) subgraph.write(note);
      gateway = await startLiveGateway(subgraph);
      const query = 'subscription { journal(after: "1") { note } }';
      expect(await next(gateway.client().iterate({ query }))).toEqual({ data: { journal: { note: 'two' } } });
      expect(await next(gateway.client().iterate({ query }))).toEqual({ data: { journal: { note: 'two' } } });
    });

    test('and cannot serve when it is back, it is asked again; a refusal then is the end', async () => {
      gateway = await startLiveGateway(subgraph);
      const events = gateway.client().iterate({ query: ADDED });
      const event = next(events);
      await subgraph.untilListening(1);
      subgraph.refuse('SERVICE_UNAVAILABLE', 'answer');
      subgraph.cut();
      await subgraph.untilSubscribes(3);
      subgraph.refuse(undefined);
      await subgraph.untilListening(1);
      subgraph.addBook({ id: '1' });
      expect(await event).toHaveProperty('extensions.eventsMayBeMissing');

      subgraph.refuse('FORBIDDEN');
      const end = next(events);
      subgraph.cut();
      await expect(end).rejects.toMatchObject([{ extensions: { code: 'FORBIDDEN', service: 'books' } }]);
    });

    test('and its connection is only silent, that is found out', async () => {
      const silent = new WebSocketServer({ port: 0, host: '127.0.0.1' });
      await once(silent, 'listening');
      const address = silent.address();
      if (typeof address !== 'object' || !address) throw new Error('no address');
      const connections = countedConnections(silent);
      const url = `http://127.0.0.1:${address.port}/graphql`;
      gateway = await startLiveGateway({ ...subgraph, url }, { limits: { pingMs: 50 }, timeoutMs: 100 });
      gateway.client().subscribe(...sink(ADDED));
      await expect(connections.until(2)).resolves.toBeUndefined();
      await gateway.stop();
      silent.close();
    });
  });

  describe('when the connection to the subgraph has grown old', () => {
    test('another follows: what is resumable is moved and misses nothing, the rest ends where it is', async () => {
      gateway = await startLiveGateway(subgraph, { limits: { upstreamMs: 300 } });
      const journal = gateway.client().iterate({ query: JOURNAL });
      const added = gateway.client().iterate({ query: ADDED });
      const [note, book] = [next(journal), next(added)];
      await subgraph.untilListening(2);
      subgraph.write('1');
      subgraph.addBook({ id: '1' });
      expect(await note).toEqual({ data: { journal: { note: '1' } } });
      expect(await book).not.toHaveProperty('extensions');

      await subgraph.untilSubscribes(3);
      for (const written of ['2', '3']) {
        subgraph.write(written);
        subgraph.addBook({ id: written });
        expect(await next(journal)).toEqual({ data: { journal: { note: written } } });
        expect(await next(added)).toEqual({ data: { bookAdded: { id: written, title: `Book ${written}` } } });
      }
      const [, , moved] = subgraph.subscribes;
      expect(moved?.variables).toEqual({ _resumeAfter: '1' });
      // The old connection carries one that began before, and is closed with it; the new one stays.
      expect(subgraph.sockets).toBe(2);
      await added.return?.();
      await subgraph.untilSockets(1);
      subgraph.write('4');
      expect(await next(journal)).toEqual({ data: { journal: { note: '4' } } });
      expect(gateway.log.filter(({ level }) => Number(level) >= 40)).toEqual([]);
    });

    test('and no other can be had, it goes on serving', async () => {
      gateway = await startLiveGateway(subgraph, { limits: { upstreamMs: 100 }, timeoutMs: 500 });
      const journal = gateway.client().iterate({ query: JOURNAL });
      const first = next(journal);
      await subgraph.untilListening(1);
      subgraph.write('1');
      await first;
      subgraph.refuseSockets(true);
      await subgraph.untilRefusedSockets(2);
      subgraph.write('2');
      expect(await next(journal)).toEqual({ data: { journal: { note: '2' } } });
      subgraph.refuseSockets(false);
      await subgraph.untilSubscribes(2);
      subgraph.write('3');
      expect(await next(journal)).toEqual({ data: { journal: { note: '3' } } });
    });
  });

  test('events are enriched together and delivered in order', async () => {
    const finish: (() => void)[] = [];
    gateway = await startLiveGateway(subgraph, {
      enrich: (data) => new Promise((resolve) => finish.push(() => resolve(data))),
      limits: { parallelEvents: 3 },
    });
    const events = gateway.client().iterate({ query: ADDED });
    const first = next(events);
    await subgraph.untilListening(1);
    for (const id of ['1', '2', '3', '4']) subgraph.addBook({ id });
    await gateway.untilEnriching(3);
    finish[2]?.();
    finish[1]?.();
    finish[0]?.();
    expect((await first).data).toMatchObject({ bookAdded: { id: '1' } });
    expect((await next(events)).data).toMatchObject({ bookAdded: { id: '2' } });
    expect((await next(events)).data).toMatchObject({ bookAdded: { id: '3' } });
    await gateway.untilEnriching(4);
    finish[3]?.();
    expect((await next(events)).data).toMatchObject({ bookAdded: { id: '4' } });
  });

  test('an event that nobody can enrich is an error of its own, masked, and the next one arrives', async () => {
    gateway = await startLiveGateway(subgraph, {
      enrich(data) {
        if (gateway.enriched === 1) throw new Error('the password is hunter2');
        return data;
      },
    });
    const events = gateway.client().iterate({ query: ADDED });
    const first = next(events);
    await subgraph.untilListening(1);
    subgraph.addBook({ id: '1' });
    subgraph.addBook({ id: '2' });
    const failed = await first;
    expect(failed).toMatchObject({ data: null, errors: [{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }] });
    expect(JSON.stringify(failed)).not.toContain('hunter2');
    expect(JSON.stringify(gateway.log)).toContain('hunter2');
    expect((await next(events)).data).toMatchObject({ bookAdded: { id: '2' } });
  });

  test('an upstream that is too fast is let go and taken up where it was', async () => {
    let go: (() => void) | undefined;
    const held = new Promise<void>((resolve) => (go = resolve));
    gateway = await startLiveGateway(subgraph, {
      async enrich(data) {
        await held;
        return data;
      },
      limits: { parallelEvents: 1, waitingEvents: 10 },
    });
    const events = gateway.client().iterate({ query: JOURNAL });
    const first = next(events);
    await subgraph.untilListening(1);
    for (let n = 1; n <= 100; n += 1) subgraph.write(String(n));
    await subgraph.untilListening(0);
    go?.();
    expect((await first).data).toEqual({ journal: { note: '1' } });
    for (let n = 2; n <= 100; n += 1) expect(await next(events)).toEqual({ data: { journal: { note: String(n) } } });
  });

  describe('a client', () => {
    test('that does not read is closed with 4413 and holds up nobody', async () => {
      gateway = await startLiveGateway(subgraph, { limits: { queuedBytes: 1_000_000, queuedMessages: 50 } });
      const { socket } = await rawClient(gateway.url);
      socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: ADDED } }));
      const events = gateway.client().iterate({ query: ADDED });
      const first = next(events);
      await gateway.untilBegun(2);
      await subgraph.untilListening(1);
      socket.pause();
      const closed = once(socket, 'close');
      // More than the operating system keeps for a socket that nobody reads.
      const title = 'x'.repeat(500_000);
      subgraph.addBook({ id: '1' });
      expect((await first).data).toMatchObject({ bookAdded: { id: '1' } });
      for (let n = 2; n <= 40; n += 1) {
        const event = next(events);
        subgraph.addBook({ id: String(n), title });
        expect((await event).data).toMatchObject({ bookAdded: { id: String(n) } });
      }
      socket.resume();
      expect((await closed)[0]).toBe(4413);
    });

    test('that does not answer pings is cut off, and its upstream ends', async () => {
      gateway = await startLiveGateway(subgraph, { limits: { pingMs: 100 } });
      const { socket } = await rawClient(gateway.url, { autoPong: false });
      const closed = once(socket, 'close');
      socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: ADDED } }));
      await subgraph.untilListening(1);
      expect((await closed)[0]).toBe(1006);
      await subgraph.untilListening(0);
    });

    test('on whose connection nothing runs is closed with 4410', async () => {
      gateway = await startLiveGateway(subgraph, { limits: { pingMs: 100, idleMs: 200 } });
      const { socket } = await rawClient(gateway.url);
      expect((await once(socket, 'close'))[0]).toBe(4410);
    });

    test('that is cut off ends its upstream, and the socket to the subgraph is closed when nobody needs it', async () => {
      gateway = await startLiveGateway(subgraph, { limits: { upstreamIdleMs: 50 } });
      const { socket } = await rawClient(gateway.url);
      socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: ADDED } }));
      await subgraph.untilListening(1);
      socket.terminate();
      await subgraph.untilListening(0);
      await expect(subgraph.untilSockets(0)).resolves.toBeUndefined();
    });

    test('that subscribes after our close begins nothing', async () => {
      gateway = await startLiveGateway(subgraph);
      const { socket } = await rawClient(gateway.url);
      const closed = once(socket, 'close');
      const message = JSON.stringify({ id: '1', type: 'subscribe', payload: { query: ADDED } });
      socket.send('nonsense');
      for (let n = 0; n < 5; n += 1) socket.send(message.replace('"1"', `"${n}"`));
      expect((await closed)[0]).toBe(4400);
      expect(gateway.log.filter(({ msg }) => msg === 'a subscription began')).toHaveLength(0);
    });
  });

  describe('too many', () => {
    test('of a connection, of a caller or of all are refused, and there is room again when one ends', async () => {
      gateway = await startLiveGateway(subgraph, { limits: { perConnection: 2, perCaller: 3, all: 4 } });
      const mine = { webSocketImpl: from('192.0.2.3'), lazy: false };
      const one = gateway.client(mine);
      const leave = one.subscribe(...sink(ADDED));
      one.subscribe(...sink(ADDED));
      await gateway.untilBegun(2);
      await expect(next(one.iterate({ query: ADDED }))).rejects.toMatchObject(tooMany(2));

      const two = gateway.client(mine);
      two.subscribe(...sink(ADDED));
      await gateway.untilBegun(3);
      await expect(next(two.iterate({ query: ADDED }))).rejects.toMatchObject(tooMany(3));

      gateway.client({ webSocketImpl: from('192.0.2.1') }).subscribe(...sink(ADDED));
      await gateway.untilBegun(4);
      const other = gateway.client({ webSocketImpl: from('192.0.2.2') });
      await expect(next(other.iterate({ query: ADDED }))).rejects.toMatchObject(tooMany(4));

      leave();
      // On the same connection, so that it is read after the end of the other.
      expect(await next(one.iterate({ query: '{ books { id } }' }))).toHaveProperty('data');
    });

    test('bytes: who brings much with a subscription has fewer of them, whatever it does not declare is not held', async () => {
      gateway = await startLiveGateway(subgraph, { limits: { perCaller: 4, all: 100 } });
      const client = gateway.client();
      const query = 'subscription ($genre: String) { bookAdded(genre: $genre) { title } }';
      const long = 'x'.repeat(40_000);
      const large = client.iterate({ query, variables: { genre: long } });
      await expect(next(large)).rejects.toMatchObject(tooMany(4));
      // Nothing of it is counted any more.
      for (let count = 1; count <= 4; count += 1) {
        client.subscribe({ query, variables: { genre: `g${count}`, undeclared: long } }, sink(query)[1]);
        await gateway.untilBegun(count);
      }
      await expect(next(client.iterate({ query: ADDED }))).rejects.toMatchObject(tooMany(4));
    });

    test('connections from one address are closed with 4503, while others get in', async () => {
      gateway = await startLiveGateway(subgraph, { limits: { connectionsPerAddress: 1 } });
      const open = (address: string): WebSocket => new (from(address))(gateway.url, 'graphql-transport-ws');
      const first = open('192.0.2.1');
      await once(first, 'open');
      expect((await once(open('192.0.2.1'), 'close'))[0]).toBe(4503);
      const other = open('192.0.2.2');
      await once(other, 'open');
      first.close();
      await once(first, 'close');
      const again = open('192.0.2.1');
      await once(again, 'open');
      for (const socket of [other, again]) socket.terminate();
    });

    test('connections are closed with 4503', async () => {
      gateway = await startLiveGateway(subgraph, { limits: { connections: 1 } });
      const { socket } = await rawClient(gateway.url);
      const refused = new WebSocket(gateway.url, 'graphql-transport-ws');
      expect((await once(refused, 'close'))[0]).toBe(4503);
      socket.close();
      await once(socket, 'close');
      (await rawClient(gateway.url)).socket.close();
    });
  });

  test('when the gateway stops, each connection is closed with 1001, also that of a client that does not answer', async () => {
    gateway = await startLiveGateway(subgraph);
    const { socket } = await rawClient(gateway.url);
    const stuck = await rawClient(gateway.url);
    stuck.socket.pause();
    socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: ADDED } }));
    await subgraph.untilListening(1);
    const closed = once(socket, 'close');
    const startedAt = performance.now();
    await gateway.stop();
    expect(performance.now() - startedAt).toBeLessThan(4_000);
    expect((await closed)[0]).toBe(1001);
    await subgraph.untilSockets(0);
    stuck.socket.terminate();
  });

  describe('when the graph changes', () => {
    test('what fits goes on unseen with the new enrichment, without a new upstream', async () => {
      gateway = await startLiveGateway(subgraph);
      const events = gateway.client().iterate({ query: ADDED });
      const first = next(events);
      await subgraph.untilListening(1);
      await gateway.swap(
        liveSupergraph(subgraph, LIVE_BOOKS_SDL.replace('genre: String }', 'genre: String pages: Int }')),
      );
      subgraph.addBook({ id: '1' });
      expect(await first).toEqual({ data: { bookAdded: { id: '1', title: 'Book 1' } } });
      const joining = next(gateway.client().iterate({ query: ADDED }));
      await gateway.untilBegun(2);
      subgraph.addBook({ id: '2' });
      expect(await joining).toMatchObject({ data: { bookAdded: { id: '2' } } });
      expect(subgraph.subscribes).toHaveLength(1);
    });

    test('what does not fit any more ends with SUBSCRIPTION_OUTDATED', async () => {
      gateway = await startLiveGateway(subgraph);
      const events = gateway.client().iterate({ query: ADDED });
      const first = next(events);
      await subgraph.untilListening(1);
      await gateway.swap(
        liveSupergraph(subgraph, LIVE_BOOKS_SDL.replace('id: ID! title: String! genre', 'id: ID! name: String! genre')),
      );
      await expect(first).rejects.toMatchObject([{ extensions: { code: 'SUBSCRIPTION_OUTDATED' } }]);
      await subgraph.untilListening(0);
    });

    test('a resumable one whose subgraph moved goes on there from its last cursor', async () => {
      gateway = await startLiveGateway(subgraph);
      const events = gateway.client().iterate({ query: JOURNAL });
      const first = next(events);
      await subgraph.untilListening(1);
      subgraph.write('one');
      expect((await first).data).toEqual({ journal: { note: 'one' } });
      const moved = await startLiveSubgraph(subgraph, 0);
      subgraph.write('two');
      expect((await next(events)).data).toEqual({ journal: { note: 'two' } });
      await gateway.swap(liveSupergraph(moved), moved);
      await moved.untilListening(1);
      moved.write('three');
      expect(await next(events)).toEqual({ data: { journal: { note: 'three' } } });
      await subgraph.untilListening(0);
      await moved.stop();
    });
  });
});

function tooMany(limit: number): object {
  return [{ extensions: { code: 'TOO_MANY_SUBSCRIPTIONS', limit } }];
}

/** Counts the connections that a WebSocket server ever had; it acknowledges them and then says nothing more. */
function countedConnections(server: WebSocketServer): { until(count: number): Promise<void> } {
  let count = 0;
  const waiting = new Set<() => void>();
  server.on('connection', (socket) => {
    count += 1;
    socket.once('message', () => socket.send('{"type":"connection_ack"}'));
    for (const look of waiting) look();
  });
  return {
    until: (wanted) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (count >= wanted) resolve();
        };
        waiting.add(look);
        look();
      }),
  };
}

/** WebSockets that a proxy passed on for a client with this address. */
function from(address: string): new (url: string | URL, protocols?: string | string[]) => WebSocket {
  return class extends WebSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols, { headers: { 'x-forwarded-for': address } });
    }
  };
}
