import type { IncomingHttpHeaders } from 'node:http';
import { OriginRules } from './OriginRules.js';
import { isForwarded } from './isLocalRequest.js';
import { isLoopback } from './isLoopback.js';

/** Nobody beside ourselves, and nobody to speak for another. */
const OWN = new OriginRules([], 0);

/**
 * Whether somebody at this machine asks, for a page of ours or for none: under a name of loopback, so that no other name leads here (DNS
 * rebinding), through no proxy, and for no page of another origin.
 */
export function isOwnPage(headers: IncomingHttpHeaders): boolean {
  const host = headers.host ?? '';
  const url = `http://${host}/`;
  return URL.canParse(url) && isLoopback(new URL(url).hostname) && !OWN.isForeign(headers) && !isForwarded(headers);
}
