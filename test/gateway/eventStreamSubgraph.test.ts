import fc from 'fast-check';
import { HEADERS } from '../../schema/contract.js';
import { decodeCaller, verify } from '../../schema/signature.js';
import { EventStreamParser } from '../../gateway/subscriptions/EventStreamParser.js';
import { TEST_SIGNING_KEY } from '../support/asGateway.js';
import { type LiveGateway, nextAnswer as next, startLiveGateway } from '../support/liveGateway.js';
import { type LiveSubgraph, startLiveSubgraph } from '../support/liveSubgraph.js';

const ADDED = 'subscription { bookAdded { id title } }';
const JOURNAL = 'subscription { journal { note } }';

describe('a subgraph that offers subscriptions as event streams only', () => {
  let subgraph: LiveSubgraph;
  let gateway: LiveGateway;

  beforeEach(async () => {
    subgraph = await startLiveSubgraph();
  });
  afterEach(async () => {
    await gateway.stop();
    await subgraph.stop();
  });
  const start = async (options: Parameters<typeof startLiveGateway>[1] = {}): Promise<void> => {
    gateway = await startLiveGateway(subgraph, { settings: { subscriptions: 'sse' }, ...options });
  };

  test('is subscribed to, signed, and told when nobody listens any more', async () => {
    await start({ signingKey: TEST_SIGNING_KEY });
    const query = 'subscription New($genre: String) { bookAdded(genre: $genre) { id genre } }';
    const events = gateway.client().iterate({ query, variables: { genre: 'novel' } });
    const first = next(events);
    await subgraph.untilListening(1);
    expect(subgraph.sockets).toBe(0);
    subgraph.addBook({ id: '1', genre: 'poem' });
    subgraph.addBook({ id: '2', genre: 'novel' });
    expect(await first).toEqual({ data: { bookAdded: { id: '2', genre: 'novel' } } });
    const [subscribe] = subgraph.subscribes;
    if (!subscribe) throw new Error('nobody subscribed');
    const { headers, operationName, query: text, variables } = subscribe;
    expect(variables).toEqual({ genre: 'novel' });
    const caller = headers[HEADERS.caller] ?? '';
    expect(decodeCaller(caller)).toMatchObject({ subject: 'everyone', operation: 'New' });
    const body = JSON.stringify({ query: text, operationName, variables });
    expect(
      verify([TEST_SIGNING_KEY], { service: 'books', caller, body }, headers[HEADERS.signature] ?? ''),
    ).not.toBeNull();
    await events.return?.();
    await subgraph.untilListening(0);
  });

  test('that ends a subscription ends it for its clients', async () => {
    await start();
    const events = gateway.client().iterate({ query: ADDED });
    const end = events.next();
    await subgraph.untilListening(1);
    subgraph.complete();
    expect(await end).toEqual({ done: true, value: undefined });
  });

  test('that is lost is subscribed to again: from the last cursor, or with a note that events may be missing', async () => {
    await start();
    const [journal, added] = [gateway.client().iterate({ query: JOURNAL }), gateway.client().iterate({ query: ADDED })];
    const firsts = [next(journal), next(added)];
    await subgraph.untilListening(2);
    subgraph.write('one');
    subgraph.addBook({ id: '1' });
    expect(await Promise.all(firsts)).toEqual([
      { data: { journal: { note: 'one' } } },
      { data: { bookAdded: { id: '1', title: 'Book 1' } } },
    ]);
    await subgraph.stop();
    subgraph = await startLiveSubgraph(subgraph);
    subgraph.write('two');
    await subgraph.untilListening(2);
    expect(await next(journal)).toEqual({ data: { journal: { note: 'two' } } });
    subgraph.addBook({ id: '2' });
    expect(await next(added)).toMatchObject({
      data: { bookAdded: { id: '2' } },
      extensions: { eventsMayBeMissing: { since: expect.any(String) } },
    });
  });

  test('that refuses a subscription is told of with its error', async () => {
    await start();
    subgraph.refuse('FORBIDDEN', 'answer');
    const events = gateway.client().iterate({ query: ADDED });
    await expect(events.next()).rejects.toMatchObject([{ extensions: { code: 'FORBIDDEN', service: 'books' } }]);
  });

  test('that refuses the gateway is unavailable', async () => {
    await start({ signingKey: TEST_SIGNING_KEY });
    subgraph.refuseSockets(true);
    const events = gateway.client().iterate({ query: ADDED });
    await expect(events.next()).rejects.toMatchObject([
      { message: 'The subgraph "books" refused this gateway.', extensions: { code: 'SERVICE_UNAVAILABLE' } },
    ]);
  });

  test('that is not there is unavailable', async () => {
    await start();
    await subgraph.stop();
    const events = gateway.client().iterate({ query: ADDED });
    await expect(events.next()).rejects.toMatchObject([{ extensions: { code: 'SERVICE_UNAVAILABLE' } }]);
  });

  test('that falls silent is given up', async () => {
    await start({ limits: { pingMs: 50 } });
    subgraph.silence();
    const events = gateway.client().iterate({ query: ADDED });
    const end = events.next().catch(() => 'cut');
    while (gateway.log.filter(({ reason }) => reason === 'silence').length < 2) await new Promise(setImmediate);
    await gateway.stop();
    expect(await end).toBe('cut');
  });

  test('is subscribed to anew when a stream has grown old, where nothing is missed by it', async () => {
    await start({ limits: { upstreamMs: 200 } });
    const [journal, added] = [gateway.client().iterate({ query: JOURNAL }), gateway.client().iterate({ query: ADDED })];
    const firsts = [next(journal), next(added)];
    await subgraph.untilListening(2);
    subgraph.write('1');
    subgraph.addBook({ id: '1' });
    await Promise.all(firsts);
    await subgraph.untilSubscribes(4);
    subgraph.write('2');
    subgraph.addBook({ id: '2' });
    expect(await next(journal)).toEqual({ data: { journal: { note: '2' } } });
    expect(await next(added)).toEqual({ data: { bookAdded: { id: '2', title: 'Book 2' } } });
    expect(subgraph.subscribes.filter(({ query }) => query.includes('bookAdded'))).toHaveLength(1);
    expect(subgraph.streams).toBe(2);
  });
});

describe('an event stream', () => {
  const line = fc.stringMatching(/^[^\r\n:]{0,20}$/);
  const lineEnd = fc.constantFrom('\n', '\r', '\r\n');

  test('is read alike however it is cut and however its lines end', () => {
    const event = fc.record({
      event: line.filter((name) => name.trim() === name && name !== ''),
      data: fc.array(line, { minLength: 1, maxLength: 3 }),
    });
    fc.assert(
      fc.property(
        fc.array(event, { maxLength: 5 }),
        lineEnd,
        fc.infiniteStream(fc.integer({ min: 1, max: 9 })),
        (events, end, sizes) => {
          const text = events
            .map(({ event: name, data }) =>
              [`:${name}`, `event: ${name}`, ...data.map((part) => `data: ${part}`), '', ''].join(end),
            )
            .join('');
          const bytes = Buffer.from(text);
          const parser = new EventStreamParser(1_000);
          const read = [];
          for (let at = 0; at < bytes.length;) {
            const size = sizes.next().value;
            read.push(...parser.push(bytes.subarray(at, at + size)));
            at += size;
          }
          expect(read).toEqual(events.map(({ event: name, data }) => ({ event: name, data: data.join('\n') })));
        },
      ),
    );
  });

  test('has no event that is longer than allowed; heartbeats count for nothing', () => {
    const parser = new EventStreamParser(100);
    for (let beat = 0; beat < 100; beat += 1) expect(parser.push(Buffer.from(': beat\n\n'))).toEqual([]);
    expect(() => parser.push(Buffer.from(`data: ${'x'.repeat(100)}`))).toThrow(RangeError);
  });
});
