import type { FormattedExecutionResult } from 'graphql';
import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { type Caller, EVERY_SCOPE, HEADERS, SUBSCRIBE_EXTENSIONS } from '../../schema/contract.js';
import { encodeCaller, sign } from '../../schema/signature.js';

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
    /** The query that is signed, when it is another than the one that is sent. */
    signedFor?: string;
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
    iterate({ query, variables, headers, caller, signedFor = query }) {
      const signed = { ...headers, ...signedHeaders(service, signedFor, caller) };
      const extensions = { [SUBSCRIBE_EXTENSIONS.headers]: signed };
      return client.iterate<Record<string, unknown>, Record<string, unknown>>({
        query,
        ...(variables && { variables }),
        extensions,
      });
    },
  };
}
