import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { type DocumentNode, type GraphQLFormattedError, GraphQLError, OperationTypeNode } from 'graphql';
import type { Logger } from 'pino';
import { type Caller, ERROR_CODES } from '../../schema/contract.js';
import { nameOperation } from '../access/nameOperation.js';
import type { EngineAnswer } from '../engine/CompiledOperation.js';
import type { Engine } from '../engine/createEngine.js';
import { MASKED_MESSAGE, knownCode, presentError, stampRequestId } from '../errors/presentError.js';
import type { RequestContext } from '../http/RequestContext.js';
import type { ClientApplication } from '../http/clientApplication.js';
import type { CheckedOperation, Documents } from '../limits/Documents.js';
import type { OperationRate } from '../limits/OperationRate.js';
import { OperationRefused } from '../limits/OperationRefused.js';
import { callerKey } from '../limits/callerKey.js';
import type { Limits } from '../limits/limits.js';
import { describeFailure } from '../observability/describeFailure.js';
import { type SubscriptionObservers, observeEvent } from '../observability/observeEvent.js';
import type { InFlight } from '../supergraph/InFlight.js';
import { Message } from './Message.js';
import type { ClientConnection, OperationRequest, Receiver } from './Receiver.js';
import { type EventSource, SharedSubscription } from './SharedSubscription.js';
import { SubgraphSocket, type UpstreamAccess } from './SubgraphSocket.js';
import { type Resumptions, resumptionsOf, upstreamOperation } from './resumption.js';

/** What subscriptions run on; a new supergraph is a new one. */
export interface SubscriptionGraph {
  readonly engine: Engine;
  readonly documents: Documents;
  readonly supergraphSdl: string;
  /** Where each subgraph takes WebSockets, by its name in the supergraph. */
  readonly socketUrls: ReadonlyMap<string, string>;
}

export interface SubscriptionsOptions {
  readonly graph: SubscriptionGraph;
  /** Counts what runs, so that a swap of graphs closes nothing that is in use. */
  readonly inFlight: Pick<InFlight, 'begin'>;
  readonly limits: Limits;
  readonly rate: OperationRate;
  /** What is asked of subgraphs is signed with it; without it, nothing is. */
  readonly signingKey?: string | undefined;
  /** Whether equal subscriptions with equal access share one upstream. */
  readonly share: boolean;
  /** Answers a query or a mutation as over HTTP. @returns the text of the response */
  runOnce(request: OperationRequest, context: RequestContext): Promise<string>;
  readonly logger: Logger;
  /** Told what clients get; with a tracer, each event is a span. */
  readonly observers: SubscriptionObservers;
  /** Told of each subscription that begins. Queries and mutations are told of where they are run. */
  readonly onBegin?:
    ((document: DocumentNode, operationName: string | undefined, client: ClientApplication) => void) | undefined;
}

/** One client's part in a subscription. */
interface Member extends Receiver {
  /** Takes the client out of all counts; more calls change nothing. */
  release(): void;
}

/** A running subscription with what is needed to plan it anew. */
interface Running {
  readonly shared: SharedSubscription;
  readonly request: OperationRequest;
  /** What it may see: callers with equal access may share it. */
  readonly access: UpstreamAccess;
  /** Under which others find it; undefined when nobody may join. */
  key: string | undefined;
}

/**
 * All operations that clients run over WebSockets and event streams. Equal subscriptions by equal callers share one upstream,
 * one enrichment and one text for each event. Transports call `start` and know nothing else.
 */
export class Subscriptions {
  #graph: SubscriptionGraph;
  #resumptions: Resumptions;
  readonly #sockets = new Map<string, SubgraphSocket>();
  readonly #running = new Set<Running>();
  /** Those that others may join. */
  readonly #joinable = new Map<string, Running>();
  #total = 0;
  readonly #byCaller = new Map<string, number>();

  constructor(private readonly options: SubscriptionsOptions) {
    this.#graph = options.graph;
    this.#resumptions = resumptionsOf(options.graph.supergraphSdl, options.graph.engine.apiSchema);
  }

  /** What runs now: clients' subscriptions, the upstream subscriptions that feed them, and events that wait to be enriched. */
  get load(): { readonly clients: number; readonly upstreams: number; readonly waitingEvents: number } {
    let upstreams = 0;
    let waitingEvents = 0;
    for (const { shared } of this.#running) waitingEvents += shared.waiting;
    for (const socket of this.#sockets.values()) upstreams += socket.size;
    return { clients: this.#total, upstreams, waitingEvents };
  }

  /**
   * Runs an operation of any kind. It never throws: the receiver is told what is wrong, perhaps before this returns.
   *
   * @returns ends it; afterwards the receiver hears nothing
   */
  start(request: OperationRequest, connection: ClientConnection, receiver: Receiver): () => void {
    const requestId = randomUUID();
    try {
      this.options.rate.take(callerKey(connection.caller, connection.address));
      const checked = this.#graph.documents.check(request);
      this.#graph.documents.checkCost(checked, request.variables);
      if (request.isSafe && checked.operation.operation === OperationTypeNode.MUTATION) throw notByGet();
      const member = this.#admit(connection, receiver);
      try {
        return checked.operation.operation === OperationTypeNode.SUBSCRIPTION
          ? this.#subscribe(checked, request, connection, member, requestId)
          : this.#runOnce({ ...request, query: request.query || checked.text }, connection, member, requestId);
      } catch (error) {
        member.release();
        throw error;
      }
    } catch (error) {
      const errors =
        error instanceof OperationRefused ? stampRequestId(error.errors, requestId) : this.#onBug(error, requestId);
      this.options.observers.metrics.errors(errors);
      receiver.fail(errors);
      return () => undefined;
    }
  }

  /**
   * Moves everything that runs over to a new graph. What fits it goes on, unseen by its clients; the rest ends with
   * `SUBSCRIPTION_OUTDATED`. Call it when the new engine serves, before the old one is closed.
   */
  swap(graph: SubscriptionGraph): void {
    this.#graph = graph;
    this.#resumptions = resumptionsOf(graph.supergraphSdl, graph.engine.apiSchema);
    const retired: SubgraphSocket[] = [];
    for (const [service, socket] of this.#sockets) {
      if (graph.socketUrls.get(service) === socket.options.url) continue;
      this.#sockets.delete(service);
      retired.push(socket);
    }
    this.#joinable.clear();
    for (const running of this.#running) this.#move(running);
    for (const socket of retired) void socket.close();
  }

  /** Closes the sockets to the subgraphs. The transports have closed those of the clients before. */
  async stop(): Promise<void> {
    await Promise.all([...this.#sockets.values()].map((socket) => socket.close()));
  }

  #move(running: Running): void {
    try {
      const checked = this.#graph.documents.check(running.request);
      const source = this.#source(checked, running.request, running.access.caller);
      running.shared.replace(source);
      this.#offer(running, this.#key(checked, source, running.access));
    } catch (error) {
      if (!(error instanceof OperationRefused)) this.#onBug(error, undefined);
      const message = 'The graph changed, and this subscription does not fit it any more.';
      running.shared.fail([{ message, extensions: { code: ERROR_CODES.SUBSCRIPTION_OUTDATED } }]);
    }
  }

  #runOnce(
    request: OperationRequest,
    { address, authorization, caller, client }: ClientConnection,
    member: Member,
    requestId: string,
  ): () => void {
    const controller = new AbortController();
    const { signal } = controller;
    // Each fetch that is under way listens, and a plan may have more of them than Node's warning allows.
    setMaxListeners(0, signal);
    const answer = async (): Promise<void> => {
      try {
        const context = { requestId, caller, client, address, authorization, signal };
        const text = await this.options.runOnce(request, context);
        if (signal.aborted) return;
        member.message(new Message(text));
        member.complete();
      } catch (error) {
        const errors = this.#onBug(error, requestId);
        if (!signal.aborted) member.fail(errors);
      }
    };
    void answer();
    return () => {
      controller.abort();
      member.release();
    };
  }

  #subscribe(
    checked: CheckedOperation,
    request: OperationRequest,
    { authorization, caller, client }: ClientConnection,
    member: Member,
    requestId: string,
  ): () => void {
    const startedAt = performance.now();
    const source = this.#source(checked, request, caller);
    const access: UpstreamAccess = {
      caller: nameOperation(caller, checked.operation.name?.value),
      headers: authorization === undefined ? {} : { authorization },
    };
    const key = this.#key(checked, source, access);
    let running = key === undefined ? undefined : this.#joinable.get(key);
    if (!running) {
      running = this.#begin(source, request, access, requestId);
      this.#offer(running, key);
    }
    const { shared } = running;
    const line = { requestId, operationName: checked.operation.name?.value, service: source.compiled.service };
    this.options.logger.debug({ ...line, sharedWith: shared.size }, 'a subscription began');
    this.options.onBegin?.(checked.document, checked.operation.name?.value, client);
    shared.join(member);
    this.options.observers.metrics.operation('subscription', 'ok', performance.now() - startedAt);
    return () => {
      shared.leave(member);
      member.release();
    };
  }

  #begin(source: EventSource, request: OperationRequest, access: UpstreamAccess, requestId: string): Running {
    const { limits } = this.options;
    const shared = new SharedSubscription(source, {
      requestId,
      ...access,
      inFlight: this.options.inFlight,
      parallelEvents: limits.subscriptions.parallelEvents,
      waitingEvents: limits.subscriptions.waitingEvents,
      present: (errors, service) => this.#present(errors, service, requestId),
      observeEvent: (service, eventId) => observeEvent(this.options.observers, service, eventId),
      onAnswer: (answer, eventId) => this.#log(answer, eventId),
      onBug: (error, eventId) => this.#onBug(error, eventId),
      onClosing: () => {
        this.#running.delete(running);
        if (running.key !== undefined && this.#joinable.get(running.key) === running)
          this.#joinable.delete(running.key);
      },
    });
    const running: Running = { shared, request, access, key: undefined };
    this.#running.add(running);
    return running;
  }

  #offer(running: Running, key: string | undefined): void {
    running.key = key;
    if (key !== undefined && !this.#joinable.has(key)) this.#joinable.set(key, running);
  }

  /** @throws OperationRefused */
  #source(checked: CheckedOperation, request: OperationRequest, caller: Caller): EventSource {
    const variables = this.#graph.documents.variables(checked, request.variables);
    const { document, operation } = checked;
    const compiled = this.#graph.engine.compile(document, operation.name?.value, caller);
    if (compiled.kind === 'refused')
      throw new OperationRefused(compiled.refusal(caller).map((error) => error.toJSON()));
    if (compiled.kind !== 'subscription') throw new Error('the engine made no subscription of a subscription');
    const upstream = upstreamOperation(compiled, variables, this.#resumptions);
    return { compiled, variables, upstream, socket: this.#socket(compiled.service) };
  }

  /**
   * What subscriptions have in common that may share an upstream. One that says from where it goes on has none: an upstream that
   * has begun already would skip what others have seen.
   */
  #key(checked: CheckedOperation, source: EventSource, access: UpstreamAccess): string | undefined {
    if (!this.options.share || source.upstream.resumes) return undefined;
    return JSON.stringify([checked.text, checked.operation.name?.value, source.variables, access], sortKeys);
  }

  #socket(service: string): SubgraphSocket {
    const known = this.#sockets.get(service);
    if (known) return known;
    const { limits, logger, signingKey } = this.options;
    const url = this.#graph.socketUrls.get(service);
    if (url === undefined) throw new Error(`the plan names a subgraph "${service}" that is not in the supergraph`);
    const socket = new SubgraphSocket(
      {
        name: service,
        url,
        maxMessageBytes: limits.subgraphResponseBytes,
        timeoutMs: limits.subgraphTimeoutMs,
        pingMs: limits.subscriptions.pingMs,
        idleMs: limits.subscriptions.upstreamIdleMs,
        signingKey,
      },
      logger,
    );
    this.#sockets.set(service, socket);
    return socket;
  }

  /** @throws OperationRefused when one more would be too many */
  #admit(connection: ClientConnection, receiver: Receiver): Member {
    const { all, perCaller, perConnection } = this.options.limits.subscriptions;
    const caller = callerKey(connection.caller, connection.address);
    const ofCaller = this.#byCaller.get(caller) ?? 0;
    if (connection.running >= perConnection) throw tooMany('this connection', perConnection);
    if (ofCaller >= perCaller) throw tooMany('one caller', perCaller);
    if (this.#total >= all) throw tooMany('all callers together', all);
    connection.running += 1;
    this.#total += 1;
    this.#byCaller.set(caller, ofCaller + 1);
    return new CountedReceiver(receiver, () => {
      connection.running -= 1;
      this.#total -= 1;
      const left = (this.#byCaller.get(caller) ?? 1) - 1;
      if (left > 0) this.#byCaller.set(caller, left);
      else this.#byCaller.delete(caller);
    });
  }

  #present(errors: readonly GraphQLFormattedError[], service: string, requestId: string): GraphQLFormattedError[] {
    const stamped = stampRequestId(presented(errors, service), requestId);
    this.options.observers.metrics.errors(stamped);
    return stamped;
  }

  #log({ errors, failures }: EngineAnswer, requestId: string): void {
    if (failures.length === 0) return;
    const { logger } = this.options;
    for (const failure of failures) {
      if (!knownCode(failure)) logger.error({ requestId, ...describeFailure(failure) }, 'an error that nobody foresaw');
    }
    const told = errors.map(({ path, extensions }) => ({
      code: extensions?.['code'],
      service: extensions?.['service'],
      path: path?.join('.'),
    }));
    logger.warn({ requestId, kind: 'subscription', failures: told }, 'an event had errors');
  }

  #onBug(error: unknown, requestId: string | undefined): GraphQLFormattedError[] {
    this.options.logger.error({ requestId, err: error }, 'an error that nobody foresaw');
    const masked = { message: MASKED_MESSAGE, extensions: { code: ERROR_CODES.INTERNAL_SERVER_ERROR } };
    return requestId === undefined ? [masked] : stampRequestId([masked], requestId);
  }
}

class CountedReceiver implements Member {
  #released = false;

  constructor(
    private readonly receiver: Receiver,
    private readonly uncount: () => void,
  ) {}

  message(message: Message): void {
    this.receiver.message(message);
  }

  complete(): void {
    this.release();
    this.receiver.complete();
  }

  fail(errors: readonly GraphQLFormattedError[]): void {
    this.release();
    this.receiver.fail(errors);
  }

  release(): void {
    if (this.#released) return;
    this.#released = true;
    this.uncount();
  }
}

function tooMany(of: string, limit: number): OperationRefused {
  const message = `There are too many operations of ${of}: at most ${limit} may run at the same time.`;
  return OperationRefused.because(message, ERROR_CODES.TOO_MANY_SUBSCRIPTIONS, { limit });
}

function notByGet(): OperationRefused {
  const message = 'A GET request cannot run a mutation: use POST.';
  return OperationRefused.because(message, ERROR_CODES.BAD_REQUEST);
}

function presented(errors: readonly GraphQLFormattedError[], service: string): GraphQLFormattedError[] {
  return errors.map(({ message, path, extensions }) => {
    const origin = new GraphQLError(message, { extensions: { ...extensions, serviceName: service } });
    return presentError({ message, ...(path && { path }), ...(extensions && { extensions }) }, origin);
  });
}

/** For `JSON.stringify`: objects with equal entries become equal texts. */
function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}
