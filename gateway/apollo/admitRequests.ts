import { type ApolloServerPlugin, type GraphQLRequest, type GraphQLResponse, HeaderMap } from '@apollo/server';
import { parse } from 'graphql';
import type { RequestContext } from '../http/RequestContext.js';
import type { AskedOperation } from '../operations/AskedOperation.js';
import { type OperationDoor, oneAnswerOnly } from '../operations/OperationDoor.js';
import { OperationRefused } from '../operations/OperationRefused.js';

/** Goes through Apollo Server's pipeline in the place of a document that was refused, up to where a plugin may answer. */
const STAND_IN = parse('{ __typename }');

/**
 * Leads what comes over HTTP through the door before Apollo Server reads, parses or validates anything, and answers what was refused.
 * What was let in before, over a WebSocket or an event stream, has `admitted` in its context. Apollo Server must keep no documents and no persisted
 * queries of its own.
 */
export function admitRequests(door: OperationDoor): ApolloServerPlugin<RequestContext> {
  return {
    async requestDidStart({ request, contextValue }) {
      let refusal: OperationRefused | undefined;
      // An empty name chooses nothing, here and in all that follows.
      if (request.operationName === '') delete request.operationName;
      if (!contextValue.admitted) {
        try {
          const { generation } = contextValue.lease;
          contextValue.admitted = await door.admit(askedBy(request), contextValue, generation, oneAnswerOnly);
        } catch (error) {
          if (!(error instanceof OperationRefused)) throw error;
          refusal = error;
        }
      }
      // Apollo Server looks for persisted texts by itself, and wants to see a text.
      delete request.extensions?.['persistedQuery'];
      request.query ||= contextValue.admitted?.checked.text ?? '{ __typename }';
      return {
        async didResolveSource(context) {
          Object.assign(context, { document: contextValue.admitted?.checked.document ?? STAND_IN });
        },
        async responseForOperation() {
          return refusal ? responseTo(refusal) : null;
        },
      };
    },
  };
}

function askedBy({ query = '', operationName, variables, extensions }: GraphQLRequest): AskedOperation {
  // Its part about persisted texts is taken out of the request.
  return { query, operationName, variables, extensions: extensions && { ...extensions } };
}

function responseTo({ errors, status, headers }: OperationRefused): GraphQLResponse {
  return {
    http: { status, headers: new HeaderMap(Object.entries(headers)) },
    body: { kind: 'single', singleResult: { errors: [...errors] } },
  };
}
