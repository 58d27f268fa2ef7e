import { once } from 'node:events';
import { type Socket, connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import fc, { type Arbitrary } from 'fast-check';
import { WebSocket } from 'ws';
import { exchangeBytes } from '../../test/fuzz/exchangeBytes.js';
import { judgeAnswer, judgeTalk } from '../../test/fuzz/judge.js';
import { httpRequest } from '../../test/fuzz/malformed.js';
import { webSocketTalk } from '../../test/fuzz/malformedFrames.js';
import { getBytes, postBytes } from '../../test/support/rawConnection.js';
import type { FuzzTarget } from './FuzzTarget.js';
import type { HostileKind, Outcome } from './HostileKind.js';
import { caller, upTo } from './operationKinds.js';

type Random = () => number;

/** Clients wait no longer than this before they leave, in milliseconds. */
const PATIENCE_MS = 60;

/** A connection of a client that goes whenever it likes: a reset is no problem of ours. */
async function open(target: FuzzTarget): Promise<Socket> {
  const socket = connect(target.port, '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

/** Leaves without a word: with a reset, or by closing. */
async function leave(socket: Socket, random: Random): Promise<Outcome> {
  const closed = socket.closed ? undefined : once(socket, 'close');
  if (random() < 0.5) socket.resetAndDestroy();
  else socket.destroy();
  await closed;
  return 'left';
}

function requests(random: Random): string[] {
  const headers = caller(random);
  return [
    postBytes('{ name }', headers),
    postBytes(`{ things(count: ${upTo(random, 50)}) { id fine broken } }`, headers),
    postBytes('subscription { named }', { ...headers, accept: 'text/event-stream' }),
    postBytes('{ name }', { ...headers, expect: '100-continue' }),
    postBytes('{ wrong }', headers),
    getBytes('/health/live', headers),
    getBytes('/graphql?query=%7Bname%7D', { ...headers, 'apollo-require-preflight': '1' }),
    getBytes('/graphql', {
      ...headers,
      connection: 'upgrade',
      upgrade: 'websocket',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
      'sec-websocket-version': '13',
      'sec-websocket-protocol': 'graphql-transport-ws',
    }),
  ];
}

const oneOf = <T>(random: Random, values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;

const FRAMES: readonly ((index: number, random: Random) => string)[] = [
  () => '{"type":"ping"}',
  () => '{"type":"pong","payload":{}}',
  (index) => `{"type":"complete","id":"${index}"}`,
  (index) => JSON.stringify({ type: 'subscribe', id: `${index}`, payload: { query: '{ name }' } }),
  (index) => JSON.stringify({ type: 'subscribe', id: `${index}`, payload: { query: `{ no${index} }` } }),
  (index) => JSON.stringify({ type: 'subscribe', id: `${index}`, payload: { query: 'subscription { named }' } }),
  (index, random) =>
    JSON.stringify({
      type: 'subscribe',
      id: `${index}`,
      payload: { extensions: { persistedQuery: { version: 1, sha256Hash: `${random()}` } }, query: '' },
    }),
  () => JSON.stringify({ type: 'ping', payload: { authorization: 'Bearer none' } }),
];
/** Ends a connection at once, so it is rare. */
const FATAL = ['{', '{"type":"subscribe"}', '{"type":"connection_init"}', '[]'];

/** Kinds of a client that sends bytes of its own making, each over a connection of its own. */
export const CONNECTION_KINDS: readonly HostileKind[] = [
  {
    name: 'cut-connections',
    what: 'requests, upgrades and event streams whose connection is cut after any byte, or while they are answered',
    together: 32,
    async send(target, random) {
      const bytes = oneOf(random, requests(random));
      const socket = await open(target);
      socket.resume();
      socket.write(random() < 0.3 ? bytes : bytes.slice(0, upTo(random, bytes.length)));
      await pause(random() * PATIENCE_MS);
      return leave(socket, random);
    },
  },
  {
    name: 'pipelines',
    what: 'up to 100 requests one behind the other on a connection that dies',
    together: 8,
    async send(target, random) {
      const count = upTo(random, 100);
      const kinds = requests(random).slice(0, -1);
      const socket = await open(target);
      if (random() < 0.5) socket.resume();
      socket.write(Array.from({ length: count }, () => oneOf(random, kinds)).join(''));
      await pause(random() * PATIENCE_MS);
      return leave(socket, random);
    },
  },
  {
    name: 'never-reads',
    what: 'clients that ask for much, do not read it, and leave',
    together: 32,
    async send(target, random) {
      const socket = await open(target);
      const body = postBytes(`{ things(count: ${upTo(random, 2_000)}) { id } }`, caller(random));
      socket.write(body.repeat(upTo(random, 5)));
      await pause(random() * 10 * PATIENCE_MS);
      return leave(socket, random);
    },
  },
  {
    name: 'slow-bodies',
    what: 'bodies that come a byte at a time; most never end',
    together: 128,
    async send(target, random) {
      const bytes = postBytes('{ name }', caller(random));
      const socket = await open(target);
      socket.resume();
      let sent = bytes.indexOf('\r\n\r\n') + 4;
      socket.write(bytes.slice(0, sent));
      for (const last = sent + upTo(random, 8); sent < last; sent += 1) {
        await pause(random() * PATIENCE_MS);
        socket.write(bytes.charAt(sent));
      }
      if (random() < 0.1) {
        const answer = once(socket, 'data');
        socket.write(bytes.slice(sent));
        await Promise.race([answer, once(socket, 'close')]);
        await leave(socket, random);
        return 'answered';
      }
      return leave(socket, random);
    },
  },
  {
    name: 'socket-frames',
    what: 'WebSockets that send up to 200 messages at once: pings, operations, tokens, hashes, ends of what never began',
    together: 8,
    async send(target, random) {
      const socket = new WebSocket(target.url.replace('http', 'ws'), 'graphql-transport-ws', {
        headers: caller(random),
      });
      let received = '';
      socket.on('message', (data: Buffer) => (received += data.toString('latin1')));
      const closed = once(socket, 'close').catch(() => undefined);
      await Promise.race([once(socket, 'open'), closed]).catch(() => undefined);
      if (socket.readyState !== WebSocket.OPEN) return 'shed';
      socket.send('{"type":"connection_init"}');
      const count = upTo(random, 200);
      for (let index = 0; index < count; index += 1) socket.send(oneOf(random, FRAMES)(index, random));
      if (random() < 0.1) socket.send(oneOf(random, FATAL));
      await Promise.race([closed, pause(random() * PATIENCE_MS)]);
      if (random() < 0.5) socket.terminate();
      else socket.close();
      await closed;
      const problem = judgeTalk(Buffer.from(received, 'latin1'), target.secrets);
      if (problem !== undefined) throw new Error(problem);
      return received === '' ? 'left' : 'answered';
    },
  },
  malformed(
    'malformed-requests',
    'HTTP requests that are wrong in their form or their contents',
    httpRequest,
    judgeAnswer,
  ),
  malformed('malformed-sockets', 'WebSockets with frames and messages that are wrong', webSocketTalk, judgeTalk),
];

function malformed(
  name: string,
  what: string,
  arbitrary: Arbitrary<Buffer>,
  judge: (received: Buffer, secrets: readonly string[]) => string | undefined,
): HostileKind {
  return {
    name,
    what,
    together: 16,
    async send(target, random) {
      const [bytes = Buffer.alloc(0)] = fc.sample(arbitrary, { seed: Math.floor(random() * 2 ** 31), numRuns: 1 });
      const { received } = await exchangeBytes(target.port, bytes);
      const problem = judge(received, target.secrets);
      if (problem !== undefined)
        throw new Error(`${problem}, for ${JSON.stringify(bytes.toString('latin1').slice(0, 1_000))}`);
      if (received.length === 0) return 'left';
      return /^HTTP\/1\.1 (?:2|101)/.test(received.toString('latin1', 0, 12)) ? 'answered' : 'refused';
    },
  };
}
