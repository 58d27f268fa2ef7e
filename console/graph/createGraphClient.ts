import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client';
import { ServerError } from '@apollo/client/errors';
import { ErrorLink } from '@apollo/client/link/error';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { OperationTypeNode } from 'graphql';
import { createClient } from 'graphql-ws';
import { setConnection } from './connection.ts';
import { errorCodes } from './errorCodes.ts';
import { ResumeLink } from './ResumeLink.ts';

declare module '@apollo/client' {
  namespace ApolloClient {
    namespace DeclareDefaultOptions {
      interface WatchQuery {
        errorPolicy: 'all';
      }
      interface Query {
        errorPolicy: 'all';
      }
    }
  }
}

const PATH = '/graphql';

/** How often the WebSocket is asked whether the other end is still there. */
const KEEP_ALIVE_MS = 10_000;

/** Close codes by which a gateway says that the token will not do, or not any more. */
const REFUSED = new Set([4401, 4403]);

/**
 * The client of the graph: queries and mutations over HTTP, subscriptions over one WebSocket, both with the token.
 *
 * @param token the bearer's; null where the gateway asks for none
 * @param leave called with a reason when the gateway no longer takes the token
 */
export function createGraphClient(token: string | null, leave: (reason: string) => void): ApolloClient {
  const authorization = token ? `Bearer ${token}` : null;
  const refused = (): void => {
    if (token) leave('The gateway no longer takes your token. Sign in again to go on where you were.');
  };

  const http = new HttpLink({
    uri: PATH,
    headers: { ...(authorization && { authorization }), 'apollo-require-preflight': 'true' },
  });
  const socket = createClient({
    url: `${location.origin.replace(/^http/, 'ws')}${PATH}`,
    connectionParams: authorization ? { authorization } : {},
    keepAlive: KEEP_ALIVE_MS,
    // Starting again, and where, is the business of ResumeLink.
    retryAttempts: 0,
    on: {
      connecting: () => setConnection('connecting'),
      connected: () => setConnection('live'),
      closed: (event) => {
        if (event instanceof CloseEvent && REFUSED.has(event.code)) refused();
        setConnection(event instanceof CloseEvent && event.wasClean && event.code === 1000 ? 'idle' : 'lost');
      },
    },
  });
  const errors = new ErrorLink(({ error }) => {
    const isUnauthenticated = errorCodes(error).includes('UNAUTHENTICATED');
    if (isUnauthenticated || (ServerError.is(error) && error.statusCode === 401)) refused();
  });

  return new ApolloClient({
    clientAwareness: { name: 'console' },
    cache: new InMemoryCache({
      typePolicies: {
        // What has no id of its own belongs to its customer or case, and each answer brings only a part of it.
        Customer: {
          fields: { npsScore: { merge: true }, lifetimeValue: { merge: true }, openCaseCount: { merge: true } },
        },
      },
    }),
    link: ApolloLink.from([
      errors,
      ApolloLink.split(
        ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
        ApolloLink.from([new ResumeLink(), new GraphQLWsLink(socket)]),
        http,
      ),
    ]),
    defaultOptions: {
      // A department that is down costs its own fields: the rest is shown.
      watchQuery: { errorPolicy: 'all', fetchPolicy: 'cache-and-network', nextFetchPolicy: 'cache-first' },
      query: { errorPolicy: 'all' },
    },
  });
}
