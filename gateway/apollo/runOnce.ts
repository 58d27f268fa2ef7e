import type { ApolloServer } from '@apollo/server';
import type { RequestContext } from '../http/RequestContext.js';
import { stringifyAnswer } from './stringifyAnswer.js';

/** Runs a query or mutation that came over a WebSocket or an event stream, and was let in, just as those that come over HTTP. @returns the text of the response */
export type RunOnce = (context: RequestContext) => Promise<string>;

export function runOnce(apollo: ApolloServer<RequestContext>): RunOnce {
  return async (contextValue) => {
    const { admitted } = contextValue;
    if (!admitted) throw new Error('only what was let in is run');
    const { body } = await apollo.executeOperation(
      // Apollo Server wants to see a text; the document is that of the context.
      { query: '{ __typename }', operationName: admitted.checked.operation.name?.value },
      { contextValue },
    );
    if (body.kind !== 'single') throw new Error('an answer in several parts cannot be sent as one');
    return stringifyAnswer(body.singleResult).trimEnd();
  };
}
