import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { type Caller, caller, type ErasureApplied } from './contract.js';

/**
 * How the gateway proves to a subgraph that a request is its own, and who its caller is: an HMAC (SHA-256) with a key that both know.
 * The header reads `v1 <time> <nonce> <mac>`: milliseconds since 1970, 16 random bytes and the code, both base64url. The code is
 * over the lines `v1`, subgraph, time, nonce, caller header, body; so what was signed for one subgraph is nothing to another.
 */

/** How old a signature may be, and how far ahead a clock, in milliseconds. */
export const REPLAY_WINDOW_MS = 60_000;

/** The fewest characters of a key. */
export const MIN_KEY_LENGTH = 32;

export interface SignedParts {
  /** The subgraph that is asked, by its name in the supergraph. */
  readonly service: string;
  /** The caller header, as it is sent. */
  readonly caller: string;
  /** The body of the HTTP request; for a subscription over a WebSocket, `subscribeBody`; nothing for the connection itself. */
  readonly body: string;
}

/** A subscription as a WebSocket's subscribe message asks for it. */
export interface SignedSubscribe {
  readonly query: string;
  readonly operationName?: string | null | undefined;
  /** The JSON text of the variables. It travels beside them (`SUBSCRIBE_EXTENSIONS.variables`), because no two languages write the same. */
  readonly variables: string;
}

/**
 * What the signature of a subscription is over: the operation's name (or nothing), the variables' text and the query, joined by line feeds. The
 * first two have none in them, so no two subscriptions have the same.
 */
export function subscribeBody({ query, operationName, variables }: SignedSubscribe): string {
  return `${operationName ?? ''}\n${variables}\n${query}`;
}

/** The value of the signature's header for a request that is sent now. */
export function sign(key: string, parts: SignedParts, now: number = Date.now()): string {
  const nonce = randomBytes(16).toString('base64url');
  return `v1 ${now} ${nonce} ${codeOf(key, parts, String(now), nonce).toString('base64url')}`;
}

/** A signature that is right; `nonce` is for whoever refuses to see it twice. */
export interface GoodSignature {
  readonly nonce: string;
  /** When it is too old, in milliseconds since 1970. */
  readonly expiresAt: number;
}

/**
 * Checks a signature.
 *
 * @param keys any of them will do, so that a key can be replaced while both sides run
 * @returns null when it is malformed, of another key, of something else, or out of its time
 */
export function verify(
  keys: readonly string[],
  parts: SignedParts,
  signature: string,
  now: number = Date.now(),
): GoodSignature | null {
  const [version, time = '', nonce = '', code = '', ...rest] = signature.split(' ');
  if (version !== 'v1' || rest.length > 0 || !/^\d{1,15}$/.test(time) || nonce.length !== 22) return null;
  if (Math.abs(now - Number(time)) > REPLAY_WINDOW_MS) return null;
  const given = Buffer.from(code, 'base64url');
  const right = keys.some((key) => {
    const expected = codeOf(key, parts, time, nonce);
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
  return right ? { nonce, expiresAt: Number(time) + REPLAY_WINDOW_MS } : null;
}

/**
 * The signature of a subgraph's receipt for an erasure: an HMAC (SHA-256), base64url, over the lines `erasure v1`, subgraph, customer, moment, and of what held rows
 * `<name>=<count>` each, in the order of the names' characters.
 */
export function signReceipt(key: string, receipt: Omit<ErasureApplied, 'signature'>): string {
  return receiptCode(key, receipt).toString('base64url');
}

/**
 * Whether a receipt is signed with one of these keys.
 * @param keys null where nothing is signed: then it need not be
 */
export function isReceiptSigned(keys: readonly string[] | null, { signature, ...receipt }: ErasureApplied): boolean {
  if (keys === null) return true;
  const given = Buffer.from(signature ?? '', 'base64url');
  return keys.some((key) => {
    const expected = receiptCode(key, receipt);
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
}

function receiptCode(key: string, { subgraph, customerId, erasedAt, rows }: Omit<ErasureApplied, 'signature'>): Buffer {
  const counts = Object.entries(rows)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, count]) => `${name}=${count}`);
  return createHmac('sha256', key)
    .update(['erasure v1', subgraph, customerId, erasedAt, ...counts].join('\n'))
    .digest();
}

/** A caller as its header carries it. */
export function encodeCaller(who: Caller): string {
  return Buffer.from(JSON.stringify(who)).toString('base64url');
}

/** @returns null when it is not a caller */
export function decodeCaller(header: string): Caller | null {
  try {
    return caller.parse(JSON.parse(Buffer.from(header, 'base64url').toString()));
  } catch {
    return null;
  }
}

function codeOf(key: string, { service, caller: who, body }: SignedParts, time: string, nonce: string): Buffer {
  return createHmac('sha256', key).update(`v1\n${service}\n${time}\n${nonce}\n${who}\n`).update(body).digest();
}
