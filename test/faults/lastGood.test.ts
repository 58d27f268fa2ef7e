import { readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SupergraphHistory } from '../../schema/SupergraphHistory.js';
import { type GatewayProcess, ask, runGateway, untilReady } from '../support/fixtureGateway.js';
import { type Library, startLibrary } from '../support/fixtureSupergraph.js';
import { waitUntil } from '../support/waitUntil.js';

/** Whether the file serves, or its copy. */
async function servedBy(url: string): Promise<unknown> {
  const response = await fetch(new URL('/health/ready', url));
  const { supergraph }: { supergraph: { source: unknown } } = JSON.parse(await response.text());
  return supergraph.source;
}

describe('the supergraph file is broken when the gateway starts', () => {
  let library: Library;
  let good: string;
  let history: SupergraphHistory;
  const gateways: GatewayProcess[] = [];

  beforeEach(async () => {
    library = await startLibrary();
    good = await readFile(library.file, 'utf8');
    history = new SupergraphHistory(join(dirname(library.file), 'kept'));
  });

  afterEach(async () => {
    for (const { child, exited } of gateways.splice(0)) {
      child.kill('SIGKILL');
      await exited;
    }
    await library.stop();
  });

  function start(): GatewayProcess {
    const options = ['--supergraph', library.file, '--history', history.folder, '--port', '0', '--auth', 'off'];
    const gateway = runGateway(options, { supervised: true });
    gateways.push(gateway);
    return gateway;
  }

  test('a copy of what serves is kept', async () => {
    const gateway = start();
    expect(await servedBy(await untilReady(gateway))).toBe('file');
    gateway.child.kill('SIGTERM');
    expect(await gateway.exited).toBe(0);
    expect(await history.latest()).toBe(good);
  });

  test.each([
    ['gone', () => rm(library.file), /does not exist/],
    ['half', () => writeFile(library.file, good.slice(0, good.length / 2)), /Syntax Error|not a supergraph/],
    [
      'no supergraph that makes sense',
      () => writeFile(library.file, good.replace('stars: Float', 'stars: Nothing')),
      /Nothing/,
    ],
  ])(
    'it is %s: what served last serves, with a subgraph down, until the file is mended',
    async (_what, spoil, reason) => {
      await history.keep(good);
      await spoil();
      await library.reviews.stop();
      const gateway = start();
      const url = await untilReady(gateway);
      expect(gateway.output()).toMatch(/"level":50.*what served last serves until the file is mended/);
      expect(gateway.output()).toMatch(reason);
      expect(await servedBy(url)).toBe('last-good');
      expect(await ask(url, '{ book(id: "1") { title copies stars } }')).toMatchObject({
        data: { book: { title: 'Emma', copies: 10, stars: null } },
      });

      await writeFile(library.file, good);
      await waitUntil(async () => (await servedBy(url)) === 'file');
      expect((await ask(url, '{ openUntil }')).data).toEqual({ openUntil: '18:00' });
    },
  );

  test('there is no copy yet: it says what is wrong with the file, and does not start', async () => {
    await rm(library.file);
    const gateway = start();
    expect(await gateway.exited).toBe(1);
    expect(gateway.output()).toMatch(/^gateway: the supergraph file .* does not exist/);
  });

  test('the copy cannot be written: the gateway serves, and warns', async () => {
    await writeFile(history.folder, 'a file where the folder would be');
    const gateway = start();
    const url = await untilReady(gateway);
    expect((await ask(url, '{ openUntil }')).data).toEqual({ openUntil: '18:00' });
    await waitUntil(() => gateway.output().includes('what serves could not be kept in the history'));
  });
});
