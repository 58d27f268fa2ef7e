import type { FormattedExecutionResult } from 'graphql';
import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { type Caller, EVERY_SCOPE, HEADERS, SUBSCRIBE_EXTENSIONS } from '../../schema/contract.js';
import { type SignedSubscribe, encodeCaller, sign, subscribeBody } from '../../schema/signature.js';

/** What the subgraphs and gateways of tests sign with. */
export const TEST_SIGNING_KEY = 'only-for-tests-and-at-least-32-characters';

/** May do everything. */
export const EVERYONE: Caller = { subject: 'test', scopes: [EVERY_SCOPE] };

/** The headers with which a gateway asks a subgraph. */
export function signedHeaders(service: string, body: string, caller: Caller = EVERYONE): Record<string, string> {
  const who = encodeCaller(caller);
  return { [HEADERS.caller]: who, [HEADERS.signature]: sign(TEST_SIGNING_KEY, { service, caller: who, body }) };
}

type Answer = FormattedExecutionResult<Record<string, unknown>, Record<string, unknown>>;

/** A WebSocket to a subgraph, as its gateway opens it. */
export interface GatewaySocket extends Pick<Client, 'terminate' | 'dispose'> {
  /**
   * Subscribes.
   * @param request.headers what the gateway passes on
   * @param request.caller by default one who may do everything
   */
  iterate(request: {
    query: string;
    variables?: Record<string, unknown>;
    headers?: Readonly<Record<string, string>>;
    caller?: Caller;
    operationName?: string;
    /** What is signed, where it is something else than what is sent. */
    signedFor?: Partial<SignedSubscribe>;
    /** The text of the variables that is sent beside them, where it is another than the one that is signed. */
    sentText?: string;
  }): AsyncIterableIterator<Answer, unknown, void>;
}

export function gatewaySocket(service: string, url: string): GatewaySocket {
  const client = createClient({
    url: url.replace('http', 'ws'),
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    connectionParams: () => signedHeaders(service, '', { subject: 'gateway', scopes: [] }),
  });
  return {
    terminate: () => client.terminate(),
    dispose: () => client.dispose(),
    iterate({ query, variables, operationName, headers, caller, signedFor, sentText }) {
      const what = { query, operationName, variables: JSON.stringify(variables ?? {}), ...signedFor };
      const signed = { ...headers, ...signedHeaders(service, subscribeBody(what), caller) };
      const extensions = {
        [SUBSCRIBE_EXTENSIONS.headers]: signed,
        [SUBSCRIBE_EXTENSIONS.variables]: sentText ?? what.variables,
      };
      return client.iterate<Record<string, unknown>, Record<string, unknown>>({
        query,
        ...(variables && { variables }),
        ...(operationName && { operationName }),
        extensions,
      });
    },
  };
}
