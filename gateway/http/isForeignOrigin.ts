import type { IncomingHttpHeaders } from 'node:http';

/**
 * Whether a browser sends a request for a page of an origin that may not ask. CORS does not keep pages from opening WebSockets, nor from
 * asking without reading the answer; a program that is no browser sends neither of the headers, and is not meant.
 *
 * @param allowed origins that may ask beside the gateway's own; `*` for all
 */
export function isForeignOrigin(headers: IncomingHttpHeaders, allowed: readonly string[]): boolean {
  if (allowed.includes('*')) return false;
  const { origin, host } = headers;
  if (origin === undefined) {
    const site = headers['sec-fetch-site'];
    return site === 'cross-site' || site === 'same-site';
  }
  if (allowed.includes(origin)) return false;
  return !URL.canParse(origin) || new URL(origin).host !== host?.toLowerCase();
}
