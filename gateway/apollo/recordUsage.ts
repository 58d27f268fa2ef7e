import type { ApolloServerPlugin } from '@apollo/server';
import type { RequestContext } from '../http/RequestContext.js';
import type { UsageRecorder } from '../observability/UsageRecorder.js';

/** Counts each operation that is run, with the application that asks it. */
export function recordUsage(recorder: UsageRecorder): ApolloServerPlugin<RequestContext> {
  return {
    async requestDidStart() {
      return {
        async executionDidStart({ document, operationName, contextValue }) {
          recorder.note(document, operationName ?? undefined, contextValue.client);
        },
      };
    },
  };
}
