import { EventEmitter, once } from 'node:events';
import { copyFile, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { pino } from 'pino';
import { EVERYONE } from '../../gateway/access/everyone.js';
import { DEFAULT_LIMITS } from '../../gateway/limits/limits.js';
import { SupergraphLifecycle } from '../../gateway/supergraph/SupergraphLifecycle.js';
import { digestOf } from '../../schema/SupergraphHistory.js';
import { type TestGateway, ask, runGateway, startGateway, untilReady } from '../support/fixtureGateway.js';
import { type FixtureSubgraph, type SubgraphDefinition, startFixtureSubgraph } from '../support/fixtureSubgraph.js';
import { LIBRARY, type Library, compose, federation, startLibrary } from '../support/fixtureSupergraph.js';
import { waitUntil } from '../support/waitUntil.js';

const SWAPPED = 'a new supergraph serves';
const REFUSED = 'a supergraph was refused; the one before it goes on serving';

const PRINTS: SubgraphDefinition = {
  name: 'prints',
  typeDefs: `${federation('@key')}
    type Book @key(fields: "id") { id: ID! pages: Int }`,
  resolvers: {
    Book: {
      __resolveReference: (reference: unknown) => reference,
      pages: ({ id }: { id: string }) => Number(id) * 100,
    },
  },
};

describe('a new supergraph', () => {
  let library: Library;
  let prints: FixtureSubgraph;
  let gateway: TestGateway;
  /** Supergraphs: that of the library alone, and with the new subgraph, with its lending desk and without. */
  let alone: string;
  let withPrints: string;
  let withoutDesk: string;
  /** What the gateway serves. */
  let served: string;

  beforeAll(async () => {
    library = await startLibrary();
    prints = await startFixtureSubgraph(PRINTS);
    const urls: Record<string, string> = {
      books: library.books.url,
      'lending-desk': library.desk.url,
      reviews: library.reviews.url,
      prints: prints.url,
    };
    const composed = (definitions: readonly SubgraphDefinition[]): string =>
      compose(definitions.map(({ name, typeDefs }) => ({ name, typeDefs, url: urls[name] ?? '' })));
    alone = composed(LIBRARY);
    withPrints = composed([...LIBRARY, PRINTS]);
    withoutDesk = composed([...LIBRARY.filter(({ name }) => name !== 'lending-desk'), PRINTS]);
    await replace(alone);
    gateway = await startGateway(library.file);
    served = alone;
  });

  afterEach(() => {
    for (const subgraph of [library.books, library.desk]) subgraph.misbehave(undefined);
  });

  afterAll(async () => {
    await gateway.stop();
    await Promise.all([library.stop(), prints.stop()]);
  });

  /** Puts a text in the place of a file, as a careful deployment does. */
  async function replace(sdl: string, file = library.file): Promise<void> {
    await writeFile(`${file}.new`, sdl);
    await rename(`${file}.new`, file);
  }

  /** Puts a text in place, and waits until it is served; returns what is said of it. */
  async function serve(sdl: string): Promise<Record<string, unknown>> {
    const swapped = gateway.nextLine(SWAPPED);
    await replace(sdl);
    const line = await swapped;
    served = sdl;
    return line;
  }

  /** Where a test begins, whatever ran before it. */
  async function beginWith(sdl: string): Promise<void> {
    if (served !== sdl) await serve(sdl);
  }

  async function servedDigest(): Promise<unknown> {
    const response = await fetch(new URL('/health/ready', gateway.url));
    const body: { supergraph: { digest: unknown } } = JSON.parse(await response.text());
    return body.supergraph.digest;
  }

  test('is served as soon as its file is in place, with its new subgraph, and /health/ready tells which it is', async () => {
    await beginWith(alone);
    const before = await servedDigest();
    expect((await ask(gateway.url, '{ books { pages } }')).errors).toHaveLength(1);
    expect(await serve(withPrints)).toMatchObject({ previous: before, digest: digestOf(withPrints) });
    expect(await ask(gateway.url, '{ books { pages copies } }')).toMatchObject({
      data: {
        books: [
          { pages: 100, copies: 10 },
          { pages: 200, copies: 20 },
        ],
      },
    });
    expect(await servedDigest()).toBe(digestOf(withPrints));
  });

  test('is served when the file is written in place, or a link to it is turned', async () => {
    await beginWith(alone);
    const written = gateway.nextLine(SWAPPED);
    await writeFile(library.file, withPrints);
    await written;
    served = withPrints;

    // As Kubernetes mounts a ConfigMap: the file is a link into a folder that is itself a link.
    const folder = join(dirname(library.file), 'mounted');
    await mkdir(join(folder, 'v1'), { recursive: true });
    await copyFile(library.file, join(folder, 'v1', 'supergraph.graphql'));
    await symlink('v1', join(folder, '..data'));
    await symlink(join('..data', 'supergraph.graphql'), join(folder, 'supergraph.graphql'));
    const mounted = await startGateway(join(folder, 'supergraph.graphql'));
    const turned = mounted.nextLine(SWAPPED);
    await mkdir(join(folder, 'v2'));
    await writeFile(join(folder, 'v2', 'supergraph.graphql'), withoutDesk);
    await symlink('v2', join(folder, '..new'));
    await rename(join(folder, '..new'), join(folder, '..data'));
    expect(await turned).toMatchObject({ digest: digestOf(withoutDesk) });
    await mounted.stop();
  });

  test.each([
    ['half a file', (sdl: string) => sdl.slice(0, sdl.length / 2), /Syntax Error|not a supergraph|Unknown type/],
    ['another file', () => 'type Query { a: Int }', /is GraphQL but not a supergraph/],
    ['a type that is missing', (sdl: string) => sdl.replace('pages: Int', 'pages: Missing'), /Missing/],
    ['a subgraph without an address', (sdl: string) => sdl.replace(/url: "http:..127[^"]*"/, 'url: ""'), /no address/],
  ])('is refused and logged when it is %s, and the old one stays', async (_what, spoil, reason) => {
    await beginWith(alone);
    const before = await servedDigest();
    const refused = gateway.nextLine(REFUSED);
    await replace(spoil(withPrints));
    expect(await refused).toMatchObject({ level: 50, serving: before, reason: expect.stringMatching(reason) });
    expect(await servedDigest()).toBe(before);
    expect((await ask(gateway.url, '{ books { title copies stars } }')).errors).toBeUndefined();
  });

  test('is served after one that was refused', async () => {
    const refused = gateway.nextLine(REFUSED);
    await replace('type Query { b: Int }');
    await refused;
    await serve(served === withPrints ? withoutDesk : withPrints);
    expect((await ask(gateway.url, '{ books { pages } }')).errors).toBeUndefined();
  });

  test('that is gone costs a line in the log', async () => {
    await beginWith(alone);
    const refused = gateway.nextLine(REFUSED);
    await rm(library.file);
    expect(await refused).toMatchObject({ reason: expect.stringContaining('does not exist') });
    expect((await ask(gateway.url, '{ openUntil }')).data).toEqual({ openUntil: '18:00' });
    await serve(withPrints);
  });

  test('leaves nothing in memory of those before it', async () => {
    const counting = pathToFileURL('test/support/countGraphs.mjs').href;
    const file = join(dirname(library.file), 'counted.graphql');
    await writeFile(file, alone);
    const { child, ...process } = runGateway(['--supergraph', file, '--port', '0'], {
      supervised: true,
      env: { NODE_OPTIONS: `--import=${counting}` },
    });
    const url = await untilReady({ child, ...process });
    for (const [index, sdl] of [withPrints, withoutDesk].entries()) {
      await ask(url, '{ books { title stars } }');
      await replace(sdl, file);
      await waitUntil(() => process.output().split(SWAPPED).length === index + 2);
    }
    await waitUntil(async () => {
      const asked = process.output().length;
      child.kill('SIGUSR2');
      await waitUntil(() => process.output().includes('graphs held', asked));
      return process.output().includes('graphs held: 1\n', asked);
    });
    child.kill();
    expect(await process.exited).toBe(0);
  });

  test('lets what is under way end on the old one, and only then closes what it does not need', async () => {
    await beginWith(alone);
    let connection: ServerResponse['socket'] | undefined;
    library.desk.misbehave((response) => {
      connection = response.socket;
      response.end('{"data":{"openUntil":"18:00"}}');
    });
    await ask(gateway.url, '{ openUntil }');
    library.desk.misbehave(undefined);
    const closed = once(connection ?? new EventEmitter(), 'close');

    let slow: ServerResponse | undefined;
    library.books.misbehave((response) => (slow = response));
    const arrived = library.books.nextRequest();
    const answer = ask(gateway.url, '{ book(id: "1") { title copies } }');
    await arrived;
    await serve(withoutDesk);
    const { errors } = await ask(gateway.url, '{ openUntil }');
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'GRAPHQL_VALIDATION_FAILED' });

    // The old one asks the desk only now.
    expect(connection?.destroyed).toBe(false);
    slow?.end('{"data":{"book":{"__typename":"Book","id":"1","title":"Emma"}}}');
    expect(await answer).toMatchObject({ status: 200, data: { book: { title: 'Emma', copies: 10 } } });
    await closed;
  });

  test('drops no request, however often it changes under load', async () => {
    await beginWith(alone);
    const supergraphs = [withPrints, withoutDesk];
    const expected = {
      books: [
        { title: 'Emma', stars: 1.5 },
        { title: 'Middlemarch', stars: 2.5 },
      ],
    };
    const begun = gateway.log.length;
    const enough = new AbortController();
    let answered = 0;
    const caller = async (number: number): Promise<void> => {
      for (let turn = 0; !enough.signal.aborted; turn += 1) {
        // A new text each time, so that plans are made on the old and on the new one.
        const { status, data, errors } = await ask(gateway.url, `{ books { title stars } } # ${number} ${turn % 50}`);
        expect({ status, data, errors }).toEqual({ status: 200, data: expected, errors: undefined });
        answered += 1;
      }
    };
    const callers = Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map(caller));
    for (let swap = 0; swap < 4; swap += 1) await serve(supergraphs[swap % 2] ?? '');
    enough.abort();
    await callers;
    expect(answered).toBeGreaterThan(20);
    expect(gateway.log.slice(begun).filter(({ level }) => Number(level) >= 40)).toEqual([]);
  });

  test('is told to who wants to move over, before the needless connections are closed', async () => {
    const lines: string[] = [];
    const file = join(dirname(library.file), 'moved.graphql');
    await writeFile(file, alone);
    const lifecycle = await SupergraphLifecycle.load({
      file,
      subgraphUrls: {},
      limits: DEFAULT_LIMITS,
      rules: { introspection: true },
      logger: pino({ level: 'error' }, { write: (line: string) => void lines.push(line) }),
    });
    const desk = lifecycle.served.clients.get('lending-desk');
    const old = lifecycle.served.supergraph.digest;
    lifecycle.onSwap(() => {
      throw new Error('cannot move');
    });
    const moved = new Promise<unknown>((resolve) =>
      lifecycle.onSwap(async (next, previous) => {
        const last = await desk?.ask({ query: '{ openUntil }' }, { caller: EVERYONE, headers: {} });
        resolve([previous.supergraph.digest, next.supergraph.digest, [...next.clients.keys()], last]);
      }),
    );
    lifecycle.watch();
    await replace(withoutDesk, file);
    expect(await moved).toEqual([
      old,
      digestOf(withoutDesk),
      ['books', 'prints', 'reviews'],
      { data: { openUntil: '18:00' } },
    ]);
    expect(lines).toEqual([expect.stringContaining('cannot move')]);
    await lifecycle.stop();
  });
});
