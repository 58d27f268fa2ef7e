import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { type DocumentNode, type GraphQLFormattedError, GraphQLError } from 'graphql';
import type { Logger } from 'pino';
import { ERROR_CODES } from '../../schema/contract.js';
import type { RunOnce } from '../apollo/runOnce.js';
import type { EngineAnswer } from '../engine/CompiledOperation.js';
import { MASKED_MESSAGE, knownCode, presentError, stampRequestId } from '../errors/presentError.js';
import type { ClientApplication } from '../http/clientApplication.js';
import { callerKey } from '../limits/callerKey.js';
import type { Limits } from '../limits/limits.js';
import { describeFailure } from '../observability/describeFailure.js';
import { type SubscriptionObservers, observeEvent } from '../observability/observeEvent.js';
import {
  type AdmittedOperation,
  type OperationDoor,
  type OperationGraph,
  queriesOnly,
} from '../operations/OperationDoor.js';
import { OperationRefused } from '../operations/OperationRefused.js';
import type { Lease } from '../supergraph/Generation.js';
import { Message } from './Message.js';
import type { ClientConnection, OperationRequest, Receiver } from './Receiver.js';
import { type EventSource, SharedSubscription } from './SharedSubscription.js';
import type { SubgraphEvents, UpstreamAccess } from './SubgraphEvents.js';
import { NO_SETTINGS, type SubgraphSettingsOf } from '../upstream/SubgraphSettings.js';
import { SubgraphStreams } from './SubgraphStreams.js';
import { SubgraphSockets } from './SubgraphSockets.js';
import { type Resumptions, resumptionsOf, upstreamOperation } from './resumption.js';

/** What subscriptions run on; a new supergraph is a new one. */
export interface SubscriptionGraph extends OperationGraph {
  /** Keeps it open for somebody who works with it. */
  lease(): Lease;
  readonly supergraphSdl: string;
  /** Where each subgraph is subscribed to, by its name in the supergraph. */
  readonly eventUrls: ReadonlyMap<string, string>;
}

/** What holds for all graphs, one after another. */
export interface SubscriptionsOptions {
  /** Lets operations in. */
  readonly door: OperationDoor;
  readonly limits: Limits;
  /** What is asked of subgraphs is signed with it; without it, nothing is. */
  readonly signingKey?: string | undefined;
  /** See `SubgraphClientOptions`. */
  readonly refusesCallers?: boolean;
  /** How each subgraph is spoken to; as by default without it. */
  readonly settings?: SubgraphSettingsOf;
  /** Whether equal subscriptions with equal access share one upstream. */
  readonly share: boolean;
  /** Answers a query or a mutation as over HTTP. */
  readonly runOnce: RunOnce;
  readonly logger: Logger;
  /** Told what clients get; with a tracer, each event is a span. */
  readonly observers: SubscriptionObservers;
  /** Told of each subscription that begins. Queries and mutations are told of where they are run. */
  readonly onBegin?:
    | ((document: DocumentNode, operationName: string | undefined, client: ClientApplication) => void)
    | undefined;
}

/** A subscription counts once more for each of so many characters of its variables, which are held as long as it runs. */
const HELD_BYTES = 8_192;
/** So many subscriptions are moved to a new graph at the same time: the planner has always one to plan, and the event loop its turns. */
const MOVED_TOGETHER = 8;
/** A stream is given up when it was silent for so many of our own pings: servers send their heartbeat each 12 seconds or so. */
const SILENT_PINGS = 4;

/** One client's part in a subscription. */
interface Member extends Receiver {
  /** Counts it as several when so many bytes are held for it. @throws OperationRefused when that is too many */
  hold(bytes: number): void;
  /** Takes the client out of all counts; more calls change nothing. */
  release(): void;
}

/** A running subscription with what is needed to plan it anew. */
interface Running {
  readonly shared: SharedSubscription;
  readonly request: OperationRequest;
  /** What it may see: callers with equal access may share it. */
  readonly access: UpstreamAccess;
  /** What it runs on. */
  graph: SubscriptionGraph;
  lease: Lease;
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
  readonly #events = new Map<string, SubgraphEvents>();
  /** Of graphs before, until nothing uses them. */
  readonly #retired = new Set<SubgraphEvents>();
  readonly #running = new Set<Running>();
  /** Those that others may join. */
  readonly #joinable = new Map<string, Running>();
  #clients = 0;
  /** As they count, see `HELD_BYTES`. */
  #total = 0;
  readonly #byCaller = new Map<string, number>();

  constructor(
    graph: SubscriptionGraph,
    private readonly options: SubscriptionsOptions,
  ) {
    this.#graph = graph;
    this.#resumptions = resumptionsOf(graph.supergraphSdl, graph.engine.apiSchema);
  }

  /** What runs now: clients' subscriptions, the upstream subscriptions that feed them, and events that wait to be enriched. */
  get load(): { readonly clients: number; readonly upstreams: number; readonly waitingEvents: number } {
    let upstreams = 0;
    let waitingEvents = 0;
    for (const { shared } of this.#running) waitingEvents += shared.waiting;
    for (const { size } of this.#events.values()) upstreams += size;
    return { clients: this.#clients, upstreams, waitingEvents };
  }

  /**
   * Runs an operation of any kind. It never throws: the receiver is told what is wrong, perhaps before this returns.
   *
   * @returns ends it; afterwards the receiver hears nothing
   */
  start(request: OperationRequest, connection: ClientConnection, receiver: Receiver): () => void {
    const requestId = randomUUID();
    let member: Member;
    try {
      member = this.#count(connection, receiver);
    } catch (error) {
      receiver.fail(this.#errorsOf(error, requestId));
      return () => undefined;
    }
    const controller = new AbortController();
    const { signal } = controller;
    // Each fetch that is under way listens, and a plan may have more of them than Node's warning allows.
    setMaxListeners(0, signal);
    this.#run(request, connection, member, requestId, signal).catch((error: unknown) => {
      if (!signal.aborted) member.fail(this.#errorsOf(error, requestId));
    });
    return () => {
      controller.abort();
      member.release();
    };
  }

  /**
   * Moves everything that runs over to a new graph. What fits it goes on, unseen by its clients; the rest ends with
   * `SUBSCRIPTION_OUTDATED`. Until it is moved, each goes on with the old one, which its lease keeps open.
   */
  async swap(graph: SubscriptionGraph): Promise<void> {
    this.#graph = graph;
    this.#resumptions = resumptionsOf(graph.supergraphSdl, graph.engine.apiSchema);
    const retired: SubgraphEvents[] = [];
    for (const [service, events] of this.#events) {
      if (graph.eventUrls.get(service) === events.url) continue;
      this.#events.delete(service);
      this.#retired.add(events);
      retired.push(events);
    }
    this.#joinable.clear();
    const left = [...this.#running];
    const moveOn = async (): Promise<void> => {
      for (let running = left.pop(); running; running = left.pop()) await this.#move(running);
    };
    await Promise.all(Array.from({ length: MOVED_TOGETHER }, moveOn));
    await Promise.all(retired.map((events) => events.close()));
    for (const events of retired) this.#retired.delete(events);
  }

  /** Closes the sockets to the subgraphs. The transports have closed those of the clients before. */
  async stop(): Promise<void> {
    await Promise.all([...this.#events.values(), ...this.#retired].map((events) => events.close()));
  }

  async #run(
    request: OperationRequest,
    connection: ClientConnection,
    member: Member,
    requestId: string,
    signal: AbortSignal,
  ): Promise<void> {
    const graph = this.#graph;
    const lease = graph.lease();
    try {
      const { door } = this.options;
      const admitted = await door.admit(request, connection, graph, request.isSafe ? queriesOnly : undefined);
      if (signal.aborted) return;
      if (admitted.run.kind === 'subscription') {
        const asked = neededLater(request, admitted);
        member.hold(bytesOf(asked.variables));
        await this.#subscribe(graph, admitted, asked, connection, member, requestId, signal);
        return;
      }
      const { address, authorization, caller, client, forwarded } = connection;
      const text = await this.options.runOnce({
        requestId,
        caller,
        client,
        address,
        authorization,
        forwarded,
        signal,
        lease,
        admitted,
      });
      if (signal.aborted) return;
      member.message(new Message(text));
      member.complete();
    } finally {
      lease.end();
    }
  }

  async #move(running: Running): Promise<void> {
    const graph = this.#graph;
    const { request, access } = running;
    if (!this.#running.has(running) || running.graph === graph) return;
    try {
      const admitted = await this.options.door.fit(request, access.caller, undefined, graph);
      // It may have ended, or yet another graph may serve: then it is moved there.
      if (!this.#running.has(running) || this.#graph !== graph) return;
      const source = this.#source(graph, admitted);
      const { lease } = running;
      running.graph = graph;
      running.lease = graph.lease();
      running.shared.replace(source);
      lease.end();
      this.#offer(running, this.#key(admitted, source, access));
    } catch (error) {
      if (!(error instanceof OperationRefused)) this.#onBug(error, undefined);
      const message = 'The graph changed, and this subscription does not fit it any more.';
      running.shared.fail([{ message, extensions: { code: ERROR_CODES.SUBSCRIPTION_OUTDATED } }]);
    }
  }

  async #subscribe(
    graph: SubscriptionGraph,
    admitted: AdmittedOperation,
    request: OperationRequest,
    connection: ClientConnection,
    member: Member,
    requestId: string,
    signal: AbortSignal,
  ): Promise<void> {
    if (graph !== this.#graph) {
      // While it was let in, another graph came to serve.
      const now = this.#graph;
      const { caller, address } = connection;
      const moved = await this.options.door.fit(request, caller, callerKey(caller, address), now);
      if (!signal.aborted) await this.#subscribe(now, moved, request, connection, member, requestId, signal);
      return;
    }
    const { authorization, client, forwarded } = connection;
    const startedAt = performance.now();
    const source = this.#source(graph, admitted);
    const access: UpstreamAccess = {
      caller: admitted.caller,
      headers: authorization === undefined ? {} : { authorization },
      forwarded,
    };
    const key = this.#key(admitted, source, access);
    let running = key === undefined ? undefined : this.#joinable.get(key);
    if (!running) {
      running = this.#begin(graph, source, request, access, requestId);
      this.#offer(running, key);
    }
    const { shared } = running;
    const { document, operation } = admitted.checked;
    const line = { requestId, operationName: operation.name?.value, service: source.compiled.service };
    this.options.logger.debug({ ...line, sharedWith: shared.size }, 'a subscription began');
    this.options.onBegin?.(document, operation.name?.value, client);
    signal.addEventListener('abort', () => shared.leave(member), { once: true });
    shared.join(member);
    this.options.observers.metrics.operation('subscription', 'ok', performance.now() - startedAt);
  }

  #begin(
    graph: SubscriptionGraph,
    source: EventSource,
    request: OperationRequest,
    access: UpstreamAccess,
    requestId: string,
  ): Running {
    const { limits } = this.options;
    const shared = new SharedSubscription(source, {
      requestId,
      ...access,
      parallelEvents: limits.subscriptions.parallelEvents,
      waitingEvents: limits.subscriptions.waitingEvents,
      present: (errors, service) => this.#present(errors, service, requestId),
      observeEvent: (service, eventId) => observeEvent(this.options.observers, service, eventId),
      onAnswer: (answer, eventId) => this.#log(answer, eventId),
      onBug: (error, eventId) => this.#onBug(error, eventId),
      onClosing: () => {
        this.#running.delete(running);
        running.lease.end();
        if (running.key !== undefined && this.#joinable.get(running.key) === running)
          this.#joinable.delete(running.key);
      },
    });
    const running: Running = { shared, request, access, graph, lease: graph.lease(), key: undefined };
    this.#running.add(running);
    return running;
  }

  #offer(running: Running, key: string | undefined): void {
    running.key = key;
    if (key !== undefined && !this.#joinable.has(key)) this.#joinable.set(key, running);
  }

  /** @throws OperationRefused */
  #source(graph: SubscriptionGraph, { caller, run, variables }: AdmittedOperation): EventSource {
    if (run.kind !== 'subscription') throw new Error('the engine made no subscription of a subscription');
    const { compiled } = run;
    if (compiled.kind === 'refused')
      throw new OperationRefused(compiled.refusal(caller).map((error) => error.toJSON()));
    const upstream = upstreamOperation(compiled, variables, this.#resumptions);
    return {
      compiled,
      variables,
      upstream,
      events: this.#eventsOf(compiled.service),
      lease: () => graph.lease(),
    };
  }

  /**
   * What subscriptions have in common that may share an upstream. One that says from where it goes on has none: an upstream that
   * has begun already would skip what others have seen.
   */
  #key({ checked }: AdmittedOperation, source: EventSource, access: UpstreamAccess): string | undefined {
    if (!this.options.share || source.upstream.resumes) return undefined;
    return JSON.stringify([checked.text, checked.operation.name?.value, source.variables, access], sortKeys);
  }

  #eventsOf(service: string): SubgraphEvents {
    const known = this.#events.get(service);
    if (known) return known;
    const { limits, logger, signingKey, refusesCallers = false, settings: settingsOf = NO_SETTINGS } = this.options;
    const settings = settingsOf(service);
    const url = this.#graph.eventUrls.get(service);
    if (url === undefined) throw new Error(`the plan names a subgraph "${service}" that is not in the supergraph`);
    const common = {
      name: service,
      url,
      settings,
      maxMessageBytes: limits.subgraphResponseBytes,
      timeoutMs: limits.subgraphTimeoutMs,
      maxAgeMs: limits.subscriptions.upstreamMs,
      signingKey,
      refusesCallers,
    };
    const { pingMs, upstreamIdleMs: idleMs } = limits.subscriptions;
    const events =
      settings.subscriptions === 'sse'
        ? new SubgraphStreams({ ...common, silenceMs: SILENT_PINGS * pingMs }, logger)
        : new SubgraphSockets({ ...common, pingMs, idleMs }, logger);
    this.#events.set(service, events);
    return events;
  }

  /** @throws OperationRefused when one more would be too many */
  #count(connection: ClientConnection, receiver: Receiver): Member {
    const { all, perCaller, perConnection } = this.options.limits.subscriptions;
    const caller = callerKey(connection.caller, connection.address);
    if (connection.running >= perConnection) throw tooMany('this connection', perConnection);
    let counted = 0;
    const count = (more: number): void => {
      const now = this.#byCaller.get(caller) ?? 0;
      if (now + more > perCaller) throw tooMany('one caller', perCaller);
      if (this.#total + more > all) throw tooMany('all callers together', all);
      counted += more;
      this.#total += more;
      this.#byCaller.set(caller, now + more);
    };
    count(1);
    connection.running += 1;
    this.#clients += 1;
    return new CountedReceiver(receiver, count, () => {
      connection.running -= 1;
      this.#clients -= 1;
      this.#total -= counted;
      const left = (this.#byCaller.get(caller) ?? counted) - counted;
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

  #errorsOf(error: unknown, requestId: string): readonly GraphQLFormattedError[] {
    const errors =
      error instanceof OperationRefused ? stampRequestId(error.errors, requestId) : this.#onBug(error, requestId);
    this.options.observers.metrics.errors(errors);
    return errors;
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
    private readonly count: (more: number) => void,
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

  hold(bytes: number): void {
    if (!this.#released) this.count(Math.floor(bytes / HELD_BYTES));
  }

  release(): void {
    if (this.#released) return;
    this.#released = true;
    this.uncount();
  }
}

/** What is needed to plan it anew for another graph, and no more: what its client sent beside is not held as long as it runs. */
function neededLater({ operationName, variables }: OperationRequest, { checked }: AdmittedOperation): OperationRequest {
  const declared = checked.operation.variableDefinitions?.map(({ variable }) => variable.name.value) ?? [];
  const given = variables ?? {};
  return {
    query: checked.text,
    operationName,
    variables: Object.fromEntries(
      declared.filter((name) => Object.hasOwn(given, name)).map((name) => [name, given[name]]),
    ),
  };
}

function bytesOf(variables: OperationRequest['variables']): number {
  return JSON.stringify(variables ?? {}).length;
}

function tooMany(of: string, limit: number): OperationRefused {
  const message =
    `There are too many operations of ${of}: at most ${limit} may run at the same time; ` +
    `one with more than ${HELD_BYTES} characters of variables counts as several.`;
  return OperationRefused.because(message, ERROR_CODES.TOO_MANY_SUBSCRIPTIONS, { limit });
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
