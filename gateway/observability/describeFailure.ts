import { GraphQLError } from 'graphql';

/**
 * What the log is told of an error that nobody foresaw. Of one that a subgraph caused, only which, where and with which code: its message
 * may be personal, and the subgraph has logged more under the same request id. `err` is for a logger whose serializer is `describeError`.
 */
export function describeFailure(error: Error): Record<string, unknown> {
  if (!(error instanceof GraphQLError)) return { err: error };
  const { path, extensions, originalError } = error;
  const at = { path: path?.join('.'), code: extensions['code'] };
  const service = extensions['serviceName'];
  return service === undefined ? { ...at, err: originalError ?? error } : { ...at, service };
}
