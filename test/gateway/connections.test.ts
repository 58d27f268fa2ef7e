import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { readFile, writeFile } from 'node:fs/promises';
import { type Answer, type TestGateway, ask, startGateway } from '../support/fixtureGateway.js';
import { type Library, startLibrary } from '../support/fixtureSupergraph.js';
import { getBytes, postBytes, rawConnection } from '../support/rawConnection.js';
import { waitUntil } from '../support/waitUntil.js';

const OPEN_UNTIL = '{"data":{"openUntil":"18:00"}}';

/** What is counted up and down again, by the metric's name. */
const COUNTERS = ['sockets', 'requests_under_way', 'connections', 'subscriptions', 'upstream_subscriptions'];

describe('connections', () => {
  let library: Library;
  let gateway: TestGateway;
  const opened: Socket[] = [];

  beforeAll(async () => {
    library = await startLibrary();
  });

  afterAll(() => library.stop());

  /** Gives the tests of a describe a gateway that is as they found it after each of them. */
  const withGateway = (options: Parameters<typeof startGateway>[1]): void => {
    beforeAll(async () => {
      gateway = await startGateway(library.file, { metrics: { port: 0 }, ...options });
    });

    afterEach(async () => {
      for (const socket of opened.splice(0)) socket.destroy();
      library.desk.misbehave(undefined);
      await untilNothingIsCounted();
    });

    afterAll(() => gateway.stop());
  };

  const open = async (from?: string): Promise<Socket> => {
    const socket = await rawConnection(gateway.url, from);
    opened.push(socket);
    return socket;
  };
  /** Over a connection that ends with the answer. */
  const askOnce = (query: string, headers: Record<string, string> = {}): Promise<Answer> =>
    ask(gateway.url, query, { headers: { connection: 'close', ...headers } });
  const askFrom = (address: string): Promise<Answer> => askOnce('{ openUntil }', { 'x-forwarded-for': address });
  const counters = async (): Promise<Record<string, number>> => {
    const { metricsUrl } = gateway.log.find(({ msg }) => msg === 'the gateway answers') ?? {};
    const metrics = await (await fetch(String(metricsUrl))).text();
    return Object.fromEntries(
      COUNTERS.map((name) => [
        name,
        Number(new RegExp(`^customer360_gateway_${name} (\\d+)$`, 'm').exec(metrics)?.[1]),
      ]),
    );
  };
  const untilNothingIsCounted = (): Promise<void> =>
    waitUntil(async () => Object.values(await counters()).every((count) => count === 0), 5_000);
  /** Keeps requests to the desk open until they are released. */
  const holdDesk = (): (() => void) => {
    const held: ServerResponse[] = [];
    library.desk.misbehave((response) => held.push(response));
    return () => {
      library.desk.misbehave(undefined);
      for (const response of held) response.end(OPEN_UNTIL);
    };
  };

  describe('to a gateway that gets a new supergraph', () => {
    withGateway({ limits: { inFlight: 200 } });

    test('pipelined requests whose connection dies give their places back, and hold no supergraph', async () => {
      const release = holdDesk();
      for (let turn = 0; turn < 4; turn += 1) {
        const socket = await open();
        const arrived = library.desk.nextRequest();
        socket.write(getBytes('/graphiql') + postBytes('{ openUntil }').repeat(100));
        await arrived;
        socket.destroy();
      }
      // Before any subgraph answers or is given up.
      await waitUntil(async () => (await counters())['requests_under_way'] === 0, 5_000);
      release();
      expect((await askOnce('{ deskName }')).data).toEqual({ deskName: 'North' });
      const swapped = gateway.nextLine('a new supergraph serves');
      await writeFile(library.file, `${await readFile(library.file, 'utf8')}\n"""New"""\nscalar New\n`);
      await swapped;
      const client = createClient({ url: gateway.url.replace('http', 'ws'), webSocketImpl: WebSocket });
      expect((await client.iterate({ query: '{ deskName }' }).next()).value).toEqual({ data: { deskName: 'North' } });
      await client.dispose();
      await untilNothingIsCounted();
    });
  });

  describe('on which nothing may move for a moment', () => {
    withGateway({ limits: { inFlight: 20, silenceMs: 500 } });

    test('who never reads an answer holds no place, and is cut off in the end', async () => {
      for (let count = 0; count < 20; count += 1) {
        const socket = await open();
        const arrived = library.desk.nextRequest();
        // The page is larger than what a connection holds on its way.
        socket.write(getBytes('/graphiql') + postBytes('{ openUntil }'));
        // Else all of them might be under way when the last one asks.
        await arrived;
      }
      expect((await askOnce('{ openUntil }')).status).toBe(200);
      await untilNothingIsCounted();
    });
  });

  describe('that are slow to ask', () => {
    withGateway({ limits: { inFlight: 2, headersTimeoutMs: 1_000, requestTimeoutMs: 2_000, silenceMs: 60_000 } });

    test('a body that comes slowly holds no place, and is given up in time', async () => {
      const slow = await Promise.all(Array.from({ length: 10 }, () => open()));
      const answers = slow.map((socket) => text(socket));
      for (const socket of slow) socket.write(postBytes('{ openUntil }').slice(0, -1));
      expect((await askOnce('{ openUntil }')).data).toEqual({ openUntil: '18:00' });
      expect((await Promise.all(answers)).map((answer) => answer.split('\r\n')[0])).toEqual(
        slow.map(() => 'HTTP/1.1 408 Request Timeout'),
      );
      await untilNothingIsCounted();
    });

    test('a connection that a balancer opens before it needs it is kept; one that begins a request must go on', async () => {
      const warmed = await open();
      const begun = await open();
      begun.write('POST /graphql HT');
      // By now the warmed one is older than any request may be.
      expect(await text(begun)).toMatch(/^HTTP\/1\.1 408 /);
      const next = await open();
      next.write('P');
      expect(await text(next)).toMatch(/^HTTP\/1\.1 408 /);
      warmed.write(postBytes('{ openUntil }', { connection: 'close' }));
      expect(await text(warmed)).toContain(OPEN_UNTIL);
    });
  });

  describe('of a proxy', () => {
    withGateway({ limits: { sockets: { all: 100, perAddress: 2 } }, trustedProxies: 1 });

    test('behind a proxy it is the requests of one network that are bounded', async () => {
      const release = holdDesk();
      const first = library.desk.nextRequest();
      const held = [askFrom('2001:db8::1')];
      await first;
      const second = library.desk.nextRequest();
      held.push(askFrom('[2001:db8::2]:443'));
      await second;
      expect(await askFrom('2001:db8:0:0:ffff::3')).toMatchObject({
        status: 429,
        errors: [{ extensions: { code: 'RATE_LIMITED' } }],
      });
      const other = askFrom('203.0.113.7:1234');
      release();
      expect((await Promise.all([...held, other])).map(({ status }) => status)).toEqual([200, 200, 200]);
      expect((await askFrom('2001:db8::1')).status).toBe(200);
    });
  });

  describe('of many kinds', () => {
    withGateway({
      limits: {
        requestBytes: 1024 * 1024,
        sockets: { all: 100, perAddress: 40 },
        keepAliveMs: 2_000,
        inFlight: 1_000,
        subgraphTimeoutMs: 1_000,
        // What is held at the desk until it times out is not to let it rest.
        failuresBeforeRest: 10_000,
      },
    });

    test('one network begins so many large bodies and no more; others are served, and it is too when they have ended', async () => {
      const begun = postBytes('{ openUntil }').replace(/content-length: \d+/, 'content-length: 1000000');
      const slow = await Promise.all(Array.from({ length: 33 }, () => open('127.0.0.2')));
      for (const socket of slow) socket.write(begun);
      const large = await open('127.0.0.2');
      large.write(begun);
      expect(await text(large)).toMatch(/^HTTP\/1\.1 429 [^]*Send one after another/);
      expect((await askOnce('{ openUntil }')).status).toBe(200);
      const body = JSON.stringify({ query: `{ openUntil } #${' '.repeat(20_000)}` });
      const whole = `POST /graphql HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
      for (const socket of slow) socket.destroy();
      await waitUntil(async () => {
        const again = await open('127.0.0.2');
        again.write(whole);
        return (await text(again)).startsWith('HTTP/1.1 200');
      });
      await untilNothingIsCounted();
    });

    test('one network has so many connections and no more; others are served', async () => {
      const many = await Promise.all(Array.from({ length: 45 }, () => open('127.0.0.2')));
      for (const socket of many) socket.resume();
      await waitUntil(() => many.filter(({ closed }) => closed).length >= 5);
      expect(many.filter(({ closed }) => !closed)).toHaveLength(40);
      expect((await askOnce('{ openUntil }')).status).toBe(200);
      expect(gateway.log).toContainEqual(expect.objectContaining({ level: 40, address: '127.0.0.2', perAddress: 40 }));
      for (const socket of many) socket.destroy();
      await untilNothingIsCounted();
      const again = await open('127.0.0.2');
      again.write(postBytes('{ openUntil }', { connection: 'close' }));
      expect(await text(again)).toContain(OPEN_UNTIL);
    });

    test('after an answer a connection is kept for as long as is said', async () => {
      const socket = await open();
      socket.write(postBytes('{ openUntil }'));
      const answer = await text(socket);
      expect(answer).toContain('Keep-Alive: timeout=2\r\n');
      expect(answer).toContain(OPEN_UNTIL);
    });

    test('whatever is cut off at whichever byte, every count comes down again', async () => {
      // A connection that is not read from, because much waits to be sent over it, is noticed to be gone when something is sent.
      const upgrade = {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
        'sec-websocket-protocol': 'graphql-transport-ws',
      };
      const kinds = {
        page: getBytes('/graphiql'),
        health: getBytes('/health/live'),
        miss: getBytes('/nowhere'),
        query: postBytes('{ openUntil }'),
        failing: postBytes('{ nothing }'),
        garbage: postBytes('{ openUntil }').replace('{"', '{{'),
        half: postBytes('{ openUntil }').slice(0, -5),
        stream: getBytes('/graphql/stream?query={openUntil}'),
        subscription: getBytes('/graphql/stream?query=subscription{bookAdded{id}}'),
        h2c: getBytes('/health/live', {
          connection: 'Upgrade, HTTP2-Settings',
          upgrade: 'h2c',
          'http2-settings': 'AA',
        }),
        upgrade: getBytes('/graphql', upgrade),
        elsewhere: getBytes('/elsewhere', upgrade),
      };
      const connection = fc.record({
        kinds: fc.array(fc.constantFrom(...(Object.keys(kinds) as (keyof typeof kinds)[])), {
          minLength: 1,
          maxLength: 12,
        }),
        cut: fc.double({ min: 0, max: 1, noNaN: true }),
        reads: fc.boolean(),
        waits: fc.boolean(),
        resets: fc.boolean(),
      });
      const release = holdDesk();
      await fc.assert(
        fc.asyncProperty(fc.array(connection, { minLength: 1, maxLength: 6 }), async (connections) => {
          await Promise.all(
            connections.map(async ({ kinds: asked, cut: where, reads, waits, resets }) => {
              const socket = await open();
              if (reads) socket.resume();
              const bytes = asked.map((kind) => kinds[kind]).join('');
              const sent = new Promise((resolve) =>
                socket.write(bytes.slice(0, Math.ceil(bytes.length * where)), resolve),
              );
              if (waits) await sent;
              if (resets) socket.resetAndDestroy();
              else socket.destroy();
            }),
          );
          await untilNothingIsCounted();
        }),
        { numRuns: 60 },
      );
      release();
      expect((await askOnce('{ openUntil }')).data).toEqual({ openUntil: '18:00' });
    });
  });
});
