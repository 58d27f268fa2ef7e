import type { CompiledSubscription } from '../../gateway/engine/CompiledOperation.js';
import type { EngineRun } from '../../gateway/engine/EngineRun.js';
import { compileSchedule } from '../../gateway/engine/compileSchedule.js';
import type { FetchStep } from '../../gateway/engine/FetchStep.js';
import { type EventSource, SharedSubscription } from '../../gateway/subscriptions/SharedSubscription.js';
import type { Message } from '../../gateway/subscriptions/Message.js';
import type { SubgraphEvents, UpstreamListener } from '../../gateway/subscriptions/SubgraphEvents.js';

const step = (index: number, after: number[] = []): FetchStep => ({ index, after }) as unknown as FetchStep;

test('a step that throws on a timer ends its request, never the process', async () => {
  const first = step(0);
  const [ready, late] = [step(1), step(2, [0])];
  const schedule = compileSchedule(
    [first, ready, late],
    [
      { batch: { service: 'a', steps: [first], asks: [], abortable: true }, run: () => new Promise(() => undefined) },
      {
        batch: { service: 'b', steps: [ready, late], asks: [], abortable: true },
        run() {
          throw new Error('a bug of a step');
        },
      },
    ],
  );
  // `ready` waits on a timer for `late`, which never comes.
  await expect(schedule({} as EngineRun)).rejects.toThrow('a bug of a step');
});

describe('what throws in a callback of an upstream subscription ends that subscription, and nothing else', () => {
  const masked = [{ message: 'masked' }];
  let listener: UpstreamListener | undefined;
  let bugs: unknown[];
  let told: unknown[];

  const socket = {
    subscribe(_request: unknown, _access: unknown, given: UpstreamListener) {
      listener = given;
      return () => undefined;
    },
  } as unknown as SubgraphEvents;

  const begin = (upstream: Partial<EventSource['upstream']>, from = socket): SharedSubscription => {
    bugs = [];
    told = [];
    const compiled = {
      service: 'books',
      complete: async () => ({ textWith: () => '{}', errors: [], failures: [] }),
    } as unknown as CompiledSubscription;
    const source: EventSource = {
      compiled,
      variables: {},
      events: from,
      lease: () => ({ end: () => undefined }),
      upstream: {
        request: { query: 'subscription { a }', operationName: undefined, variables: {} },
        resumes: false,
        takeCursor: () => undefined,
        from: () => ({ query: '', operationName: undefined, variables: {} }),
        ...upstream,
      },
    };
    return new SharedSubscription(source, {
      requestId: 'r1',
      caller: { subject: 'anna', scopes: [] },
      headers: {},
      parallelEvents: 1,
      waitingEvents: 10,
      present: (errors) => errors,
      observeEvent: () => ({ headers: undefined, end: () => undefined }),
      onAnswer: () => undefined,
      onBug(error) {
        bugs.push(error);
        return masked;
      },
      onClosing: () => undefined,
    });
  };
  const hear = (shared: SharedSubscription, message?: (message: Message) => void): Promise<unknown> =>
    new Promise((resolve) =>
      shared.join({
        message: message ?? ((one) => told.push(one.text)),
        complete: () => resolve('complete'),
        fail: resolve,
      }),
    );

  test('an event', async () => {
    const ended = hear(
      begin({
        takeCursor() {
          throw new Error('a strange event');
        },
      }),
    );
    listener?.event({ data: {} });
    expect(await ended).toBe(masked);
    expect(bugs.map(String)).toEqual(['Error: a strange event']);
  });

  test('the loss of a connection', async () => {
    const ended = hear(
      begin({
        takeCursor: () => 'c1',
        from() {
          throw new Error('a strange cursor');
        },
      }),
    );
    listener?.event({ data: {} });
    listener?.lost(true, 'unreachable');
    expect(await ended).toBe(masked);
  });

  test('asking for it', async () => {
    const broken = {
      subscribe() {
        throw new Error('no socket');
      },
    } as unknown as SubgraphEvents;
    expect(await hear(begin({}, broken))).toBe(masked);
  });

  test('a receiver that cannot be told costs the others nothing', async () => {
    const shared = begin({});
    void hear(shared, () => {
      throw new Error('a broken receiver');
    });
    const ended = hear(shared);
    listener?.event({ data: {} });
    listener?.event({ data: {} });
    listener?.complete();
    expect(await ended).toBe('complete');
    expect(told).toEqual(['{}', '{}']);
    expect(bugs).toHaveLength(1);
  });
});
