/**
 * A process in front of a subgraph that passes everything on, or misbehaves below HTTP as a broken one does. Usage, forked:
 *
 *     node test/support/startFaultyProxy.mjs http://127.0.0.1:4003/graphql
 *
 * Sends its own address once it listens. Takes the name of a fault (below) as a message, or `none`, closes what is open, and sends the name back. `resets` resets what
 * is open and passes on what comes then.
 */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

const target = new URL(process.argv[2]);

const answer = (body, { status = '200 OK', type = 'application/json', length = Buffer.byteLength(body) } = {}) =>
  `HTTP/1.1 ${status}\r\ncontent-type: ${type}\r\ncontent-length: ${length}\r\n\r\n${body}`;
const CHUNKED = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n';
const chunk = (text) => `${text.length.toString(16)}\r\n${text}\r\n`;

/** Each gets a connection on which a whole request has come. */
const FAULTS = {
  hangs: () => undefined,
  'hangs up': (socket) => socket.destroy(),
  'is cut off in the middle of its answer': (socket) => socket.end(answer('{"data":{"_entit', { length: 1_000 })),
  'answers 500': (socket) => socket.write(answer('Error at /srv/sales.js:3', { status: '500 Internal Server Error' })),
  'answers a page': (socket) => socket.write(answer('<html>Welcome to nginx!</html>', { type: 'text/html' })),
  'answers JSON that is not GraphQL': (socket) => socket.write(answer('{"ok":true}')),
  'answers data that has another shape': (socket) => socket.write(answer('{"data":{"_entities":"many"}}')),
  'does not speak HTTP': (socket) => socket.write('SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n'),
  'answers with endless headers': (socket) =>
    repeat(socket, 'HTTP/1.1 200 OK\r\n', () => `x-more: ${'x'.repeat(1_000)}\r\n`),
  'answers without an end': (socket) => repeat(socket, CHUNKED, () => chunk('x'.repeat(65_536))),
  'answers a byte at a time': (socket) => {
    socket.write(CHUNKED);
    const timer = setInterval(() => socket.write(chunk(' ')), 20);
    socket.once('close', () => clearInterval(timer));
  },
};

function repeat(socket, head, more) {
  socket.write(head);
  const go = () => {
    while (!socket.destroyed && socket.write(more()));
    if (!socket.destroyed) socket.once('drain', go);
  };
  go();
}

let fault = 'none';
const open = new Set();
const server = createServer((socket) => {
  open.add(socket);
  socket.on('error', () => undefined).once('close', () => open.delete(socket));
  if (fault === 'none') passOn(socket);
  else misbehave(socket, FAULTS[fault]);
});

function passOn(socket) {
  const onward = connect(Number(target.port), target.hostname);
  onward.on('error', () => socket.destroy()).once('close', () => socket.destroy());
  socket.once('close', () => onward.destroy());
  socket.pipe(onward).pipe(socket);
}

function misbehave(socket, how) {
  let received = '';
  socket.on('data', (bytes) => {
    received += bytes.toString('latin1');
    const end = received.indexOf('\r\n\r\n');
    const length = Number(/^content-length: (\d+)/im.exec(received)?.[1] ?? 0);
    if (end === -1 || received.length < end + 4 + length) return;
    received = '';
    how(socket);
  });
}

process.on('message', (/** @type {string} */ name) => {
  const resets = name === 'resets';
  if (name !== 'none' && !resets && !FAULTS[name]) throw new Error(`there is no fault "${name}"`);
  fault = resets ? 'none' : name;
  for (const socket of open) {
    if (resets) socket.resetAndDestroy();
    else socket.destroy();
  }
  process.send(name);
});
process.on('disconnect', () => process.exit());

server.listen(0, '127.0.0.1');
await once(server, 'listening');
process.send(`http://127.0.0.1:${server.address().port}${target.pathname}`);
