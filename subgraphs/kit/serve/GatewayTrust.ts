import { isDeepStrictEqual } from 'node:util';
import { GraphQLError } from 'graphql';
import { type Caller, ERROR_CODES, EVERY_SCOPE, HEADERS, SUBSCRIBE_EXTENSIONS } from '../../../schema/contract.js';
import { decodeCaller, subscribeBody, verify } from '../../../schema/signature.js';
import { serviceUnavailable } from '../graph/errors.js';
import { SeenNonces } from './SeenNonces.js';

/** Who asks where nobody checks. */
const EVERYONE: Caller = { subject: 'everyone', scopes: [EVERY_SCOPE] };

/** Headers by their names in lower case, as Node gives them; what is not a text counts as missing. */
export type Headers = Readonly<Record<string, unknown>>;

/** What a subscribe message asks for. */
export interface SubscribePayload {
  readonly query: string;
  readonly operationName?: string | null | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined;
  readonly extensions?: Readonly<Record<string, unknown>> | null | undefined;
}

function isOneLine(text: string): boolean {
  return !text.includes('\n');
}

function saysTheSame(text: string, variables: Readonly<Record<string, unknown>>): boolean {
  try {
    return isDeepStrictEqual(JSON.parse(text), variables);
  } catch {
    return false;
  }
}

function unauthenticated(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: ERROR_CODES.UNAUTHENTICATED } });
}

/**
 * Lets in what the gateway signed (schema/signature.ts) and nothing else, each request once. What is refused is never executed, not even
 * parsed.
 */
export class GatewayTrust {
  readonly #nonces = new SeenNonces();

  /**
   * @param service the subgraph's name: what was signed for another does not count here
   * @param keys any of them will do; null lets everybody in, with every scope
   */
  constructor(
    readonly service: string,
    readonly keys: readonly string[] | null,
  ) {}

  /** Throws UNAUTHENTICATED when the headers cannot be the gateway's whatever the body, so that it need not be read. */
  checkPresent(headers: Headers): void {
    if (this.keys === null) return;
    const named = typeof headers[HEADERS.caller] === 'string' && typeof headers[HEADERS.signature] === 'string';
    if (!named) throw unauthenticated(`the subgraph ${this.service} answers only its gateway, and this is not signed`);
  }

  /**
   * Who asks.
   * @param body what the signature is over: the exact text of an HTTP body, nothing for a connection
   * @throws UNAUTHENTICATED when the gateway did not sign this, or not just now, or it came before; SERVICE_UNAVAILABLE when there
   *   are too many requests to tell one that came before
   */
  admit(headers: Headers, body: string): Caller {
    if (this.keys === null) return EVERYONE;
    this.checkPresent(headers);
    const caller = String(headers[HEADERS.caller]);
    const good = verify(this.keys, { service: this.service, caller, body }, String(headers[HEADERS.signature]));
    if (good === null) {
      throw unauthenticated(
        'the signature is not right: of another key, of another request, or too old (see SIGNING_KEY)',
      );
    }
    const who = decodeCaller(caller);
    if (who === null) throw unauthenticated(`${HEADERS.caller} does not say who is asking`);
    const used = this.#nonces.add(good.nonce, good.expiresAt);
    if (used === 'seen') throw unauthenticated('this signature was used already');
    if (used === 'full') throw serviceUnavailable('too many requests within a minute; try again');
    return who;
  }

  /**
   * The same for a subscribe message: its text, the name of its operation and its variables are signed, the last as a text that travels
   * beside them.
   *
   * @throws as `admit`
   */
  admitSubscribe(headers: Headers, { query, operationName, variables, extensions }: SubscribePayload): Caller {
    if (this.keys === null) return EVERYONE;
    const text = extensions?.[SUBSCRIBE_EXTENSIONS.variables];
    // Else two different subscriptions could be signed by the same text.
    const isWhole = typeof text === 'string' && isOneLine(text) && isOneLine(operationName ?? '');
    if (!isWhole || !saysTheSame(text, variables ?? {})) {
      throw unauthenticated(
        `the variables are not those that were signed (extensions.${SUBSCRIBE_EXTENSIONS.variables})`,
      );
    }
    return this.admit(headers, subscribeBody({ query, operationName, variables: text }));
  }
}
