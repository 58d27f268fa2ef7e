import { once } from 'node:events';
import { type Server, type ServerResponse, createServer } from 'node:http';
import { type AddressInfo, type Socket, createServer as createBalancer } from 'node:net';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { SubgraphClient } from '../../gateway/upstream/SubgraphClient.js';
import { type TestGateway, ask, startGateway } from '../support/fixtureGateway.js';
import { type Library, startLibrary } from '../support/fixtureSupergraph.js';

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

const caller = { subject: 'anna', scopes: [] };

function connect(port: number, options: { maxAgeMs?: number; maxResponseBytes?: number } = {}): SubgraphClient {
  return new SubgraphClient({
    name: 'desk',
    url: `http://127.0.0.1:${port}/graphql`,
    timeoutMs: 10_000,
    maxResponseBytes: 10_000,
    maxAgeMs: 50,
    concurrency: 256,
    queue: 256,
    failuresBeforeRest: 5,
    longestRestMs: 20,
    ...options,
  });
}

describe('connections to a subgraph grow old', () => {
  const servers: Server[] = [];
  let client: SubgraphClient;

  /** Answers with its own name. */
  const serve = async (name: string, port = 0, answer?: (response: ServerResponse) => void): Promise<Server> => {
    const server = createServer((request, response) => {
      request.resume();
      if (answer) answer(response);
      else response.end(JSON.stringify({ data: { name } }));
    });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    servers.push(server);
    return server;
  };
  const askName = async (): Promise<unknown> => {
    const { data } = await client.ask({ query: '{ name }' }, { caller, headers: {} });
    // A connection is free for the next request in the turn after its answer.
    await new Promise(setImmediate);
    return data?.['name'];
  };

  afterEach(async () => {
    await client.close();
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });

  test('so that a new replica gets a load that never pauses, and no request fails', async () => {
    const before = await serve('before');
    const sockets = new Set<Socket>();
    // A balancer that sends new connections elsewhere after a while, and leaves those that there are.
    const balancer = createBalancer((socket) => {
      sockets.add(socket);
      before.emit('connection', socket);
    });
    balancer.listen(0, '127.0.0.1');
    await once(balancer, 'listening');
    const port = (balancer.address() as AddressInfo).port;
    client = connect(port, { maxAgeMs: 1_000 });
    expect(await askName()).toBe('before');
    balancer.close();
    await serve('after', port);
    const asked: unknown[] = [];
    while (asked.at(-1) !== 'after') asked.push(await askName());
    expect(asked).toContain('before');
    // The old connection is closed, not left.
    await Promise.all([...sockets].map(async (socket) => socket.closed || once(socket, 'close')));
  });

  test('and what is under way on an old one ends there', async () => {
    let held: ServerResponse | undefined;
    const slow = await serve('slow', 0, (response) => {
      if (held) response.end('{"data":{"name":"quick"}}');
      else held = response;
    });
    client = connect(portOf(slow));
    const first = askName();
    await once(slow, 'request');
    const connections = new Set<Socket>();
    slow.on('connection', (socket) => connections.add(socket));
    while (connections.size < 2) expect(await askName()).toBe('quick');
    held?.end('{"data":{"name":"at last"}}');
    expect(await first).toBe('at last');
  });
});

describe('what a subgraph packs unasked', () => {
  let library: Library;
  let gateway: TestGateway;
  beforeAll(async () => {
    library = await startLibrary();
    // What one test makes the desk answer is not to let it rest in the next.
    gateway = await startGateway(library.file, {
      limits: { subgraphResponseBytes: 10_000, failuresBeforeRest: 1_000 },
    });
  });
  afterEach(() => library.desk.misbehave(undefined));
  afterAll(async () => {
    await gateway.stop();
    await library.stop();
  });

  const answers = (encoding: string, body: Buffer): void =>
    library.desk.misbehave((response) => response.writeHead(200, { 'content-encoding': encoding }).end(body));
  const reasonOf = async (): Promise<unknown[]> => {
    const line = gateway.nextLine('a subgraph gave no answer');
    const { data } = await ask(gateway.url, '{ openUntil }');
    expect(data).toEqual({ openUntil: null });
    const { reason, detail } = await line;
    return [reason, detail];
  };
  const TEXT = Buffer.from('{"data":{"openUntil":"18:00"}}');

  test.each([
    ['gzip', gzipSync(TEXT)],
    ['x-gzip', gzipSync(TEXT)],
    ['GZIP', gzipSync(TEXT)],
    ['br', brotliCompressSync(TEXT)],
    ['deflate', deflateSync(TEXT)],
    ['deflate', deflateRawSync(TEXT)],
    ['identity', TEXT],
  ])('is read: %s', async (encoding, body) => {
    answers(encoding, body);
    expect(await ask(gateway.url, '{ openUntil }')).toMatchObject({ data: { openUntil: '18:00' } });
  });

  test('is measured unpacked', async () => {
    answers('gzip', gzipSync(JSON.stringify({ data: { openUntil: 'x'.repeat(20_000) } })));
    expect(await reasonOf()).toEqual(['too-large', undefined]);
  });

  test.each([
    ['gzip', 'that is none', TEXT, 'Z_DATA_ERROR'],
    ['gzip', 'that is cut off', gzipSync(TEXT).subarray(0, 30), 'Z_BUF_ERROR'],
    ['zebra', 'that nobody knows', TEXT, 'content-encoding: zebra'],
    ['gzip, br', 'twice', brotliCompressSync(gzipSync(TEXT)), 'content-encoding: gzip, br'],
  ])('is no answer where it is %s %s', async (encoding, _what, body, detail) => {
    answers(encoding, body);
    expect(await reasonOf()).toEqual(['garbage', detail]);
  });

  test('costs no memory where a little unpacks to a gigabyte', async () => {
    const member = gzipSync(Buffer.alloc(16 * 1024 * 1024), { level: 9 });
    answers('gzip', Buffer.concat(Array.from({ length: 64 }, () => member)));
    const before = process.memoryUsage().rss;
    const startedAt = performance.now();
    expect(await reasonOf()).toEqual(['too-large', undefined]);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024);
  });
});
