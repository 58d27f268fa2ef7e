import type { ApolloServerPlugin } from '@apollo/server';
import type { RequestContext } from '../http/RequestContext.js';

/** Puts the headers and cookies on the reply that subgraphs give back, where that is configured. */
export function returnCollected(): ApolloServerPlugin<RequestContext> {
  return {
    requestDidStart: async () => ({ willSendResponse: async ({ contextValue }) => contextValue.collected?.send() }),
  };
}
