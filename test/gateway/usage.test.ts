import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from 'graphql-ws';
import { parse } from 'graphql';
import { pino } from 'pino';
import { WebSocket } from 'ws';
import { UsageRecorder } from '../../gateway/observability/UsageRecorder.js';
import { readUsage } from '../../schema/readUsage.js';
import { ask, startGateway } from '../support/fixtureGateway.js';
import { compose, writeSupergraph } from '../support/fixtureSupergraph.js';
import { nextAnswer } from '../support/liveGateway.js';
import { LIVE_BOOKS_SDL, startLiveSubgraph } from '../support/liveSubgraph.js';

describe('what clients ask', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'customer360-usage-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  test('is recorded by application and version, over HTTP and WebSockets, without the values that it holds', async () => {
    const books = await startLiveSubgraph();
    const { file, remove } = await writeSupergraph(
      compose([{ name: 'books', url: books.url, typeDefs: LIVE_BOOKS_SDL }]),
    );
    const gateway = await startGateway(file, { usageFolder: folder });
    const headers = { 'apollographql-client-name': 'shop', 'apollographql-client-version': '1.2' };
    const rename = 'mutation Rename { renameBook(id: "4711", title: "secret") { id } }';
    await ask(gateway.url, rename, { headers });
    await ask(gateway.url, rename.replace('secret', 'other'), { headers });
    await ask(gateway.url, '{ nonsense }', { headers });
    await ask(gateway.url, '{ books { id } }', { headers: { 'apollographql-client-name': '"quoted", <b>' } });
    const socket = createClient({
      url: gateway.url.replace('http', 'ws'),
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      connectionParams: { 'apollographql-client-name': 'wall' },
    });
    const events = socket.iterate({ query: 'subscription Wall { bookAdded(genre: "private") { title } }' });
    const event = nextAnswer(events);
    await books.untilListening(1);
    books.addBook({ id: '1', title: 'x', genre: 'private' });
    await event;
    await socket.dispose();
    await gateway.stop();
    await Promise.all([books.stop(), remove()]);

    const usage = await readUsage(folder, 2);
    expect(usage.map(({ operationName, client, count }) => ({ operationName, client, count }))).toEqual(
      expect.arrayContaining([
        { operationName: 'Rename', client: { name: 'shop', version: '1.2' }, count: 2 },
        { operationName: null, client: { name: 'unnamed', version: 'unnamed' }, count: 1 },
        { operationName: 'Wall', client: { name: 'wall', version: 'unnamed' }, count: 1 },
      ]),
    );
    expect(usage).toHaveLength(3);
    const [name = ''] = await readdir(folder);
    expect(await readFile(join(folder, name), 'utf8')).not.toMatch(/secret|other|4711|private/);
  });

  test('of more operations than are counted a day is left out, and told of once', async () => {
    const lines: string[] = [];
    const recorder = new UsageRecorder({
      folder,
      maxRows: 2,
      logger: pino({}, { write: (line: string) => void lines.push(line) }),
    });
    for (const field of ['a', 'b', 'c', 'd', 'a'])
      recorder.note(parse(`{ ${field} }`), undefined, { name: 'x', version: '1' });
    await recorder.stop();
    expect((await readUsage(folder, 2)).map(({ count }) => count)).toEqual([2, 1]);
    expect(lines.filter((line) => line.includes('is not recorded'))).toHaveLength(1);
  });

  test('of long ago is dropped', async () => {
    await writeFile(join(folder, '2020-01-01.1.ndjson'), '');
    await writeFile(join(folder, 'notes.txt'), '');
    const recorder = new UsageRecorder({ folder, logger: pino({ level: 'silent' }) });
    recorder.note(parse('{ a }'), undefined, { name: 'x', version: '1' });
    await recorder.stop();
    const left = await readdir(folder);
    expect(left).toContain('notes.txt');
    expect(left).not.toContain('2020-01-01.1.ndjson');
  });
});
