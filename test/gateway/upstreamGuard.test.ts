import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { type Answer, type TestGateway, ask, startGateway } from '../support/fixtureGateway.js';
import { type Library, startLibrary } from '../support/fixtureSupergraph.js';
import type { Limits } from '../../gateway/limits/limits.js';

const OPEN = { openUntil: '18:00' };

const message = ({ errors }: Answer): string | undefined => errors?.[0]?.message;

describe('what the gateway does about a subgraph in trouble', () => {
  let library: Library;
  let gateway: TestGateway;

  beforeAll(async () => {
    library = await startLibrary();
  });

  afterEach(() => {
    for (const subgraph of [library.books, library.desk]) subgraph.misbehave(undefined);
  });

  afterAll(() => library.stop());

  /** Gives the tests of a describe a gateway with these limits. */
  const withLimits = (limits: Partial<Limits>): void => {
    beforeAll(async () => {
      gateway = await startGateway(library.file, { limits });
    });
    afterAll(() => gateway.stop());
  };

  const askDesk = (): Promise<Answer> => ask(gateway.url, '{ openUntil }');

  /** Lets the desk fail so many times, then be well. */
  const failing = (times: number, how: (response: ServerResponse) => unknown): void => {
    let left = times;
    library.desk.misbehave((response) => {
      left -= 1;
      if (left === 0) library.desk.misbehave(undefined);
      how(response);
    });
  };

  /** How often the desk was asked what `askDesk` asks, probes left out. */
  const askedOfDesk = (): number => library.desk.requests.filter(({ body }) => body.query.includes('openUntil')).length;

  describe('that may fail often before it rests', () => {
    // One at a time is enough for all tests but the one that fills the queue, and only one comes near the deadline.
    withLimits({ subgraphConcurrency: 1, subgraphQueue: 1, failuresBeforeRest: 1_000, requestDeadlineMs: 2_000 });

    test.each([
      ['hung up', (response: ServerResponse) => response.destroy()],
      [
        'was cut off in the middle of its answer',
        (response: ServerResponse) => {
          response.writeHead(200, { 'content-length': 1000 }).write('{"data":');
          setImmediate(() => response.destroy());
        },
      ],
      ['said 503', (response: ServerResponse) => response.writeHead(503).end()],
    ])('a query is sent again when the subgraph %s, and the client sees nothing of it', async (_what, how) => {
      const before = library.desk.requests.length;
      failing(2, how);
      expect(await askDesk()).toMatchObject({ data: OPEN });
      expect(library.desk.requests).toHaveLength(before + 3);
    });

    test('a mutation is never sent twice', async () => {
      const before = library.books.requests.length;
      library.books.misbehave((response) => response.destroy());
      const { data, errors } = await ask(gateway.url, 'mutation { addBook(title: "Persuasion") { title } }');
      expect(data).toEqual({ addBook: null });
      expect(errors?.[0]?.extensions).toMatchObject({ code: 'SERVICE_UNAVAILABLE', service: 'books' });
      expect(library.books.requests).toHaveLength(before + 1);
    });

    test('a query is not sent again when it failed for a reason that stays', async () => {
      const before = library.desk.requests.length;
      library.desk.misbehave((response) => response.writeHead(500).end());
      expect(message(await askDesk())).toContain('refused the request');
      expect(library.desk.requests).toHaveLength(before + 1);
    });

    test('retries are a small part of the requests, however many of these fail', async () => {
      // Not of the desk: its retries are for the other tests.
      const before = library.books.requests.length;
      library.books.misbehave((response) => response.destroy());
      for (let asked = 0; asked < 40; asked += 1) await ask(gateway.url, '{ books { title } }');
      // Ten are saved up at the most, and each request pays in a tenth.
      expect(library.books.requests.length - before).toBeLessThanOrEqual(40 + 10 + 4);
    });

    test('it has so many requests at once, so many more wait, and one beyond these is answered at once', async () => {
      let held: ServerResponse | undefined;
      library.desk.misbehave((response) => (held = response));
      const arrived = library.desk.nextRequest();
      const first = askDesk();
      await arrived;
      // Of these two, one waits.
      const others = [askDesk(), askDesk()];
      expect(message(await Promise.race(others))).toBe('The subgraph "lending-desk" has more to do than it can.');
      // The others' fields do not wait for it.
      expect(await ask(gateway.url, '{ book(id: "1") { title stars } }')).toMatchObject({
        data: { book: { title: 'Emma', stars: 1.5 } },
      });
      library.desk.misbehave(undefined);
      held?.end('{"data":{"openUntil":"first"}}');
      expect((await first).data).toEqual({ openUntil: 'first' });
      const answers = await Promise.all(others);
      expect(answers.map(({ data }) => data)).toEqual(expect.arrayContaining([OPEN, { openUntil: null }]));
    });

    test('a request that takes too long as a whole is answered with what there is, and says so', async () => {
      let held: ServerResponse | undefined;
      library.desk.misbehave((response) => (held = response));
      const { status, data, errors } = await ask(gateway.url, '{ book(id: "1") { title copies stars } }');
      expect(status).toBe(200);
      expect(data).toEqual({ book: { title: 'Emma', copies: null, stars: 1.5 } });
      expect(errors?.[0]).toMatchObject({
        message:
          'The subgraph "lending-desk" was not waited for any longer, because the request as a whole took too long.',
        path: ['book'],
        extensions: { code: 'SERVICE_UNAVAILABLE', service: 'lending-desk' },
      });
      // The subgraph is told too.
      if (held && !held.closed) await once(held, 'close');
    });
  });

  describe('that rests after several failures', () => {
    withLimits({ subgraphTimeoutMs: 100, failuresBeforeRest: 3, longestRestMs: 1 });

    test('a subgraph that fails rests: answers come at once without it, until the gateway itself finds it well', async () => {
      const before = askedOfDesk();
      library.desk.misbehave(() => undefined);
      const rests = gateway.nextLine('a subgraph rests after failures');
      await Promise.all([askDesk(), askDesk(), askDesk()]);
      expect(await rests).toMatchObject({ level: 40, service: 'lending-desk' });

      expect(message(await askDesk())).toBe('The subgraph "lending-desk" is resting after failures.');
      const health = await fetch(new URL('/health/ready', gateway.url));
      expect(JSON.parse(await health.text())).toMatchObject({
        status: 'degraded',
        lost: [],
        slow: ['lending-desk'],
      });

      // Nobody asks, and it is found well all the same.
      const well = gateway.nextLine('a subgraph answers again');
      library.desk.misbehave(undefined);
      await well;
      expect((await askDesk()).data).toEqual(OPEN);
      expect(askedOfDesk()).toBe(before + 4);
    });
  });

  describe('that rests after one failure', () => {
    withLimits({ subgraphConcurrency: 1, subgraphTimeoutMs: 300, failuresBeforeRest: 1 });

    test('errors that a subgraph answers with are no failures of it', async () => {
      for (let asked = 0; asked < 3; asked += 1) {
        const { errors } = await ask(gateway.url, '{ failWith(code: "OUT_OF_INK", message: "no ink") }');
        expect(errors?.[0]).toMatchObject({ message: 'no ink', extensions: { code: 'OUT_OF_INK' } });
      }
    });

    test('those who wait are answered in time, and at once when the subgraph begins to rest', async () => {
      const before = askedOfDesk();
      library.desk.misbehave(() => undefined);
      const asked = performance.now();
      const messages = (await Promise.all([askDesk(), askDesk(), askDesk()])).map((answer) => message(answer));
      expect(performance.now() - asked).toBeLessThan(2_000);
      expect(messages).toContain('The subgraph "lending-desk" did not answer in time.');
      expect(askedOfDesk()).toBe(before + 1);
    });
  });
});
