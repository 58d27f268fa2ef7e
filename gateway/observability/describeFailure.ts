import { GraphQLError } from 'graphql';
import { describeError } from '../../observability/describeError.js';

/**
 * What the log is told of an error that nobody foresaw. Of one that a subgraph caused, only which, where and with which code: its message
 * may be personal, and the subgraph has logged more under the same request id.
 */
export function describeFailure(error: Error): Record<string, unknown> {
  if (!(error instanceof GraphQLError)) return { err: describeError(error) };
  const { path, extensions, originalError } = error;
  const at = { path: path?.join('.'), code: extensions['code'] };
  const service = extensions['serviceName'];
  return service === undefined ? { ...at, err: describeError(originalError ?? error) } : { ...at, service };
}
