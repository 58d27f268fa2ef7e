import { EventEmitter, once } from 'node:events';
import { ClientRequest } from 'node:http';
import { Socket } from 'node:net';
import { Duplex, Readable, Writable } from 'node:stream';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { type TestGateway, ask, startGateway } from '../support/fixtureGateway.js';
import { compose, writeSupergraph } from '../support/fixtureSupergraph.js';
import { LIVE_BOOKS_SDL, type LiveSubgraph, startLiveSubgraph } from '../support/liveSubgraph.js';

/** What throws when it emits an `error` that nobody hears. Node's own emitters are found by what they are used for. */
const seen = new Map<EventEmitter, string>();
const isFallible = (emitter: EventEmitter): boolean =>
  [Socket, Duplex, Readable, Writable, ClientRequest, WebSocket].some((kind) => emitter instanceof kind);

/** Notes every emitter to which anybody listens while `work` runs, with the place that listened first. */
async function watching(work: () => Promise<void>): Promise<void> {
  // They are called with an emitter as `this`, as they would be.
  // oxlint-disable-next-line typescript/unbound-method
  const real = [EventEmitter.prototype.on, EventEmitter.prototype.once, EventEmitter.prototype.addListener] as const;
  const noting = (listen: (typeof real)[number]): (typeof real)[number] =>
    function note(this: EventEmitter, name, heard) {
      if (!seen.has(this)) seen.set(this, new Error('first listened to').stack ?? '');
      return listen.call(this, name, heard) as never;
    };
  Object.assign(EventEmitter.prototype, { on: noting(real[0]), once: noting(real[1]), addListener: noting(real[2]) });
  try {
    await work();
  } finally {
    Object.assign(EventEmitter.prototype, { on: real[0], once: real[1], addListener: real[2] });
  }
}

describe('a gateway under use', () => {
  let subgraph: LiveSubgraph;
  let gateway: TestGateway;
  let remove: () => Promise<void>;
  beforeEach(async () => {
    subgraph = await startLiveSubgraph();
    const sdl = compose([{ name: 'books', url: subgraph.url, typeDefs: LIVE_BOOKS_SDL }]);
    const written = await writeSupergraph(sdl);
    remove = written.remove;
    gateway = await startGateway(written.file);
  });
  afterEach(async () => {
    await gateway.stop();
    await subgraph.stop();
    await remove();
  });

  test('hears the errors of every socket, stream and client that is open', async () => {
    await watching(async () => {
      await ask(gateway.url, '{ books { id } }');
      const client = createClient({
        url: gateway.url.replace('http', 'ws'),
        webSocketImpl: WebSocket,
        retryAttempts: 0,
      });
      const events = client.iterate({ query: 'subscription { bookAdded { id } }' });
      const event = events.next();
      await subgraph.untilListening(1);
      const stream = await fetch(`${gateway.url}/stream`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
        body: JSON.stringify({ query: 'subscription { journal { note } }' }),
      });
      await subgraph.untilListening(2);
      subgraph.addBook({ id: '1' });
      await event;
      // Of the servers in this process too: the subgraph's are the kit's own kind.
      const deaf = [...seen].filter(
        ([emitter]) =>
          isFallible(emitter) &&
          !(emitter as Partial<Socket>).destroyed &&
          emitter.listenerCount('error') === 0 &&
          // What Node's HTTP server reads requests from and writes answers to does not emit `error` unless somebody listens.
          !['IncomingMessage', 'ServerResponse'].includes(emitter.constructor.name),
      );
      expect(deaf.map(([emitter, place]) => `${emitter.constructor.name} ${place}`)).toEqual([]);
      expect([...seen.keys()].filter((emitter) => emitter instanceof Socket).length).toBeGreaterThanOrEqual(4);
      await stream.body?.cancel();
      await client.dispose();
    });
  });

  test('lives on when any of its sockets breaks', async () => {
    const broken: Socket[] = [];
    await watching(async () => {
      await ask(gateway.url, '{ books { id } }');
      const client = createClient({
        url: gateway.url.replace('http', 'ws'),
        webSocketImpl: WebSocket,
        retryAttempts: 0,
      });
      const events = client.iterate({ query: 'subscription { bookAdded { id } }' });
      const end = events.next().catch(() => 'cut');
      await subgraph.untilListening(1);
      for (const emitter of seen.keys()) if (emitter instanceof Socket && !emitter.destroyed) broken.push(emitter);
      const closed = broken.map(async (socket) => once(socket, 'close').catch(() => 'reset'));
      for (const socket of broken) socket.destroy(Object.assign(new Error('reset'), { code: 'ECONNRESET' }));
      await Promise.all(closed);
      await end;
      client.terminate();
    });
    expect(broken.length).toBeGreaterThanOrEqual(4);
    expect(await ask(gateway.url, '{ books { id } }')).toMatchObject({ data: { books: [{ id: '1' }] } });
  });
});
