import type { IncomingHttpHeaders } from 'node:http';
import { isForeignOrigin } from './isForeignOrigin.js';
import { isLoopback } from './isLoopback.js';

/** What a proxy adds; with it, whoever asks may be far away. */
const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via'] as const;

/**
 * Whether somebody at this machine asks, for a page of ours or for none: under a name of loopback, so that no other name leads here (DNS
 * rebinding), through no proxy, and for no page of another origin.
 */
export function isOwnPage(headers: IncomingHttpHeaders): boolean {
  const host = headers.host ?? '';
  const url = `http://${host}/`;
  return (
    URL.canParse(url) &&
    isLoopback(new URL(url).hostname) &&
    !isForeignOrigin(headers, []) &&
    FORWARDED.every((name) => headers[name] === undefined)
  );
}
