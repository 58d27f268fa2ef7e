import fc from 'fast-check';
import { RetryBudget } from '../../gateway/upstream/RetryBudget.js';
import { SubgraphClient, type SubgraphClientOptions } from '../../gateway/upstream/SubgraphClient.js';
import { type FixtureSubgraph, type Misbehaviour, startFixtureSubgraph } from '../support/fixtureSubgraph.js';
import { LIBRARY } from '../support/fixtureSupergraph.js';

const FAST = '{ openUntil }';
const SLOW = '{ slow: openUntil }';

/** Answers everything, but with 500 where it has one of these words in it. */
function failsAt(...words: string[]): Misbehaviour {
  return (response, { body }) => {
    if (words.some((word) => body.query.includes(word))) response.writeHead(500).end();
    else response.end('{"data":{"openUntil":"18:00"}}');
  };
}

/** Answers everything but what has one of these words in it. */
function hangsAt(...words: string[]): Misbehaviour {
  return (response, { body }) => {
    if (!words.some((word) => body.query.includes(word))) response.end('{"data":{"openUntil":"18:00"}}');
  };
}

function times<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, at) => make(at));
}

describe('the circuit breaker before a subgraph', () => {
  let desk: FixtureSubgraph;
  let client: SubgraphClient;
  const changes: boolean[] = [];

  beforeEach(async () => {
    const [, definition] = LIBRARY;
    if (!definition) throw new Error('the library has a lending desk');
    desk = await startFixtureSubgraph(definition);
    changes.length = 0;
  });

  afterEach(async () => {
    await client.close();
    await desk.stop();
  });

  const connect = (options: Partial<SubgraphClientOptions> = {}): void => {
    client = new SubgraphClient({
      name: 'lending-desk',
      url: desk.url,
      timeoutMs: 10_000,
      maxResponseBytes: 10_000,
      maxAgeMs: 60_000,
      concurrency: 256,
      queue: 256,
      failuresBeforeRest: 5,
      longestRestMs: 20,
      onChange: (resting) => changes.push(resting),
      ...options,
    });
  };

  /** Asks as somebody. @returns `answered`, or why it was not */
  const ask = async (subject: string, query = FAST): Promise<string> => {
    const caller = { subject, scopes: [] };
    try {
      await client.ask({ query }, { caller, headers: {} });
      return 'answered';
    } catch (error) {
      return String(Object(error).reason);
    }
  };
  const probes = (): number => desk.requests.filter(({ body }) => body.query === '{ __typename }').length;

  test.each([5, 50])("stays closed when one caller's %i questions all time out", async (count) => {
    connect({ timeoutMs: 3_000 });
    desk.misbehave(hangsAt('slow'));
    const slow = await Promise.all(times(count, (index) => ask('one', `{ slow${index}: openUntil }`)));
    expect(new Set(slow)).toEqual(new Set(['timeout']));
    expect(await ask('other')).toBe('answered');
    expect(await ask('one')).toBe('answered');
    expect(changes).toEqual([]);
  });

  test('stays closed when one operation fails for everybody, while the subgraph answers the gateway', async () => {
    connect();
    desk.misbehave(failsAt('slow'));
    await Promise.all(times(20, (index) => ask(`caller ${index}`, SLOW)));
    expect(await ask('other')).toBe('answered');
    // All of these failures were one doubt.
    while (probes() === 0) await new Promise(setImmediate);
    expect(await ask('another')).toBe('answered');
    expect(probes()).toBe(1);
  });

  test('stays closed while less than half fails', async () => {
    connect();
    desk.misbehave(failsAt('slow'));
    await Promise.all(times(30, (index) => ask(`caller ${index}`)));
    await Promise.all(times(20, (index) => ask(`caller ${index}`, `{ slow${index}: openUntil }`)));
    expect(await ask('other')).toBe('answered');
    expect(probes()).toBe(0);
  });

  test('opens when half fails of what several callers ask with several operations', async () => {
    connect({ longestRestMs: 10_000 });
    desk.misbehave(failsAt('slow'));
    await Promise.all(times(6, (index) => ask(`caller ${index}`, `{ slow${index}: openUntil }`)));
    expect(await ask('other')).toBe('resting');
    expect(changes).toEqual([true]);
  });

  test('opens when the subgraph does not answer the gateway either, whoever asked', async () => {
    connect();
    desk.misbehave((response) => response.writeHead(500).end());
    await Promise.all(times(5, () => ask('one')));
    await new Promise<void>((resolve) => {
      const look = (): void => void (changes.length > 0 ? resolve() : setImmediate(look));
      look();
    });
    expect(await ask('other')).toBe('resting');
  });

  test('lets nobody through while it is open, however many ask, and closes by a probe', async () => {
    connect();
    desk.misbehave((response) => response.writeHead(500).end());
    await Promise.all(times(6, (index) => ask(`caller ${index}`, `{ o${index}: openUntil }`)));
    expect(changes).toEqual([true]);
    const before = desk.requests.length - probes();
    for (let probed = probes(); probed < 3; probed = probes()) {
      expect(new Set(await Promise.all(times(10, () => ask('one'))))).toEqual(new Set(['resting']));
      await new Promise(setImmediate);
    }
    expect(desk.requests.length - probes()).toBe(before);
    desk.misbehave(undefined);
    while (client.resting) await new Promise(setImmediate);
    expect(await ask('one')).toBe('answered');
    expect(changes).toEqual([true, false]);
  });

  test('what was sent before a rest says nothing after it', async () => {
    connect({ timeoutMs: 3_000 });
    desk.misbehave(hangsAt('slow'));
    const late = times(6, (index) => ask(`caller ${index}`, `{ slow${index}: openUntil }`));
    while (desk.requests.length < 6) await new Promise(setImmediate);
    desk.misbehave((response) => response.writeHead(500).end());
    await Promise.all(times(6, (index) => ask(`caller ${index}`, `{ o${index}: openUntil }`)));
    desk.misbehave(undefined);
    while (client.resting) await new Promise(setImmediate);
    expect(await Promise.all(late)).toEqual(times(6, () => 'timeout'));
    expect(changes).toEqual([true, false]);
  });
});

test('retries are a tenth of the requests and ten more at most, over any stretch of them', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 2_000 }), (failures) => {
      const budget = new RetryBudget();
      const retries: number[] = [];
      const requests: number[] = [];
      for (const failed of failures) {
        budget.earn();
        // Each that failed is tried again as often as it may be.
        let tries = 0;
        if (failed) while (tries < 2 && budget.spend()) tries += 1;
        retries.push((retries.at(-1) ?? 0) + tries);
        requests.push((requests.at(-1) ?? 0) + 1);
      }
      for (let from = 0; from < failures.length; from += 97) {
        for (let to = from; to < failures.length; to += 13) {
          const within = (retries[to] ?? 0) - (retries[from - 1] ?? 0);
          const asked = (requests[to] ?? 0) - (requests[from - 1] ?? 0);
          expect(within).toBeLessThanOrEqual(10 + asked / 10);
        }
      }
      // Nor is it stingy: what was paid for can be had.
      const wanted = 2 * failures.filter(Boolean).length;
      expect(retries.at(-1) ?? 0).toBeGreaterThanOrEqual(Math.min(wanted, 10));
    }),
  );
});
