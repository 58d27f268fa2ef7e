import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** Headers that are about the upgrade alone. */
const ABOUT_UPGRADE: ReadonlySet<string> = new Set(['upgrade', 'http2-settings']);

/**
 * Goes on in plain HTTP with requests that offered to upgrade (`h2c`, as the HTTP clients of Java and curl do). Node gives each such
 * request to whoever listens for `upgrade`, without its body and off the server's hands: so its head is put back before what came
 * behind it, without the offer, and the server reads the connection anew. Bodies, keep-alive and requests behind it are as always.
 *
 * @returns what declines an offer; `head` is what the connection brought behind the request's headers
 */
export function declineUpgrade(server: Server): (request: IncomingMessage, socket: Duplex, head: Buffer) => void {
  const latest = new WeakMap<Duplex, ServerResponse>();
  server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => latest.set(socket, response));
  return (request, socket, head) => {
    const goOn = (): void => {
      socket.off('error', ignore);
      if (socket.destroyed || socket.writableEnded) return;
      socket.unshift(Buffer.concat([headOf(request), head]));
      server.emit('connection', socket);
    };
    // The server knows no longer of the answers to requests before this one; they go first.
    const before = latest.get(socket);
    socket.on('error', ignore);
    if (before && !before.closed) before.once('close', goOn);
    else goOn();
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
