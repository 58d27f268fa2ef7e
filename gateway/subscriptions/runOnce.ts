import type { ApolloServer } from '@apollo/server';
import { stringifyAnswer } from '../engine/apolloExecutor.js';
import type { RequestContext } from '../http/RequestContext.js';
import type { SubscriptionsOptions } from './Subscriptions.js';

/** Runs queries and mutations that come over a WebSocket or an event stream just as those that come over HTTP. */
export function runOnce(apollo: ApolloServer<RequestContext>): SubscriptionsOptions['runOnce'] {
  return async ({ query, operationName, variables }, contextValue) => {
    const { body } = await apollo.executeOperation(
      { query, ...(operationName && { operationName }), ...(variables && { variables: { ...variables } }) },
      { contextValue },
    );
    if (body.kind !== 'single') throw new Error('an answer in several parts cannot be sent as one');
    return stringifyAnswer(body.singleResult).trimEnd();
  };
}
