import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { type Http2Server, type ServerHttp2Stream, createSecureServer, createServer } from 'node:http2';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { TLSSocket } from 'node:tls';
import { createClient } from 'graphql-ws';
import { WebSocket, WebSocketServer } from 'ws';
import { SubgraphClient } from '../../gateway/upstream/SubgraphClient.js';
import { DEFAULT_SUBGRAPH_SETTINGS, type SubgraphSettings } from '../../gateway/upstream/SubgraphSettings.js';
import { readSubgraphSettings } from '../../gateway/upstream/readSubgraphSettings.js';
import { type Certificates, makeCertificates } from '../support/certificates.js';
import { type TestGateway, ask, startGateway } from '../support/fixtureGateway.js';
import { type Library, startLibrary } from '../support/fixtureSupergraph.js';
import { startLiveGateway } from '../support/liveGateway.js';
import { startLiveSubgraph } from '../support/liveSubgraph.js';

let certificates: Certificates;
beforeAll(() => {
  certificates = makeCertificates('server', 'gateway');
});
afterAll(() => certificates.remove());

async function write(content: string): Promise<string> {
  const file = join(certificates.folder, 'settings.yaml');
  await writeFile(file, content);
  return file;
}

describe('the file of settings', () => {
  test('says for each subgraph how it is spoken to; what it does not say is as for all others', async () => {
    const file = await write(`
      '*': { headers: { forward: [Accept-Language] }, http2: on }
      books: { http2: off, tls: { ca: ca.pem, cert: gateway.pem, key: gateway.key }, sockets: 3 }
      desk: { subscriptions: sse, cookies: on, extensions: { forward: [cost] }, responseHeaders: { forward: [ETag] } }`);
    const read = await readSubgraphSettings(file);
    const headers = { forward: ['accept-language'], set: {} };
    expect(read.get('books')).toEqual({
      ...DEFAULT_SUBGRAPH_SETTINGS,
      headers,
      sockets: 3,
      tls: {
        ca: certificates.read('ca.pem'),
        cert: certificates.read('gateway.pem'),
        key: certificates.read('gateway.key'),
      },
    });
    expect(read.get('desk')).toEqual({
      ...DEFAULT_SUBGRAPH_SETTINGS,
      headers,
      http2: true,
      subscriptions: 'sse',
      returns: { headers: ['etag'], cookies: true, extensions: ['cost'] },
    });
  });

  test('is refused with all that is wrong with it', async () => {
    const file = await write(`
      books: { http2: maybe, tls: { cert: none.pem }, sockets: 0, speed: 1 }
      desk:
        headers: { forward: [Connection, X-Customer360-Caller, "a b"], set: { host: x } }
        responseHeaders: { forward: [set-cookie, access-control-allow-origin] }
        subscriptions: pigeon`);
    const refused = readSubgraphSettings(file);
    for (const problem of [
      'books.http2 must be on or off',
      'books.sockets',
      'speed',
      'desk.headers.forward.0 is a header that the gateway makes itself',
      'desk.headers.forward.1 is a header that the gateway makes itself',
      'desk.headers.forward.2 is not the name of a header',
      'desk.headers.set.host',
      'desk.responseHeaders.forward.0 is a header that the gateway makes itself',
      'desk.responseHeaders.forward.1 is a header that the gateway makes itself',
      'desk.subscriptions must be websocket or sse',
    ]) {
      await expect(refused).rejects.toThrow(problem);
    }
    const tls = readSubgraphSettings(await write('books: { tls: { cert: none.pem } }'));
    await expect(tls).rejects.toThrow('books.tls needs both cert and key; books.tls.cert: none.pem cannot be read');
    await expect(readSubgraphSettings('/nowhere.yaml')).rejects.toThrow('cannot be read');
  });
});

/** Answers with what was asked, when `hold` lets it. */
const answerStreams = (
  server: Pick<Http2Server, 'on'>,
  hold: (query: string) => Promise<void> | void = () => undefined,
): Set<unknown> => {
  const sessions = new Set<unknown>();
  const answer = async (stream: ServerHttp2Stream): Promise<void> => {
    sessions.add(stream.session);
    const { query } = JSON.parse(await text(stream)) as { query: string };
    await hold(query);
    stream.respond({ ':status': 200, 'content-type': 'application/json' });
    stream.end(JSON.stringify({ data: { query } }));
  };
  server.on('stream', (stream: ServerHttp2Stream) => void answer(stream));
  return sessions;
};

describe('a subgraph that speaks', () => {
  let client: SubgraphClient | undefined;
  let close: (() => void) | undefined;
  afterEach(async () => {
    await client?.close();
    close?.();
  });

  const connect = (url: string, settings: Partial<SubgraphSettings>): SubgraphClient =>
    (client = new SubgraphClient({
      name: 'desk',
      url,
      timeoutMs: 5_000,
      maxResponseBytes: 10_000,
      maxAgeMs: 60_000,
      concurrency: 256,
      queue: 256,
      failuresBeforeRest: 5,
      longestRestMs: 20,
      settings: { ...DEFAULT_SUBGRAPH_SETTINGS, ...settings },
    }));
  const caller = { subject: 'anna', scopes: [] };
  const askDesk = async (query: string, repeatable: boolean): Promise<unknown> =>
    (await client?.ask({ query }, { caller, headers: {}, repeatable }))?.data;
  const serve = async (server: Server): Promise<number> => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    close = () => server.close();
    return (server.address() as AddressInfo).port;
  };

  test('HTTP/2 with prior knowledge is asked many things over few connections; a mutation goes alone', async () => {
    const server = createServer();
    const held: (() => void)[] = [];
    const sessions = answerStreams(server, (query) =>
      query.includes('slow') ? new Promise<void>((resolve) => held.push(resolve)) : undefined,
    );
    connect(`http://127.0.0.1:${await serve(server)}/graphql`, { http2: true });
    expect(await askDesk('{ first }', true)).toEqual({ query: '{ first }' });
    const slow = Array.from({ length: 100 }, (_, index) => askDesk(`{ slow${index} }`, true));
    while (held.length < 100) await new Promise(setImmediate);
    expect(sessions.size).toBe(1);
    // It waits for none of them.
    expect(await askDesk('mutation { change }', false)).toEqual({ query: 'mutation { change }' });
    for (const release of held) release();
    expect(await Promise.all(slow)).toHaveLength(100);
  });

  test('HTTP/2, and hangs up again and again, is reached as soon as it is well', async () => {
    const server = createServer();
    let well = false;
    server.on('session', (session) => {
      if (!well) setImmediate(() => session.destroy());
    });
    answerStreams(server, () => (well ? undefined : new Promise(() => undefined)));
    connect(`http://127.0.0.1:${await serve(server)}/graphql`, { http2: true });
    for (let asked = 0; asked < 3; asked += 1) {
      await expect(askDesk(`{ o${asked} }`, false)).rejects.toMatchObject({ reason: 'unreachable' });
    }
    well = true;
    expect(await askDesk('{ first }', true)).toEqual({ query: '{ first }' });
  });

  test('HTTP/2 over TLS, and asks for a certificate, is shown ours', async () => {
    const options = { ca: certificates.read('ca.pem'), requestCert: true, rejectUnauthorized: true };
    const server = createSecureServer({
      ...options,
      cert: certificates.read('server.pem'),
      key: certificates.read('server.key'),
    });
    const shown: string[] = [];
    server.on('session', ({ socket }) => shown.push((socket as TLSSocket).getPeerCertificate().subject.CN as string));
    answerStreams(server);
    let refused = 0;
    server.on('tlsClientError', () => (refused += 1));
    const url = `https://127.0.0.1:${await serve(server)}/graphql`;
    const [ca, cert, key] = ['ca.pem', 'gateway.pem', 'gateway.key'].map((file) => certificates.read(file));
    connect(url, { http2: true, tls: { ca, cert, key } });
    expect(await askDesk('{ first }', true)).toEqual({ query: '{ first }' });
    expect(shown).toEqual(['gateway']);
    await client?.close();
    connect(url, { http2: true, tls: { ca } });
    await expect(askDesk('{ first }', true)).rejects.toMatchObject({ reason: 'unreachable' });
    expect(refused).toBeLessThan(10);
    await client?.close();
    connect(url, { http2: true });
    await expect(askDesk('{ first }', true)).rejects.toMatchObject({ reason: 'unreachable' });
  });

  test('WebSockets over TLS, and asks for a certificate, is shown ours', async () => {
    const [ca, cert, key] = ['ca.pem', 'gateway.pem', 'gateway.key'].map((file) => certificates.read(file));
    const options = { ca, requestCert: true, rejectUnauthorized: true };
    const server = createTlsServer({
      ...options,
      cert: certificates.read('server.pem'),
      key: certificates.read('server.key'),
    });
    const acceptor = new WebSocketServer({ server });
    const port = await serve(server);
    const subgraph = await startLiveSubgraph();
    const gateway = await startLiveGateway(
      { ...subgraph, url: `https://127.0.0.1:${port}/graphql` },
      { settings: { tls: { ca, cert, key } } },
    );
    const connected: Promise<[WebSocket, IncomingMessage]> = once(acceptor, 'connection') as never;
    const events = gateway.client().iterate({ query: 'subscription { bookAdded { id } }' });
    const end = events.next().catch(() => 'cut');
    const [, { socket }] = await connected;
    expect((socket as TLSSocket).getPeerCertificate().subject.CN).toBe('gateway');
    await gateway.stop();
    await end;
    acceptor.close();
    await subgraph.stop();
  });
});

test('subscriptions are spread over as many WebSockets as are configured', async () => {
  const subgraph = await startLiveSubgraph();
  const gateway = await startLiveGateway(subgraph, { settings: { sockets: 2 } });
  const client = gateway.client();
  for (const id of ['a', 'b', 'c', 'd']) {
    client.subscribe(
      { query: `subscription { ${id}: bookAdded { id } }` },
      { next: () => undefined, error: () => undefined, complete: () => undefined },
    );
  }
  await subgraph.untilListening(4);
  expect(subgraph.sockets).toBe(2);
  await gateway.stop();
  await subgraph.stop();
});

const says = (name: string, data: object) => ({
  headers: { etag: name, [`x-${name}`]: 'hidden', 'set-cookie': [`${name}=1; HttpOnly`] },
  body: JSON.stringify({
    data,
    extensions: { cost: name, hidden: name, ...(name === 'reviews' && { who: name }) },
  }),
});

const answerWith = (subgraph: Library['books'], name: string, data: object): void => {
  const { headers, body } = says(name, data);
  subgraph.misbehave((response) => response.writeHead(200, headers).end(body));
};

describe('what passes through the gateway', () => {
  let library: Library;
  let unset: TestGateway;
  let set: TestGateway;
  beforeAll(async () => {
    library = await startLibrary();
    const subgraphSettings = await write(`
      '*': { responseHeaders: { forward: [etag, x-served-by] }, cookies: on, extensions: { forward: [cost, who] } }
      books: { headers: { forward: [Accept-Language, X-Tenant, X-Missing], set: { x-api-key: secret } } }
      reviews: { headers: { forward: [cookie] }, cookies: off }`);
    [unset, set] = await Promise.all([startGateway(library.file), startGateway(library.file, { subgraphSettings })]);
  });
  afterEach(() => {
    for (const subgraph of [library.books, library.desk, library.reviews]) subgraph.misbehave(undefined);
  });
  afterAll(async () => {
    await Promise.all([unset.stop(), set.stop()]);
    await library.stop();
  });
  const HEADERS = {
    'accept-language': 'fr',
    authorization: 'Bearer x',
    cookie: 'a=1',
    'x-tenant': 't',
    'x-customer360-caller': 'me',
  };
  const ASKED = '{ book(id: "1") { title copies stars } }';

  test('is nothing of which nothing is said', async () => {
    const sent = library.books.nextRequest();
    library.books.misbehave((response) =>
      response
        .writeHead(200, { etag: 'x', 'set-cookie': ['a=1', 'b=2'] })
        .end('{"data":{"book":{"__typename":"Book","id":"1","title":"Emma"}},"extensions":{"cost":1}}'),
    );
    const answer = await ask(unset.url, ASKED, { headers: HEADERS });
    expect(answer).not.toHaveProperty('extensions');
    expect(answer.headers.getSetCookie()).toEqual([]);
    expect(answer.headers.get('etag')).toBeNull();
    const { headers } = await sent;
    for (const name of ['accept-language', 'cookie', 'x-tenant', 'x-customer360-caller']) {
      expect(headers).not.toHaveProperty(name);
    }
  });

  test("are the client's headers, to the subgraphs that are named", async () => {
    const sent = [library.books, library.desk, library.reviews].map((subgraph) => subgraph.nextRequest());
    await ask(set.url, ASKED, { headers: HEADERS });
    const [books, desk, reviews] = (await Promise.all(sent)).map(({ headers }) => headers);
    expect(books).toMatchObject({ 'accept-language': 'fr', 'x-tenant': 't', 'x-api-key': 'secret' });
    expect(books).not.toHaveProperty('cookie');
    expect(reviews).toMatchObject({ cookie: 'a=1' });
    for (const name of ['accept-language', 'x-tenant', 'x-api-key', 'cookie']) expect(desk).not.toHaveProperty(name);
  });

  test('are headers, cookies and extensions of answers; of two subgraphs the first by name', async () => {
    answerWith(library.books, 'books', { book: { __typename: 'Book', id: '1', title: 'Emma' } });
    answerWith(library.reviews, 'reviews', { _entities: [{ stars: 1 }] });
    answerWith(library.desk, 'desk', { _entities: [{ copies: 1 }] });
    const got = await ask(set.url, ASKED);
    expect(got).toMatchObject({ data: { book: { title: 'Emma', copies: 1, stars: 1 } } });
    expect(Object(got).extensions).toEqual({ cost: 'books', who: 'reviews' });
    expect(got.headers.get('etag')).toBe('books');
    expect(got.headers.getSetCookie().toSorted()).toEqual(['books=1; HttpOnly', 'desk=1; HttpOnly']);
    expect([...got.headers.keys()].filter((name) => /^x-(books|desk|reviews)$/.test(name))).toEqual([]);
  });

  test('are headers of a WebSocket too', async () => {
    const sent = library.books.nextRequest();
    const client = createClient({
      url: set.url.replace('http', 'ws'),
      webSocketImpl: class extends WebSocket {
        constructor(url: string, protocol: string) {
          super(url, protocol, { headers: { 'x-tenant': 'over a socket' } });
        }
      },
      retryAttempts: 0,
    });
    await client.iterate({ query: '{ book(id: "1") { title } }' }).next();
    await client.dispose();
    expect((await sent).headers).toMatchObject({ 'x-tenant': 'over a socket' });
  });
});
