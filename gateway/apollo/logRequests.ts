import type { ApolloServerPlugin } from '@apollo/server';
import type { Logger } from 'pino';
import { knownCode, stampRequestId } from '../errors/presentError.js';
import type { RequestContext } from '../http/RequestContext.js';
import { describeFailure } from '../observability/describeFailure.js';

/**
 * Says in the log what became of each operation, and puts the request id into its errors. A line a request at `debug`; at
 * `warn` when errors were sent, with their codes and paths only, because their messages may repeat what the client sent; at
 * `error` what was masked, as far as it cannot be personal. Variables are never logged.
 */
export function logRequests(logger: Logger): ApolloServerPlugin<RequestContext> {
  return {
    async requestDidStart({ contextValue }) {
      const { requestId, signal } = contextValue;
      const startedAt = performance.now();
      return {
        async didEncounterErrors({ errors, operationName }) {
          for (const error of errors) {
            if (knownCode(error)) continue;
            logger.error({ requestId, operationName, ...describeFailure(error) }, 'an error that nobody foresaw');
          }
        },
        async willSendResponse({ response, operationName }) {
          const operation = contextValue.admitted?.checked.operation;
          const milliseconds = Math.round(performance.now() - startedAt);
          const line = { requestId, operationName, kind: operation?.operation, milliseconds };
          const errors = response.body.kind === 'single' ? response.body.singleResult.errors : undefined;
          if (response.body.kind === 'single' && errors?.length) {
            response.body.singleResult.errors = stampRequestId(errors, requestId);
            const failures = errors.map(({ path, extensions }) => ({
              code: extensions?.['code'],
              service: extensions?.['service'],
              path: path?.join('.'),
            }));
            logger[signal.aborted ? 'debug' : 'warn']({ ...line, failures }, 'an operation had errors');
          } else {
            logger.debug(line, 'an operation was answered');
          }
        },
      };
    },
    async unexpectedErrorProcessingRequest({ requestContext, error }) {
      const { requestId } = requestContext.contextValue;
      logger.error({ requestId, ...describeFailure(error) }, 'an error that nobody foresaw');
    },
  };
}
