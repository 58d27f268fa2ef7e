import type { IncomingHttpHeaders } from 'node:http';
import type { SubgraphAnswer } from './SubgraphAnswer.js';
import type { SubgraphSettings } from './SubgraphSettings.js';

/** What of a subgraph's answer goes back to the client beside data and errors. */
export interface ReturnedParts {
  readonly headers: Readonly<Record<string, string>>;
  /** Each a `set-cookie`. */
  readonly cookies: readonly string[];
  readonly extensions: Readonly<Record<string, unknown>>;
}

/** Takes of an answer what is configured for its subgraph. */
export function returnedParts(
  { returns }: SubgraphSettings,
  headers: IncomingHttpHeaders,
  { extensions = {} }: SubgraphAnswer,
): ReturnedParts {
  const picked: Record<string, string> = {};
  for (const name of returns.headers) {
    const value = headers[name];
    if (value !== undefined) picked[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return {
    headers: picked,
    // undici gives a text where there is one.
    cookies: returns.cookies ? [headers['set-cookie'] ?? []].flat() : [],
    extensions: Object.fromEntries(
      returns.extensions.filter((key) => Object.hasOwn(extensions, key)).map((key) => [key, extensions[key]]),
    ),
  };
}
