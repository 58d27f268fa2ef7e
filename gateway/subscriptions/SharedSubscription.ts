import { setMaxListeners } from 'node:events';
import type { GraphQLFormattedError } from 'graphql';
import { type Caller, ERROR_CODES, HEADERS } from '../../schema/contract.js';
import type { CompiledSubscription, EngineAnswer } from '../engine/CompiledOperation.js';
import type { Lease } from '../supergraph/Generation.js';
import type { SubgraphAnswer } from '../upstream/SubgraphAnswer.js';
import { type SubgraphFailureReason, unavailable } from '../upstream/SubgraphFailure.js';
import type { ObservedEvent } from '../observability/observeEvent.js';
import { InOrder } from './InOrder.js';
import { Message } from './Message.js';
import type { Receiver } from './Receiver.js';
import type { SubgraphEvents, UpstreamListener } from './SubgraphEvents.js';
import { backoffDelay } from './backoffDelay.js';
import type { UpstreamOperation } from './resumption.js';

/** Where events come from, and what becomes of them. */
export interface EventSource {
  readonly compiled: CompiledSubscription;
  /** Coerced. */
  readonly variables: Readonly<Record<string, unknown>>;
  readonly upstream: UpstreamOperation;
  readonly events: SubgraphEvents;
  /** Keeps the graph open that it runs on, while an event is worked on. */
  lease(): Pick<Lease, 'end'>;
}

export interface SharedSubscriptionOptions {
  readonly requestId: string;
  /** Whose subscription it is: all its receivers have these claims and headers in common. */
  readonly caller: Caller;
  readonly headers: Readonly<Record<string, string>>;
  /** See `EngineRequest`. */
  readonly forwarded?: Readonly<Record<string, string>> | undefined;
  /** How many events may be enriched at the same time. */
  readonly parallelEvents: number;
  /** How many events may wait for that; with more, the upstream is let go until they are done. */
  readonly waitingEvents: number;
  /** Makes the errors with which a subgraph ended it fit for clients. */
  present(errors: readonly GraphQLFormattedError[], service: string): readonly GraphQLFormattedError[];
  /** Called when the enrichment of an event begins. */
  observeEvent(service: string, requestId: string): ObservedEvent;
  /** Told of each answer that is about to be sent. */
  onAnswer(answer: EngineAnswer, requestId: string): void;
  /** Told of what nobody foresaw. @returns what clients read instead */
  onBug(error: unknown, requestId: string): readonly GraphQLFormattedError[];
  /** Called as soon as nobody can join any more: the upstream ended, or the last receiver left. */
  onClosing(): void;
}

interface EventStep {
  readonly event: SubgraphAnswer;
  readonly source: EventSource;
  readonly requestId: string;
  /** Since when events may be missing before this one. */
  readonly missingSince: Date | undefined;
  readonly lease: Pick<Lease, 'end'>;
}
type Step = EventStep | { readonly end: (to: Receiver) => void };
type Result = Message | ((to: Receiver) => void);

/** Each that many receivers the event loop gets its turn, so that a large crowd does not hold up everything else. */
const RECEIVERS_A_TURN = 500;

/**
 * One upstream subscription and all clients that asked for the same with the same access: each event is enriched and written
 * once, in parallel with others, and handed to all in the order in which the events came.
 *
 * It lives from its first receiver to its last. An upstream that is lost is taken up again, from the last cursor where there is
 * one; where there is none, the next message says that events may be missing.
 */
export class SharedSubscription {
  readonly #receivers = new Set<Receiver>();
  readonly #controller = new AbortController();
  readonly #events: InOrder<Step, Result>;
  #source: EventSource;
  /** Ends the upstream; undefined while there is none. */
  #cancel: (() => void) | undefined;
  #retry: NodeJS.Timeout | undefined;
  #failures = 0;
  #cursor: string | undefined;
  /** Since when events may be missing; told with the next event. */
  #missingSince: Date | undefined;
  #count = 0;
  /** The upstream came faster than its events could be enriched, and was let go. */
  #overrun = false;
  #begun = false;
  #ended = false;
  /** Of events that are not handed on yet. */
  readonly #leases = new Set<Pick<Lease, 'end'>>();

  constructor(
    source: EventSource,
    private readonly options: SharedSubscriptionOptions,
  ) {
    this.#source = source;
    // Each fetch of each event that is enriched listens.
    setMaxListeners(0, this.#controller.signal);
    this.#events = new InOrder<Step, Result>(
      options.parallelEvents,
      (step) => this.#enrich(step),
      (result) => this.#handOn(result),
      () => this.#catchUp(),
    );
  }

  get size(): number {
    return this.#receivers.size;
  }

  /** Events that wait to be enriched. */
  get waiting(): number {
    return this.#events.waiting;
  }

  get source(): EventSource {
    return this.#source;
  }

  /** Adds a client; the first one begins the upstream. It may be told at once that this failed. */
  join(receiver: Receiver): void {
    this.#receivers.add(receiver);
    if (this.#receivers.size === 1 && !this.#begun) {
      this.#begun = true;
      this.#subscribe(true);
    }
  }

  /** Takes a client away, which hears nothing more; with the last one the upstream ends. */
  leave(receiver: Receiver): void {
    if (this.#receivers.delete(receiver) && this.#receivers.size === 0) this.#end();
  }

  /** Ends it with an error for everybody, after the events that have come already. */
  fail(errors: readonly GraphQLFormattedError[]): void {
    this.#close((receiver) => receiver.fail(errors));
  }

  /**
   * Goes on with another source of the same events: the graph has changed. Where the subgraph is asked just the same, only the
   * enrichment changes; else the new upstream takes over from the last cursor.
   */
  replace(source: EventSource): void {
    const before = this.#source;
    this.#source = source;
    if (!this.#begun || this.#ended || this.#overrun || isSameUpstream(before, source)) return;
    this.#letGo();
    this.#noteGap();
    this.#subscribe(false);
  }

  /** It may be called from a timer or from a socket's event: whatever throws ends this subscription, and nothing else. */
  #subscribe(isFirst: boolean): void {
    try {
      this.#ask(isFirst);
    } catch (error) {
      this.#breakDown(error);
    }
  }

  #breakDown(error: unknown): void {
    this.fail(this.options.onBug(error, this.options.requestId));
  }

  #ask(isFirst: boolean): void {
    const { events, upstream } = this.#source;
    const request = this.#cursor === undefined ? upstream.request : upstream.from(this.#cursor);
    let over = false;
    const ifCurrent = (act: () => void): void => {
      if (over) return;
      try {
        act();
      } catch (error) {
        over = true;
        this.#breakDown(error);
      }
    };
    const listener: UpstreamListener = {
      event: (event) => ifCurrent(() => this.#onEvent(event)),
      complete: () =>
        ifCurrent(() => {
          over = true;
          this.#cancel = undefined;
          this.#close((receiver) => receiver.complete());
        }),
      fail: (errors) =>
        ifCurrent(() => {
          over = true;
          this.#cancel = undefined;
          this.#onFailure(errors, isFirst);
        }),
      lost: (begun, reason) =>
        ifCurrent(() => {
          over = true;
          this.#cancel = undefined;
          this.#onLost(begun || !isFirst, reason);
        }),
      broken: (error) =>
        ifCurrent(() => {
          over = true;
          this.#cancel = undefined;
          this.#breakDown(error);
        }),
      move: () => ifCurrent(() => this.#moveOn()),
    };
    const { caller, forwarded } = this.options;
    const headers = { ...this.options.headers, [HEADERS.requestId]: this.options.requestId };
    const cancel = events.subscribe(request, { caller, headers, forwarded }, listener, isFirst);
    this.#cancel = () => {
      over = true;
      cancel();
    };
  }

  #onEvent(event: SubgraphAnswer): void {
    this.#failures = 0;
    this.#cursor = this.#source.upstream.takeCursor(event) ?? this.#cursor;
    this.#count += 1;
    const requestId = `${this.options.requestId}:${this.#count}`;
    const source = this.#source;
    const lease = source.lease();
    this.#leases.add(lease);
    this.#events.push({ event, source, requestId, missingSince: this.#missingSince, lease });
    this.#missingSince = undefined;
    if (this.#events.waiting < this.options.waitingEvents) return;
    this.#overrun = true;
    this.#letGo();
    this.#noteGap();
  }

  /** Everything that came has been handed on: an upstream that was let go for being too fast is taken up again. */
  #catchUp(): void {
    if (!this.#overrun || this.#ended) return;
    this.#overrun = false;
    this.#subscribe(false);
  }

  #onLost(wasBegun: boolean, reason: SubgraphFailureReason): void {
    if (!wasBegun) {
      const { service } = this.#source.compiled;
      this.fail(this.options.present([unavailable(service, reason)], service));
      return;
    }
    this.#noteGap();
    // The socket paces those who come back; it knows how often connecting has failed.
    this.#subscribe(false);
  }

  /** A subgraph that is there and cannot serve right now is asked again; a refusal is final. */
  #onFailure(errors: readonly GraphQLFormattedError[], isFirst: boolean): void {
    const forNow = errors.every(({ extensions }) => extensions?.['code'] === ERROR_CODES.SERVICE_UNAVAILABLE);
    if (isFirst || !forNow) {
      this.fail(this.options.present(errors, this.#source.compiled.service));
      return;
    }
    this.#noteGap();
    this.#failures += 1;
    this.#retry = setTimeout(() => this.#subscribe(false), backoffDelay(this.#failures));
  }

  /** Whether the next upstream begins where the last one ended. */
  get #goesOn(): boolean {
    return this.#cursor !== undefined || this.#source.upstream.resumes;
  }

  /** Goes over to a new connection, where nothing is missed by it. */
  #moveOn(): void {
    if (!this.#goesOn) return;
    this.#letGo();
    this.#subscribe(false);
  }

  #noteGap(): void {
    if (!this.#goesOn) this.#missingSince ??= new Date();
  }

  #letGo(): void {
    clearTimeout(this.#retry);
    this.#cancel?.();
    this.#cancel = undefined;
  }

  async #enrich(step: Step): Promise<Result> {
    if ('end' in step) return step.end;
    const { event, lease, missingSince, requestId, source } = step;
    const observed = this.options.observeEvent(source.compiled.service, requestId);
    const headers = { ...this.options.headers, [HEADERS.requestId]: requestId, ...observed.headers };
    const signal = this.#controller.signal;
    try {
      const answer = await source.compiled.complete(event, source.variables, {
        requestId,
        caller: this.options.caller,
        headers,
        forwarded: this.options.forwarded,
        signal,
      });
      this.options.onAnswer(answer, requestId);
      observed.end(answer.failures.length > 0 ? answer.errors : []);
      return new Message(
        answer.textWith(missingSince && { eventsMayBeMissing: { since: missingSince.toISOString() } }),
      );
    } catch (error) {
      const errors = this.options.onBug(error, requestId);
      observed.end(errors);
      return new Message(JSON.stringify({ errors, data: null }));
    } finally {
      lease.end();
      this.#leases.delete(lease);
    }
  }

  async #handOn(result: Result): Promise<void> {
    if (typeof result === 'function') {
      const receivers = [...this.#receivers];
      this.#receivers.clear();
      this.#end();
      for (const receiver of receivers) this.#tell(receiver, result);
      return;
    }
    let told = 0;
    for (const receiver of this.#receivers) {
      this.#tell(receiver, (to) => to.message(result));
      told += 1;
      if (told % RECEIVERS_A_TURN === 0) await new Promise(setImmediate);
    }
  }

  /** One receiver that cannot be told costs the others nothing. */
  #tell(receiver: Receiver, tell: (to: Receiver) => void): void {
    try {
      tell(receiver);
    } catch (error) {
      this.options.onBug(error, this.options.requestId);
      this.leave(receiver);
    }
  }

  /** Nothing more comes from above: what is on its way is still handed on, then all are told of the end. */
  #close(end: (to: Receiver) => void): void {
    this.#letGo();
    this.options.onClosing();
    this.#events.push({ end });
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#letGo();
    this.#events.close();
    for (const lease of this.#leases) lease.end();
    this.#controller.abort();
    this.options.onClosing();
  }
}

/** Whether two sources ask the same subgraph the same thing. */
function isSameUpstream(one: EventSource, other: EventSource): boolean {
  return one.events === other.events && JSON.stringify(one.upstream.request) === JSON.stringify(other.upstream.request);
}
