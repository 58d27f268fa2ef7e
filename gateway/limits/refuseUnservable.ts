import type { ApolloServerPlugin } from '@apollo/server';
import { GraphQLError, OperationTypeNode } from 'graphql';
import { ERROR_CODES } from '../../schema/contract.js';
import type { RequestContext } from '../http/RequestContext.js';

/**
 * Tells the client what it did wrong where the stock executor would throw: no operation of that name, several and none
 * chosen, or a subscription, which has its own ways in.
 */
export function refuseUnservable(): ApolloServerPlugin<RequestContext> {
  return {
    async requestDidStart() {
      return {
        async didResolveOperation({ operation, request }) {
          if (!operation) {
            throw badRequest(
              request.operationName
                ? `The document holds no operation "${request.operationName}".`
                : 'The document holds several operations: choose one with `operationName`.',
              ERROR_CODES.OPERATION_RESOLUTION_FAILURE,
            );
          }
          if (operation.operation === OperationTypeNode.SUBSCRIPTION) {
            throw badRequest(
              'Subscribe over a WebSocket at this address, or as an event stream at the same with `/stream` behind it.',
              ERROR_CODES.BAD_REQUEST,
            );
          }
        },
      };
    },
  };
}

function badRequest(message: string, code: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code, http: { status: 400 } } });
}
