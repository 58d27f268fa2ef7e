import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** Headers that are about the upgrade alone. */
const ABOUT_UPGRADE: ReadonlySet<string> = new Set(['upgrade', 'http2-settings']);

/** So many bytes behind an offer are kept until its turn comes; more have to wait. */
const MOST_KEPT = 65_536;

/** Answers a request that offers to upgrade; `head` is what its connection brought behind the headers. */
export type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/**
 * Gives offers of WebSockets to `take`, and goes on in plain HTTP with requests that offered anything else (`h2c`, as the HTTP clients of
 * Java and curl do). Either comes after the answers to the requests before it on its connection.
 *
 * Node gives every request with an offer to whoever listens for `upgrade`, without its body and off the server's hands: so its head is put
 * back before what came behind it, without the offer, and the server reads the connection anew. Bodies, keep-alive and requests behind
 * it are as always.
 */
export function acceptUpgrades(server: Server, take: Upgrade): void {
  const latest = new WeakMap<Duplex, ServerResponse>();
  const atFirst = new WeakMap<Duplex, ReadonlySet<unknown>>();
  /** Whoever hears of a connection anew listens to it anew: what they added the last time goes. */
  const removeAdded = (socket: Duplex): void => {
    const listeners = socket.rawListeners('close') as (() => void)[];
    const first = atFirst.get(socket);
    if (!first) atFirst.set(socket, new Set(listeners));
    else for (const listener of listeners) if (!first.has(listener)) socket.off('close', listener);
  };
  server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => latest.set(socket, response));
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // The server looks after the connection no longer, and answers that it still sends over it may fail at any time.
    if (!socket.listeners('error').includes(ignore)) socket.on('error', ignore);
    const goOn = (rest: Buffer): void => {
      if (socket.destroyed || socket.writableEnded) return;
      if (request.headers.upgrade?.toLowerCase() === 'websocket') {
        take(request, socket, rest);
        return;
      }
      removeAdded(socket);
      socket.unshift(Buffer.concat([headOf(request), rest]));
      server.emit('connection', socket);
    };
    const before = latest.get(socket);
    if (!before || before.closed) {
      goOn(head);
      return;
    }
    const keeper = keepReading(socket, head);
    before.once('close', () => goOn(keeper.stop()));
  });
}

/** Reads on, so that the end of a connection is noticed, and keeps what comes. `stop` gives all that came. */
function keepReading(socket: Duplex, head: Buffer): { stop(): Buffer } {
  const kept = [head];
  let length = head.length;
  const keep = (chunk: Buffer): void => {
    kept.push(chunk);
    length += chunk.length;
    if (length > MOST_KEPT) socket.pause();
  };
  const end = (): void => void socket.destroy();
  socket.on('data', keep).once('end', end);
  return {
    stop() {
      socket.off('data', keep).off('end', end);
      // Whoever listens next is to hear what comes.
      if (socket.isPaused()) socket.resume();
      return Buffer.concat(kept);
    },
  };
}

/** What follows an error is a close. */
function ignore(): void {}

function headOf({ method, rawHeaders, url, httpVersion }: IncomingMessage): Buffer {
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    const value = rawHeaders[at + 1] ?? '';
    if (ABOUT_UPGRADE.has(name.toLowerCase())) continue;
    const kept = name.toLowerCase() === 'connection' ? withoutUpgrade(value) : value;
    if (kept !== undefined) lines.push(`${name}: ${kept}`);
  }
  // Node read the headers as Latin-1.
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
}

/** The options of a `connection` header but for the upgrade; undefined when none is left. */
function withoutUpgrade(value: string): string | undefined {
  const options = value.split(',').filter((option) => !ABOUT_UPGRADE.has(option.trim().toLowerCase()));
  return options.length === 0 ? undefined : options.join(',');
}
