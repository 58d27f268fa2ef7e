import { once } from 'node:events';
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SupergraphHistory, digestOf } from '../../schema/SupergraphHistory.js';
import { listHistory, releasePin, rollBack } from '../../schema/rollBack.js';
import { supergraphSource } from '../../gateway/supergraph/SupergraphSource.js';
import { type TestGateway, ask, startGateway } from '../support/fixtureGateway.js';
import { type Library, startLibrary } from '../support/fixtureSupergraph.js';
import { waitUntil } from '../support/waitUntil.js';

const SWAPPED = 'a new supergraph serves';
const quiet = (): void => undefined;

async function served({ url }: TestGateway): Promise<{ digest: string; source: string }> {
  const response = await fetch(new URL('/health/ready', url));
  const body: { supergraph: { digest: string; source: string } } = JSON.parse(await response.text());
  return body.supergraph;
}

describe('a gateway with a history of supergraphs', () => {
  /** All that is asked, so that a swap has these to make ready, and no others. */
  const [IDS, TITLES] = ['{ books { id } }', '{ books { title } }'];

  let library: Library;
  let folder: string;
  let gateway: TestGateway;
  let history: SupergraphHistory;
  let sdl: string;
  let versions = 0;

  beforeAll(async () => {
    library = await startLibrary();
    folder = await mkdtemp(join(tmpdir(), 'customer360-history-'));
    history = new SupergraphHistory(folder);
    sdl = await readFile(library.file, 'utf8');
    // There is one to go back to, whichever test comes first.
    await history.keep(newVersion());
    gateway = await startGateway(library.file, { historyFolder: folder });
  });

  afterAll(async () => {
    await gateway.stop();
    await library.stop();
    await rm(folder, { recursive: true });
  });

  /** The same graph, under another digest. */
  function newVersion(): string {
    versions += 1;
    return `${sdl}\n# ${versions}\n`;
  }

  async function replace(text: string): Promise<void> {
    await writeFile(`${library.file}.new`, text);
    await rename(`${library.file}.new`, library.file);
  }

  test('keeps what it serves, and makes the most used operations ready before a swap', async () => {
    const { digest: before } = await served(gateway);
    for (const query of [IDS, TITLES]) await ask(gateway.url, query);
    const ready = gateway.nextLine('the most used operations are ready');
    const swapped = gateway.nextLine(SWAPPED);
    const version = newVersion();
    await replace(version);
    expect(await ready).toMatchObject({ compiled: 2 });
    await swapped;
    await waitUntil(async () => (await history.list())[0]?.digest === digestOf(version));
    expect((await history.list())[1]?.digest).toBe(before);
    expect(await history.read(digestOf(version))).toMatchObject({ sdl: version });
  });

  test('is taken back to the version before while it runs, stays there, and is let to follow the file again', async () => {
    const { digest } = await served(gateway);
    await waitUntil(async () => (await history.list())[0]?.digest === digest);
    const before = (await history.list())[1]?.digest;
    let swapped = gateway.nextLine(SWAPPED);
    await rollBack({ folder, to: undefined, print: quiet });
    await swapped;
    expect(await served(gateway)).toMatchObject({ digest: before, source: 'pinned' });
    expect((await ask(gateway.url, IDS)).errors).toBeUndefined();

    // Whatever the file says meanwhile: also after a start anew.
    const version = newVersion();
    await replace(version);
    await gateway.stop();
    gateway = await startGateway(library.file, { historyFolder: folder });
    expect(await served(gateway)).toMatchObject({ digest: before, source: 'pinned' });

    swapped = gateway.nextLine(SWAPPED);
    await releasePin({ folder, print: quiet });
    await swapped;
    expect(await served(gateway)).toMatchObject({ digest: digestOf(version), source: 'file' });
  });

  test('starts from what served last when its file is broken, and follows the file once it is mended', async () => {
    const { digest } = await served(gateway);
    await gateway.stop();
    await writeFile(library.file, 'type Query {');
    gateway = await startGateway(library.file, { historyFolder: folder });
    expect(await served(gateway)).toMatchObject({ digest, source: 'last-good' });
    expect((await ask(gateway.url, IDS)).errors).toBeUndefined();
    const swapped = gateway.nextLine(SWAPPED);
    const version = newVersion();
    await replace(version);
    await swapped;
    expect(await served(gateway)).toMatchObject({ digest: digestOf(version), source: 'file' });
  });
});

describe('the history of supergraphs', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'customer360-history-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  test('keeps twenty versions and the pinned one, and survives a line that a crash cut short', async () => {
    const history = new SupergraphHistory(folder);
    for (let version = 0; version < 3; version += 1) await history.keep(`# ${version}`);
    await history.pin(digestOf('# 0'));
    for (let version = 3; version < 25; version += 1) await history.keep(`# ${version}`);
    await writeFile(
      join(folder, 'served.ndjson'),
      `${await readFile(join(folder, 'served.ndjson'), 'utf8')}{"digest":"ab`,
    );
    const digests = (await history.list()).map(({ digest }) => digest);
    expect(digests).toHaveLength(21);
    expect(digests[0]).toBe(digestOf('# 24'));
    expect(digests).toContain(digestOf('# 0'));
    expect(digests).not.toContain(digestOf('# 1'));
    await expect(history.read(digestOf('# 1'))).rejects.toThrow('no version');
    await history.keep('# 25');
    expect((await history.list())[0]?.digest).toBe(digestOf('# 25'));
  });

  test('goes back two versions when it is asked twice', async () => {
    const history = new SupergraphHistory(folder);
    for (const sdl of ['# 0', '# 1', '# 2', '# 1']) await history.keep(sdl);
    await rollBack({ folder, to: undefined, print: quiet });
    expect(await history.pinned()).toBe(digestOf('# 0'));
  });

  test('says what it cannot go back to, and changes nothing', async () => {
    await expect(rollBack({ folder, to: undefined, print: quiet })).rejects.toThrow('no version before');
    await expect(rollBack({ folder, to: 'abc', print: quiet })).rejects.toThrow('no version abc');
    const lines: string[] = [];
    await listHistory({ folder, print: (line) => void lines.push(line) });
    expect(lines).toEqual([expect.stringContaining('no version has served yet')]);
    expect(await new SupergraphHistory(folder).pinned()).toBeNull();
  });
});

describe('a supergraph at an address', () => {
  test('is fetched again only when its ETag changes, and followed', async () => {
    let text = 'one';
    const statuses: number[] = [];
    const server = createServer((request, response) => {
      const etag = `"${text}"`;
      const isKnown = request.headers['if-none-match'] === etag;
      statuses.push(isKnown ? 304 : 200);
      response.writeHead(isKnown ? 304 : 200, { etag }).end(isKnown ? '' : text);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('a server on a port has one');
    const source = supergraphSource(`http://127.0.0.1:${address.port}/supergraph`, 5);
    expect(await source.read()).toBe('one');
    expect(await source.read()).toBe('one');
    text = 'two';
    const changed = new Promise<void>((resolve) => {
      const stop = source.watch(() => {
        stop();
        resolve();
      }, quiet);
    });
    await changed;
    expect(await source.read()).toBe('two');
    expect(statuses).toEqual([200, 304, 200]);
    server.close();
    server.closeAllConnections();
    await expect(source.read()).rejects.toThrow(/cannot be fetched: .*Look at the address in --supergraph/);
  });
});
