import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { type Logger, pino } from 'pino';
import type { DataSource } from 'typeorm';
import { type Caller, type CloudEvent, customerErased } from '../../schema/contract.js';
import { AccessLog } from '../../subgraphs/kit/ownership/AccessLog.js';
import { createDataSource } from '../../subgraphs/kit/sql/createDataSource.js';
import { NatsEventBus } from '../../subgraphs/kit/flow/NatsEventBus.js';
import { oneAtATime } from '../../subgraphs/kit/flow/oneAtATime.js';
import { PostgresEventBus } from '../../subgraphs/kit/flow/PostgresEventBus.js';
import { relayOutbox } from '../../subgraphs/kit/flow/relayOutbox.js';
import { Worker } from '../../subgraphs/kit/flow/Worker.js';
import { Aliases } from '../../subgraphs/kit/ownership/Aliases.js';
import { deliver } from '../../subgraphs/kit/flow/webhooks/deliver.js';
import { openWebhookStore, WEBHOOK_STORE } from '../../subgraphs/kit/flow/webhooks/openWebhookStore.js';
import { readRetryAfter } from '../../subgraphs/kit/flow/webhooks/readRetryAfter.js';
import { describeWithNats, startNats } from '../support/nats.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';
import { letPass, reallyPause, useRealTime, useVirtualTime } from '../support/virtualTime.js';

const MINUTE_MS = 60_000;
/** Pauses that double from 0.1 to 30 seconds, with jitter, come to a minute in about ten; the audit log pauses for 5 seconds at most. */
const FEW = 26;

interface Line {
  readonly level: number;
  readonly msg: string;
  readonly failures?: number;
}

function logInMemory(): { log: Logger; lines: Line[] } {
  const lines: Line[] = [];
  const write = (text: string) => void lines.push(JSON.parse(text) as Line);
  return { log: pino({ level: 'info' }, { write }), lines };
}

const quiet = pino({ level: 'silent' });

/** Between those who connect and a server that is away at will. It counts who tries. */
class Gate {
  tries = 0;
  #heard = 0;
  #isOpen = true;
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;

  private constructor(private readonly target: URL) {
    this.#server = createServer((socket) => this.#accept(socket));
  }

  static async before(target: string): Promise<{ gate: Gate; url: string }> {
    const url = new URL(target);
    const gate = new Gate(new URL(target));
    gate.#server.listen(0, '127.0.0.1');
    await once(gate.#server, 'listening');
    url.port = String((gate.#server.address() as AddressInfo).port);
    return { gate, url: url.href };
  }

  /** From now on connections break, those that are there too. */
  close(): void {
    this.#isOpen = false;
    this.tries = 0;
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  open(): void {
    this.#isOpen = true;
  }

  /** Resolves when all that was said over it for now is said. */
  async untilSilent(): Promise<void> {
    this.#heard = performance.now();
    while (performance.now() - this.#heard < 300) await reallyPause(20);
  }

  stop(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  #accept(socket: Socket): void {
    this.tries += 1;
    socket.on('error', () => undefined);
    if (!this.#isOpen) {
      socket.resetAndDestroy();
      return;
    }
    this.#sockets.add(socket);
    socket.on('data', () => (this.#heard = performance.now()));
    const onward = connect(Number(this.target.port), this.target.hostname);
    onward.on('error', () => socket.destroy()).once('close', () => socket.destroy());
    socket.once('close', () => {
      this.#sockets.delete(socket);
      onward.destroy();
    });
    socket.pipe(onward).pipe(socket);
  }
}

afterEach(() => useRealTime());

/** What works on a database, and is told all the time that there is something to do. */
interface AtWork {
  wake?(): void;
  stop(): Promise<void> | void;
}

/** @param dataSource connected to the database at `url` */
type Begin = (url: string, dataSource: DataSource, log: Logger) => AtWork;

const WORKERS: Readonly<Record<string, Begin>> = {
  'the relay of the outbox': (url, _dataSource, log) => {
    const bus = new PostgresEventBus(url, quiet);
    const config = { connectionString: url, options: '-c search_path=event_webhooks' };
    const relay = relayOutbox('event_webhooks', config, bus, log);
    return {
      wake: () => relay.wake(),
      async stop() {
        await relay.stop();
        await bus.close();
      },
    };
  },
  'a consumer of the bus': (url, _dataSource, log) => {
    const bus = new PostgresEventBus(url, log);
    const reader = bus.consume({ name: 'a.b', types: ['x'], handle: async () => undefined });
    return {
      async stop() {
        await reader.stop();
        await bus.close();
      },
    };
  },
  'what takes turns': (url, _dataSource, log) =>
    oneAtATime('here', { connectionString: url }, log, () => ({ stop: async () => undefined })),
  'the audit log': (_url, dataSource, log) => {
    const accessLog = new AccessLog('event_webhooks', dataSource, log);
    const caller: Caller = { subject: 'somebody', scopes: [] };
    return {
      wake() {
        const given = new Map([[randomUUID(), new Set(['Customer.emails'])]]);
        void accessLog.note({ caller, requestId: randomUUID(), given });
      },
      stop: () => accessLog.stop(),
    };
  },
  'the look for merges': (_url, dataSource, log) => {
    const aliases = new Aliases();
    const watching = aliases.watch(dataSource, log);
    return {
      async stop() {
        await watching;
        aliases.stop();
      },
    };
  },
};

describe('with Postgres away for a minute', () => {
  test.each(Object.keys(WORKERS))(
    '%s tries a few times, says so once, and goes on afterwards',
    async (kind) => {
      const database = await createTestDatabase();
      await (await openWebhookStore(database.url)).destroy();
      const { gate, url } = await Gate.before(database.url);
      const dataSource = await createDataSource(WEBHOOK_STORE, { url, poolSize: 2 }).initialize();
      const { log, lines } = logInMemory();
      useVirtualTime();
      const worker = WORKERS[kind]?.(url, dataSource, log);
      if (worker === undefined) throw new Error(kind);
      await gate.untilSilent();
      await letPass(1_000);
      await gate.untilSilent();
      expect(lines).toEqual([]);

      gate.close();
      for (let passed = 0; passed < MINUTE_MS; passed += 50) {
        worker.wake?.();
        await letPass(50);
      }
      expect(gate.tries).toBeGreaterThan(3);
      expect(gate.tries).toBeLessThanOrEqual(FEW);
      // Once that what was there broke, and once that it cannot be had anew.
      expect(lines.length).toBeGreaterThan(0);
      expect(lines.length).toBeLessThanOrEqual(3);
      for (const { msg } of lines) expect(msg).toContain('the same failure is not told again');

      gate.open();
      const { tries } = gate;
      for (let passed = 0; gate.tries === tries && passed < MINUTE_MS; passed += 50) await letPass(50);
      for (let passed = 0; !lines.at(-1)?.msg.endsWith('works again') && passed < MINUTE_MS; passed += 50) {
        await gate.untilSilent();
        await letPass(50);
      }
      expect(lines.at(-1)?.msg).toMatch(/works again$/);
      expect(lines.at(-1)?.failures).toBeGreaterThan(3);
      useRealTime();
      await worker.stop();
      await dataSource.destroy();
      gate.stop();
      await database.drop();
    },
    120_000,
  );
});

function someEvent(): CloudEvent {
  return {
    specversion: '1.0',
    id: randomUUID(),
    source: '/test',
    type: customerErased.type,
    subject: randomUUID(),
    time: new Date().toISOString(),
    datacontenttype: 'application/json',
    data: {},
  };
}

describe('with the receiver of a webhook away for a minute', () => {
  test.each([
    ['that refuses connections', undefined, FEW],
    ['that has no time', { status: 503, retryAfter: undefined }, FEW],
    ['that says Retry-After: 30', { status: 503, retryAfter: () => '30' }, 3],
    [
      'that says a date in Retry-After',
      { status: 429, retryAfter: () => new Date(Date.now() + 31_000).toUTCString() },
      3,
    ],
  ])(
    'one %s is asked a few times, and the log says so once',
    async (_what, answer, most) => {
      const database: TestDatabase = await createTestDatabase();
      const store = await openWebhookStore(database.url);
      const { log, lines } = logInMemory();
      let posts = 0;
      const receiver = createHttpServer((request, response) => {
        posts += 1;
        request.resume();
        if (answer === undefined) {
          request.socket.destroy();
          return;
        }
        const retryAfter = answer.retryAfter?.();
        response.writeHead(answer.status, { ...(retryAfter !== undefined && { 'retry-after': retryAfter }) }).end();
      }).listen(0, '127.0.0.1');
      await once(receiver, 'listening');
      const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
      const consumer = deliver({ name: 'club', url, events: [customerErased.type] }, store, null, log, () => undefined);
      const event = someEvent();
      useVirtualTime();
      const worker = new Worker('delivering', log, async (self) => {
        await consumer.handle([{ event }]);
        await self.sleep(5_000);
      });
      for (let passed = 0; passed < MINUTE_MS; passed += 50) {
        worker.wake();
        await letPass(50);
      }
      expect(posts).toBeGreaterThan(1);
      expect(posts).toBeLessThanOrEqual(most);
      expect(lines).toHaveLength(1);
      useRealTime();
      await worker.stop();
      receiver.closeAllConnections();
      receiver.close();
      await store.destroy();
      await database.drop();
    },
    60_000,
  );

  test('Retry-After is seconds or a date, and nothing else', () => {
    expect(readRetryAfter('30')).toBe(30_000);
    expect(readRetryAfter(new Date(Date.now() + 30_000).toUTCString())).toBeGreaterThan(28_000);
    expect(readRetryAfter('Fri, 31 Dec 1999 23:59:59 GMT')).toBe(0);
    for (const other of [undefined, '', 'soon', '-5', ['30'], '1.5']) expect(readRetryAfter(other)).toBeUndefined();
  });
});

describeWithNats('with NATS away for a minute', () => {
  test('the bus tries a few times to connect again, says so once, and goes on afterwards', async () => {
    const nats = await startNats();
    const { gate, url } = await Gate.before(nats.url);
    const { log, lines } = logInMemory();
    const bus = new NatsEventBus(url, log);
    await bus.publish([someEvent()]);
    useVirtualTime();
    gate.close();
    await letPass(MINUTE_MS);
    expect(gate.tries).toBeGreaterThan(3);
    expect(gate.tries).toBeLessThanOrEqual(FEW);
    expect(lines).toHaveLength(1);
    gate.open();
    for (let passed = 0; lines.length < 2 && passed < MINUTE_MS; passed += 50) await letPass(50);
    expect(lines.at(-1)?.msg).toBe('the connection to the event bus works again');
    useRealTime();
    await bus.publish([someEvent()]);
    await bus.close();
    gate.stop();
    await nats.stop();
  }, 60_000);
});

test('work begins when its worker is there, so that it may use what the worker is part of', async () => {
  const { log, lines } = logInMemory();
  const seen: unknown[] = [];
  const run: { worker: Worker } = {
    worker: new Worker('beginning', log, async (worker) => {
      seen.push(run.worker === worker);
      await worker.sleep(MINUTE_MS);
    }),
  };
  while (seen.length === 0) await reallyPause(1);
  await run.worker.stop();
  expect(seen).toEqual([true]);
  expect(lines).toEqual([]);
});
