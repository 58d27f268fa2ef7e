import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { isLoopback } from './isLoopback.js';
import { networkOf } from './networkOf.js';

/** What a proxy adds; with it, whoever asks may be far away. */
const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via'] as const;

/** Whether a proxy passed a request on, so that its connection says nothing of where it comes from. */
export function isForwarded(headers: IncomingHttpHeaders): boolean {
  return FORWARDED.some((name) => headers[name] !== undefined);
}

/** Whether a program at this machine asks, through no proxy. */
export function isLocalRequest({ headers, socket }: IncomingMessage): boolean {
  const address = socket.remoteAddress ?? '';
  return (isLoopback(address) || isLoopback(networkOf(address) ?? '')) && !isForwarded(headers);
}
