import { once } from 'node:events';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import type { Arrivals, Connect } from '../Load.js';
import { subscriptionOf } from '../schema.js';
import { SubscriberSocket } from './SubscriberSocket.js';

/** The clients of the benchmark of subscriptions, thousands of sockets in one process. */

const sockets = new Set<SubscriberSocket>();
let opened = 0;
let arrivals: [at: number, after: number][] = [];
const AT = Buffer.from('"at":');

/** Reads only when the event was made: parsing thousands of messages would be measured too. */
function arrived(text: Buffer): void {
  const now = performance.timeOrigin + performance.now();
  const place = text.indexOf(AT);
  if (place === -1) throw new Error(`not an event: ${text.toString()}`);
  const at = parseFloat(text.toString('latin1', place + AT.length, place + AT.length + 20));
  arrivals.push([at, now - at]);
}

async function subscribe(url: string, product: string | null, distinct: boolean): Promise<void> {
  const number = opened;
  opened += 1;
  const address = `10.${number >> 16}.${(number >> 8) & 0xff}.${number & 0xff}`;
  const socket = await SubscriberSocket.open(url, address, (reason) => {
    throw new Error(`the gateway closed a subscriber: ${reason}`);
  });
  sockets.add(socket);
  const acknowledged = socket.next();
  socket.send('{"type":"connection_init"}');
  await acknowledged;
  const query = subscriptionOf(distinct ? `price${product}` : undefined);
  const payload = { query, variables: { product } };
  // The pong tells that the subscribe message was read.
  const pong = socket.next();
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload }));
  socket.send('{"type":"ping"}');
  const answer = await pong;
  if (!answer.includes('"pong"')) throw new Error(`a subscriber was refused: ${answer}`);
  socket.listen(arrived);
}

async function connect({ url, products, concurrency, distinct = false }: Connect): Promise<void> {
  const waiting = products.values();
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      for (const product of waiting) await subscribe(url, product, distinct);
    }),
  );
}

const server = createServer((request, response) => {
  void (async () => {
    let taken: Arrivals = [];
    if (request.url === '/connect') await connect((await json(request)) as Connect);
    if (request.url === '/arrivals') [taken, arrivals] = [arrivals, []];
    response.end(JSON.stringify(taken));
  })();
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const address = server.address();
const port = typeof address === 'object' && address ? address.port : 0;
process.on('SIGTERM', () => process.exit(0));
process.on('disconnect', () => process.exit(0));
process.send?.({ type: 'ready', urls: { load: `http://127.0.0.1:${port}` } });
