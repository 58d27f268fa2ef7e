import { EventEmitter, once } from 'node:events';
import { type Socket, connect } from 'node:net';
import { type FastifyInstance, type FastifyReply, fastify } from 'fastify';
import { whenOver } from '../../gateway/http/whenOver.js';

/** Emits the path of each request as it comes, and `over` with path and outcome. */
class Seen extends EventEmitter {
  readonly over: [string, boolean][] = [];
  readonly replies: FastifyReply[] = [];
}

describe('when a request is over', () => {
  let app: FastifyInstance;
  let seen: Seen;
  let client: Socket;

  beforeEach(async () => {
    seen = new Seen();
    app = fastify();
    app.addHook('onRequest', async ({ url }, reply) => {
      seen.replies.push(reply);
      whenOver(reply, (isWhole) => {
        seen.over.push([url, isWhole]);
        seen.emit('over');
      });
      seen.emit('request');
    });
    app.get('/now', async () => 'now');
    app.get('/large', async () => 'x'.repeat(64 * 1024 * 1024));
    app.get('/never', (_request, reply) => void reply.hijack());
    app.post('/now', async () => 'now');
    await app.listen({ port: 0 });
    const address = app.server.address();
    client = connect({ host: '127.0.0.1', port: typeof address === 'object' ? (address?.port ?? 0) : 0 });
    await once(client, 'connect');
  });

  afterEach(async () => {
    client.destroy();
    await app.close();
  });

  const get = (...paths: string[]): void => {
    client.write(paths.map((path) => `GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`).join(''));
  };
  const until = async (event: 'request' | 'over', count: number): Promise<void> => {
    const counted = (): number => (event === 'over' ? seen.over : seen.replies).length;
    while (counted() < count) await once(seen, event);
  };

  test('it is told so once, and that all of the response was sent', async () => {
    client.resume();
    get('/now');
    await until('over', 1);
    const closed = once(client, 'close');
    client.end();
    await closed;
    expect(seen.over).toEqual([['/now', true]]);
  });

  test('a connection keeps one listener, whatever is asked over it', async () => {
    client.resume();
    get('/now');
    await until('over', 1);
    const { socket } = seen.replies[0]!.request.raw;
    const listeners = socket.listenerCount('close');
    const warned: unknown[] = [];
    const warn = (warning: unknown): void => void warned.push(warning);
    process.on('warning', warn);
    get(...Array.from({ length: 1_000 }, () => '/now'));
    await until('over', 1_001);
    expect(socket.listenerCount('close')).toBe(listeners);
    process.off('warning', warn);
    expect(warned).toEqual([]);
    expect(seen.over.every(([, isWhole]) => isWhole)).toBe(true);
  });

  test.each([
    ['a response that was never begun', ['/never']],
    ['responses that wait for the one before them', ['/never', '/now', '/now', '/never']],
    ['a response that the client does not read', ['/large', '/now']],
  ])('%s is over when its connection dies, and was not sent', async (_what, paths) => {
    get(...paths);
    await until('request', paths.length);
    expect(seen.over).toEqual([]);
    client.destroy();
    await until('over', paths.length);
    expect(seen.over).toHaveLength(paths.length);
    expect(seen.over).toEqual(expect.arrayContaining(paths.map((path) => [path, false])));
  });

  test('a request whose body is cut off is over', async () => {
    client.write('POST /now HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{');
    await until('request', 1);
    client.destroy();
    await until('over', 1);
    expect(seen.over).toEqual([['/now', false]]);
  });

  test('a response that somebody else ends is over then', async () => {
    client.resume();
    get('/never');
    await until('request', 1);
    seen.replies[0]!.raw.end('at last');
    await until('over', 1);
    expect(seen.over).toEqual([['/never', true]]);
  });

  test('who asks after the end is told at once', async () => {
    client.resume();
    get('/never', '/now');
    await until('request', 2);
    client.destroy();
    await until('over', 2);
    const told: boolean[] = [];
    for (const reply of seen.replies) whenOver(reply, (isWhole) => void told.push(isWhole));
    expect(told).toEqual([false, false]);
  });
});
