import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import {
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  createSourceEventStream,
  execute,
} from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import type { Logger } from 'pino';
import { WebSocketServer } from 'ws';
import { HEADERS, SUBSCRIBE_EXTENSIONS } from '../../schema/contract.js';
import { maskUnknownError } from './maskUnknownError.js';
import type { SubgraphMetrics } from './observe/createSubgraphMetrics.js';
import { logUnforeseen } from './observe/observeRequests.js';
import type { RequestContext } from './RequestContext.js';

export interface SubscriptionsOptions {
  readonly path: string;
  readonly schema: GraphQLSchema;
  readonly log: Logger;
  /** Makes the context of one subscription, and of each of its events. */
  readonly createContext: (requestId: string) => RequestContext;
  readonly metrics: Pick<SubgraphMetrics, 'error' | 'operation' | 'subscriptions'>;
}

const MAX_MESSAGE_BYTES = 10 * 1024 * 1024;
/** A gateway that does not answer our close for so long is cut off. */
const STOP_LIMIT_MS = 2_000;

/**
 * Serves subscriptions over WebSockets (graphql-transport-ws). The gateway has one for all its callers: what would be headers
 * over HTTP comes in the `extensions` of each subscribe message.
 *
 * @returns `stop` closes all connections with 1001, so that the gateway takes them up elsewhere or later
 */
export function serveSubscriptions(server: Server, options: SubscriptionsOptions): { stop(): Promise<void> } {
  const { createContext, log, metrics, path, schema } = options;
  const acceptor = new WebSocketServer({ server, path, maxPayload: MAX_MESSAGE_BYTES, perMessageDeflate: false });
  const mask = (errors: readonly GraphQLError[], requestId: string): GraphQLFormattedError[] =>
    errors.map((error) => {
      logUnforeseen(log, requestId, error);
      const shown = maskUnknownError(error.toJSON(), error);
      metrics.error(shown.extensions?.['code']);
      return shown;
    });
  const protocol = useServer(
    {
      schema,
      context: (_connection, _id, { extensions }) => createContext(requestIdOf(extensions)),
      subscribe: (args) => eventsOf(args, options),
      onError: (_connection, _id, { extensions }, errors) => mask(errors, requestIdOf(extensions)),
      onNext: (_connection, _id, { extensions }, _args, { errors, ...rest }) => ({
        ...rest,
        ...(errors && { errors: mask(errors, requestIdOf(extensions)) }),
      }),
    },
    acceptor,
  );
  return {
    async stop() {
      const limit = setTimeout(() => {
        for (const socket of acceptor.clients) socket.terminate();
      }, STOP_LIMIT_MS);
      await protocol.dispose();
      clearTimeout(limit);
    },
  };
}

function requestIdOf(extensions: Readonly<Record<string, unknown>> | null | undefined): string {
  const headers = extensions?.[SUBSCRIBE_EXTENSIONS.headers];
  const given =
    typeof headers === 'object' && headers !== null
      ? new Map(Object.entries(headers)).get(HEADERS.requestId)
      : undefined;
  return typeof given === 'string' ? given : randomUUID();
}

/**
 * What graphql-js's `subscribe` does, with a context of its own for each event: one that is kept would answer later events with
 * what was read for the first.
 */
async function eventsOf(
  args: ExecutionArgs,
  { createContext, metrics }: SubscriptionsOptions,
): Promise<AsyncIterableIterator<ExecutionResult, undefined> | ExecutionResult> {
  const source = await createSourceEventStream(args);
  if (!(Symbol.asyncIterator in source)) return source;
  const events = source[Symbol.asyncIterator]();
  metrics.subscriptions.inc();
  let isOver = false;
  const end = (): void => {
    if (!isOver) metrics.subscriptions.dec();
    isOver = true;
  };
  const { requestId } = args.contextValue as RequestContext;
  const iterator: AsyncIterableIterator<ExecutionResult, undefined> = {
    [Symbol.asyncIterator]: () => iterator,
    async next() {
      const event = await events.next();
      if (event.done) {
        end();
        return { done: true, value: undefined };
      }
      const contextValue = createContext(requestId);
      const startedAt = performance.now();
      const value = await execute({ ...args, rootValue: event.value, contextValue });
      metrics.operation('subscription', value.errors ? 'errors' : 'ok', performance.now() - startedAt);
      return { done: false, value };
    },
    // Not queued behind a `next` that waits, as a generator's would be: the source ends when the subscriber goes.
    async return() {
      end();
      await events.return?.();
      return { done: true, value: undefined };
    },
  };
  return iterator;
}
