import type { IncomingHttpHeaders } from 'node:http';
import { forwarded } from './forwarded.js';

/** `https://*.example.com`, cut at the star. */
const PATTERN = /^(https?:\/\/)\*(\.[^*/]+)$/;

/** One or more labels of a host's name. */
const LABELS = /^[a-z\d_-]+(\.[a-z\d_-]+)*$/;

/**
 * Which pages may ask. Those of the gateway's own origin may always over WebSockets and event streams; others as they are allowed, the same
 * for every way in.
 */
export class OriginRules {
  readonly #all: boolean;
  readonly #exact: ReadonlySet<string>;
  readonly #patterns: readonly (readonly [start: string, end: string])[];

  /**
   * @param allowed origins that may ask beside the gateway's own: `https://app.example.com`; `https://*.example.com` for all names below it,
   * at any depth, but not for itself; `*` for all
   * @param trustedProxies see `clientAddress`; with one or more, `x-forwarded-host` and `x-forwarded-proto` say what the gateway's own origin
   * is, as `x-forwarded-for` says who asks
   */
  constructor(
    allowed: readonly string[],
    private readonly trustedProxies: number,
  ) {
    this.#all = allowed.includes('*');
    this.#exact = new Set(allowed);
    this.#patterns = allowed.flatMap((origin) => {
      const [, start, end] = PATTERN.exec(origin) ?? [];
      return start !== undefined && end !== undefined ? [[start, end] as const] : [];
    });
  }

  /** Whether any page of another origin may ask. */
  get isOpen(): boolean {
    return this.#exact.size > 0;
  }

  /** Whether all pages may ask. */
  get isOpenToAll(): boolean {
    return this.#all;
  }

  /** Whether pages of this origin, not the gateway's own, may ask. */
  allows(origin: string): boolean {
    return (
      this.#all ||
      this.#exact.has(origin) ||
      this.#patterns.some(
        ([start, end]) =>
          origin.startsWith(start) && origin.endsWith(end) && LABELS.test(origin.slice(start.length, -end.length)),
      )
    );
  }

  /**
   * Whether a browser sends a request for a page of an origin that may not ask. CORS does not keep pages from opening WebSockets, nor from
   * asking without reading the answer; a program that is no browser sends neither of the headers, and is not meant.
   */
  isForeign(headers: IncomingHttpHeaders): boolean {
    if (this.#all) return false;
    const { origin } = headers;
    if (origin === undefined) {
      const site = headers['sec-fetch-site'];
      return site === 'cross-site' || site === 'same-site';
    }
    return !this.allows(origin) && !this.#isOwn(origin, headers);
  }

  #isOwn(origin: string, headers: IncomingHttpHeaders): boolean {
    if (!URL.canParse(origin)) return false;
    const { protocol, host } = new URL(origin);
    const saidProtocol = forwarded(headers['x-forwarded-proto'], this.trustedProxies);
    if (saidProtocol !== undefined && secureOrNot(saidProtocol) !== protocol) return false;
    const ownHost = forwarded(headers['x-forwarded-host'], this.trustedProxies) ?? headers.host ?? '';
    // Read with the page's protocol, so that the port it stands for counts as none.
    const own = `${protocol}//${ownHost}`;
    return URL.canParse(own) && new URL(own).host === host;
  }
}

/** Some proxies call the protocol of a WebSocket by its own name. */
function secureOrNot(protocol: string): string {
  return /^(https|wss)$/i.test(protocol) ? 'https:' : 'http:';
}

/** Whether `OriginRules` understands this as an origin, or several. */
export function isOriginRule(text: string): boolean {
  const origin = text.replace(PATTERN, '$1any$2');
  return text === '*' || (URL.canParse(origin) && new URL(origin).origin === origin);
}
