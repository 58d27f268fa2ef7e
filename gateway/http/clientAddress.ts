import type { IncomingMessage } from 'node:http';
import { forwarded } from './forwarded.js';
import { networkOf } from './networkOf.js';

/**
 * The network that a request comes from, see `networkOf`.
 *
 * @param trustedProxies how many proxies stand before the gateway, each of which adds to `x-forwarded-for` the address that it was asked
 * from. With 0 the header counts for nothing: anybody can send it. Some write the port behind the address; that is left out. What is no
 * address (`unknown`) does not count: then it is the network of the proxy.
 */
export function clientAddress({ headers, socket }: IncomingMessage, trustedProxies: number): string {
  const said = forwarded(headers['x-forwarded-for'], trustedProxies);
  const network = said === undefined ? undefined : networkOf(withoutPort(said));
  return network ?? networkOf(socket.remoteAddress ?? '') ?? '';
}

/** Of `203.0.113.7:1234`, `[2001:db8::1]:1234` and `[2001:db8::1]`. */
function withoutPort(address: string): string {
  const [, bracketed] = /^\[(.*)\](?::\d+)?$/.exec(address) ?? [];
  return bracketed ?? address.replace(/^([\d.]+):\d+$/, '$1');
}
