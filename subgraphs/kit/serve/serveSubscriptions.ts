import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import {
  type ExecutionArgs,
  type ExecutionResult,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  createSourceEventStream,
  execute,
} from 'graphql';
import type { Logger } from 'pino';
import { WebSocketServer } from 'ws';
import { type Caller, HEADERS, SUBSCRIBE_EXTENSIONS } from '../../../schema/contract.js';
import { EventConsents } from '../guard/EventConsents.js';
import type { GatewayTrust, Headers } from './GatewayTrust.js';
import { acceptSockets } from './acceptSockets.js';
import { maskUnknownError } from './maskUnknownError.js';
import type { SubgraphMetrics } from './observe/createSubgraphMetrics.js';
import { logUnforeseen } from './observe/observeRequests.js';
import { refuseUnstorableText } from './refuseUnstorableText.js';
import type { RequestContext } from './RequestContext.js';

export interface SubscriptionsOptions {
  readonly path: string;
  readonly schema: GraphQLSchema;
  readonly log: Logger;
  readonly trust: GatewayTrust;
  /** Makes the context of one subscription, and of each of its events. */
  readonly createContext: (requestId: string, caller: Caller) => RequestContext;
  /** Told of the context of each event before it goes out; the event waits for it. */
  readonly onAnswer: (context: RequestContext) => Promise<void>;
  readonly metrics: Pick<SubgraphMetrics, 'error' | 'operation' | 'subscriptions'>;
}

const MAX_MESSAGE_BYTES = 10 * 1024 * 1024;
/** A gateway that does not answer our close for so long is cut off. */
const STOP_LIMIT_MS = 2_000;

/**
 * Serves subscriptions over WebSockets (graphql-transport-ws). The gateway has one for all its callers: what would be headers
 * over HTTP comes in the `extensions` of each subscribe message. The connection itself is signed too, in the payload of its
 * `connection_init`; one that is not is closed with 4403.
 *
 * @returns `stop` closes all connections with 1001, so that the gateway takes them up elsewhere or later
 */
export function serveSubscriptions(server: Server, options: SubscriptionsOptions): { stop(): Promise<void> } {
  const { createContext, log, metrics, path, schema, trust } = options;
  const acceptor = new WebSocketServer({ server, path, maxPayload: MAX_MESSAGE_BYTES, perMessageDeflate: false });
  // It hears of what the HTTP server meets too, such as that no more connections can be accepted.
  acceptor.on('error', (error) => log.error({ err: error }, 'the server failed to accept a connection'));
  const mask = (errors: readonly GraphQLError[], requestId: string): GraphQLFormattedError[] =>
    errors.map((error) => {
      logUnforeseen(log, requestId, error);
      const shown = maskUnknownError(error.toJSON(), error);
      metrics.error(shown.extensions?.['code']);
      return shown;
    });
  const callers = new WeakMap<object, Caller>();
  acceptSockets(
    {
      schema,
      onConnect({ connectionParams }) {
        try {
          trust.admit(connectionParams ?? {}, '');
          return true;
        } catch (error) {
          log.warn({ err: error }, 'refused a WebSocket');
          return false;
        }
      },
      onSubscribe(_connection, _id, payload) {
        try {
          callers.set(payload, trust.admitSubscribe(headersOf(payload.extensions), payload));
          refuseUnstorableText(payload);
          return undefined;
        } catch (error) {
          if (error instanceof GraphQLError) return [error];
          throw error;
        }
      },
      context(_connection, _id, payload) {
        const caller = callers.get(payload);
        if (caller === undefined) throw new Error('a subscription that nobody admitted');
        return createContext(requestIdOf(payload.extensions), caller);
      },
      subscribe: (args) => eventsOf(args, options),
      onError: (_connection, _id, { extensions }, errors) => mask(errors, requestIdOf(extensions)),
      onNext: (_connection, _id, { extensions }, _args, { errors, ...rest }) => ({
        ...rest,
        ...(errors && { errors: mask(errors, requestIdOf(extensions)) }),
      }),
    },
    acceptor,
    log,
  );
  return {
    async stop() {
      const limit = setTimeout(() => {
        for (const socket of acceptor.clients) socket.terminate();
      }, STOP_LIMIT_MS);
      for (const socket of acceptor.clients) socket.close(1001, 'Going away');
      await new Promise<void>((resolve) => acceptor.close(() => resolve()));
      clearTimeout(limit);
    },
  };
}

type SubscribeExtensions = Readonly<Record<string, unknown>> | null | undefined;

function requestIdOf(extensions: SubscribeExtensions): string {
  const given = headersOf(extensions)[HEADERS.requestId];
  return typeof given === 'string' ? given : randomUUID();
}

function headersOf(extensions: SubscribeExtensions): Headers {
  const headers = extensions?.[SUBSCRIBE_EXTENSIONS.headers];
  return typeof headers === 'object' && headers !== null ? Object.fromEntries(Object.entries(headers)) : {};
}

/** A customer that nobody is. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

/**
 * What graphql-js's `subscribe` does, with a context of its own for each event: one that is kept would answer later events with
 * what was read for the first. Events of customers who withdrew their consent to what the subscription is for are passed over.
 */
async function eventsOf(
  args: ExecutionArgs,
  { createContext, log, metrics, onAnswer }: SubscriptionsOptions,
): Promise<AsyncIterableIterator<ExecutionResult, undefined> | ExecutionResult> {
  const { requestId, caller } = args.contextValue as RequestContext;
  try {
    // Better refused now than silent for ever: a purpose that there is not, a ledger that cannot be asked.
    await createContext(requestId, caller).withdrew(NOBODY);
  } catch (error) {
    if (error instanceof GraphQLError) return { errors: [error] };
    throw error;
  }
  const source = await createSourceEventStream(args);
  if (!(Symbol.asyncIterator in source)) return source;
  const events = source[Symbol.asyncIterator]();
  metrics.subscriptions.inc();
  const consents = new EventConsents(() => createContext(requestId, caller), log);
  let isOver = false;
  const end = (): void => {
    if (!isOver) metrics.subscriptions.dec();
    isOver = true;
    consents.end();
  };
  const iterator: AsyncIterableIterator<ExecutionResult, undefined> = {
    [Symbol.asyncIterator]: () => iterator,
    async next() {
      for (;;) {
        const event = await events.next();
        if (event.done) {
          end();
          return { done: true, value: undefined };
        }
        const contextValue = await consents.contextFor(event.value);
        if (contextValue === null) continue;
        const startedAt = performance.now();
        const value = await execute({ ...args, rootValue: event.value, contextValue });
        metrics.operation('subscription', value.errors ? 'errors' : 'ok', performance.now() - startedAt);
        await onAnswer(contextValue);
        return { done: false, value };
      }
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
