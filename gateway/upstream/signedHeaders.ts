import { type Caller, HEADERS } from '../../schema/contract.js';
import { encodeCaller, sign } from '../../schema/signature.js';

/** The fetches of one request have one caller object: it is written once. */
const encoded = new WeakMap<Caller, string>();

/**
 * The headers that tell a subgraph who asks, and prove that the gateway says so. A subgraph takes them once: make new ones for each
 * attempt.
 *
 * @param key undefined where nothing is signed; then nothing is told
 * @param service the subgraph's name in the supergraph
 * @param body what is signed: see `SignedParts`
 */
export function signedHeaders(
  key: string | undefined,
  service: string,
  caller: Caller,
  body: string,
): Readonly<Record<string, string>> {
  if (key === undefined) return {};
  let who = encoded.get(caller);
  if (who === undefined) encoded.set(caller, (who = encodeCaller(caller)));
  return { [HEADERS.caller]: who, [HEADERS.signature]: sign(key, { service, caller: who, body }) };
}
