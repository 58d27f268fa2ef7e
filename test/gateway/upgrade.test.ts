import { execFile } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { type TestGateway, startGateway } from '../support/fixtureGateway.js';
import { type Library, startLibrary } from '../support/fixtureSupergraph.js';
import { getBytes, postBytes, rawConnection } from '../support/rawConnection.js';
import { waitUntil } from '../support/waitUntil.js';

const run = promisify(execFile);

/** As the HTTP client of Java sends it by default. */
const H2C = { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'http2-settings': 'AAMAAABkAAQCAAAAAAIAAAAA' };

const ANSWER = '{"data":{"openUntil":"18:00"}}';

async function curl(...args: string[]): Promise<string> {
  const options = ['--silent', '--http2', '--max-time', '10', '--write-out', ' %{http_code}'];
  return (await run('curl', [...options, ...args])).stdout;
}

describe('an offer to speak something else than HTTP or WebSockets', () => {
  let library: Library;
  let gateway: TestGateway;

  beforeAll(async () => {
    library = await startLibrary();
    gateway = await startGateway(library.file, { limits: { sockets: { all: 3, perAddress: 3 } } });
  });

  afterAll(async () => {
    await gateway.stop();
    await library.stop();
  });

  /** Everything that comes back over one connection, until the server closes it. */
  const exchange = async (...parts: string[]): Promise<string> => {
    const socket = await rawConnection(gateway.url);
    const answer = text(socket);
    for (const part of parts) await new Promise((resolve) => socket.write(part, resolve));
    return answer;
  };
  const last = getBytes('/health/live', { connection: 'close' });

  test.each([
    ['without a body', getBytes('/health/live', H2C), '{"status":"live"}'],
    ['with a body', postBytes('{ openUntil }', H2C), ANSWER],
    ['for something unheard of', postBytes('{ openUntil }', { connection: 'upgrade', upgrade: 'tls/9' }), ANSWER],
  ])('is answered as plain HTTP: %s, and the connection goes on', async (_what, request, body) => {
    const answer = await exchange(request + request + last);
    expect(answer.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(3);
    expect(answer.split(body)).toHaveLength(body.includes('live') ? 4 : 3);
    expect(answer).not.toContain('HTTP/1.1 101');
  });

  test('a body that comes later belongs to it', async () => {
    const request = postBytes('{ openUntil }', H2C);
    const answer = await exchange(request.slice(0, -10), request.slice(-10) + last);
    expect(answer.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2);
    expect(answer).toContain(ANSWER);
  });

  test('a body in chunks belongs to it', async () => {
    const headers = 'host: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n';
    const offer = 'connection: Upgrade, HTTP2-Settings, close\r\nupgrade: h2c\r\nhttp2-settings: AA\r\n';
    const answer = await exchange(
      `POST /graphql HTTP/1.1\r\n${headers}${offer}\r\n`,
      'a\r\n{"query":"\r\n',
      'f\r\n{ openUntil }"}\r\n0\r\n\r\n',
    );
    expect(answer).toContain('HTTP/1.1 200 OK');
    expect(answer).toContain(ANSWER);
    expect(answer.toLowerCase()).toContain('connection: close');
  });

  test('a client that offers it again and again leaves nothing behind on its connection', async () => {
    const accepted: Socket[] = [];
    const note = (message: unknown): void => void accepted.push((message as { socket: Socket }).socket);
    subscribe('net.server.socket', note);
    const client = await rawConnection(gateway.url);
    let answers = '';
    client.setEncoding('utf8').on('data', (chunk: string) => (answers += chunk));
    const answered = async (count: number): Promise<void> =>
      waitUntil(() => answers.split('{"status":"live"}').length === count + 1);
    client.write(getBytes('/health/live', H2C).repeat(2));
    await answered(2);
    unsubscribe('net.server.socket', note);
    const listeners = accepted[0]?.listenerCount('close');
    client.write(getBytes('/health/live', H2C).repeat(14));
    await answered(16);
    expect(accepted[0]?.listenerCount('close')).toBe(listeners);
    client.destroy();
  });

  test.each([
    ['a WebSocket', '/graphql', 101],
    ['a WebSocket at another path', '/elsewhere', 404],
  ])('%s comes after the answers to what was asked before it', async (_what, path, status) => {
    const offer = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
      'sec-websocket-protocol': 'graphql-transport-ws',
    };
    const socket = await rawConnection(gateway.url);
    socket.write(postBytes('{ openUntil }').repeat(2) + getBytes(path, offer));
    let answer = '';
    for await (const chunk of socket) {
      answer += String(chunk);
      if (answer.split('HTTP/1.1 ').length === 4) break;
    }
    expect([...answer.matchAll(/HTTP\/1\.1 (\d+)/g)].map((match) => match[1])).toEqual(['200', '200', String(status)]);
  });

  test('a WebSocket at another path is still refused', async () => {
    const offer = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' };
    expect(await exchange(getBytes('/elsewhere', offer))).toMatch(/^HTTP\/1\.1 404 /);
  });

  test('curl --http2 has its answers', async () => {
    expect(await curl(new URL('/health/live', gateway.url).href)).toBe('{"status":"live"} 200');
    const posted = await curl('--json', '{"query":"{ openUntil }"}', gateway.url);
    expect(posted.replace('\n', '')).toBe(`${ANSWER} 200`);
  });
});
