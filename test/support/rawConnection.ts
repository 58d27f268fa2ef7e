import { once } from 'node:events';
import { type Socket, connect } from 'node:net';

/** A connection to the server of this address that nothing is written to and nothing read from unless the test does so. */
export async function rawConnection(url: string, localAddress = '127.0.0.1'): Promise<Socket> {
  const { port } = new URL(url);
  const socket = connect({ host: '127.0.0.1', port: Number(port), localAddress });
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

/** The bytes of a request that posts an operation. */
export function postBytes(query: string, headers: Readonly<Record<string, string>> = {}): string {
  const body = JSON.stringify({ query });
  const all = { host: 'gateway', 'content-type': 'application/json', ...headers, 'content-length': body.length };
  return `POST /graphql HTTP/1.1\r\n${headerLines(all)}\r\n${body}`;
}

/** The bytes of a request without a body. */
export function getBytes(path: string, headers: Readonly<Record<string, string>> = {}): string {
  return `GET ${path} HTTP/1.1\r\n${headerLines({ host: 'gateway', ...headers })}\r\n`;
}

function headerLines(headers: Readonly<Record<string, string | number>>): string {
  return Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');
}
