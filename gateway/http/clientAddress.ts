import type { IncomingMessage } from 'node:http';

/**
 * The network address that a request comes from.
 *
 * @param trustedProxies how many proxies stand before the gateway, each of which adds to `x-forwarded-for` the address that it was asked
 * from. With 0 the header counts for nothing: anybody can send it.
 */
export function clientAddress({ headers, socket }: IncomingMessage, trustedProxies: number): string {
  const direct = socket.remoteAddress ?? '';
  if (trustedProxies === 0) return direct;
  const forwarded = [headers['x-forwarded-for'] ?? []].flat().join(',');
  const addresses = forwarded.split(',').flatMap((address) => address.trim() || []);
  return addresses[Math.max(0, addresses.length - trustedProxies)] ?? direct;
}
