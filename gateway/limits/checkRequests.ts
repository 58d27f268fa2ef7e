import { type ApolloServerPlugin, HeaderMap } from '@apollo/server';
import { GraphQLError, type GraphQLSchema, OperationTypeNode, parse } from 'graphql';
import { ERROR_CODES } from '../../schema/contract.js';
import type { RequestContext } from '../http/RequestContext.js';
import type { CheckedOperation, Documents } from './Documents.js';
import type { OperationRate } from './OperationRate.js';
import { OperationRefused } from './OperationRefused.js';
import { callerKey } from './callerKey.js';

/** Goes through Apollo Server's pipeline in the place of a document that was refused, up to where a plugin may refuse. */
const STAND_IN = parse('{ __typename }');

/** Apollo Server reports these by itself, and may report several. */
const REPORTED_BY_APOLLO: ReadonlySet<unknown> = new Set([
  ERROR_CODES.GRAPHQL_PARSE_FAILED,
  ERROR_CODES.GRAPHQL_VALIDATION_FAILED,
]);

/**
 * Gives Apollo Server documents that are checked already, and refuses what is over a limit: before it is parsed where the limit is about
 * that, before it is planned in any case. Apollo Server must keep no documents of its own (`documentStore: null`).
 *
 * @param documentsOf those of the schema by which a request is answered
 */
export function checkRequests(
  documentsOf: (schema: GraphQLSchema) => Documents,
  rate: OperationRate,
): ApolloServerPlugin<RequestContext> {
  return {
    async requestDidStart({ schema, request, contextValue }) {
      const documents = documentsOf(schema);
      // An empty name chooses nothing, here and in all that follows.
      if (request.operationName === '') delete request.operationName;
      const { operationName } = request;
      let checked: CheckedOperation | undefined;
      let refusal: OperationRefused | undefined;
      return {
        async didResolveSource(context) {
          try {
            // What comes over a WebSocket or an event stream is counted where it begins.
            if (request.http) rate.take(callerKey(contextValue.caller, contextValue.address));
            checked = documents.check({ query: context.source, operationName });
            Object.assign(context, { document: checked.document });
          } catch (error) {
            if (!(error instanceof OperationRefused)) throw error;
            if (REPORTED_BY_APOLLO.has(error.errors[0]?.extensions?.['code'])) return;
            refusal = error;
            Object.assign(context, { document: STAND_IN });
          }
        },
        async didResolveOperation() {
          try {
            if (refusal) throw refusal;
            if (!checked) throw new Error('Apollo Server passed a document that was refused');
            if (checked.operation.operation === OperationTypeNode.SUBSCRIPTION) throw notOverHttp();
            documents.checkCost(checked, request.variables);
          } catch (error) {
            throw error instanceof OperationRefused ? asGraphQLError(error) : error;
          }
        },
      };
    },
  };
}

function notOverHttp(): OperationRefused {
  const message =
    'Subscribe over a WebSocket at this address, or as an event stream at the same with `/stream` behind it.';
  return OperationRefused.because(message, ERROR_CODES.BAD_REQUEST);
}

function asGraphQLError({ errors: [error], message, status, headers }: OperationRefused): GraphQLError {
  const refused = new GraphQLError(message, { extensions: { ...error?.extensions } });
  // Apollo Server's own way to say what the HTTP response is; GraphQL Yoga's types say that it is another.
  Object.assign(refused.extensions, { http: { status, headers: new HeaderMap(Object.entries(headers)) } });
  return refused;
}
