import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { setImmediate } from 'node:timers/promises';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { type GatewayProcess, ask, runGateway, untilReady } from '../support/fixtureGateway.js';
import { type Library, startLibrary } from '../support/fixtureSupergraph.js';

describe('the gateway stops when it is told to', () => {
  let library: Library;
  let gateway: GatewayProcess;
  let url: string;

  beforeEach(async () => {
    library = await startLibrary();
    gateway = runGateway(['--supergraph', library.file, '--port', '0', '--drain-delay', '0'], { supervised: true });
    url = await untilReady(gateway);
  });

  afterEach(async () => {
    gateway.child.kill('SIGKILL');
    await gateway.exited;
    await library.stop();
  });

  test('SIGTERM lets a request in flight have its answer, also when more signals follow, and ends with 0', async () => {
    let answer: (() => void) | undefined;
    library.desk.misbehave((response) => {
      answer = () => response.end('{"data":{"openUntil":"late"}}');
    });
    const arrived = library.desk.nextRequest();
    const inFlight = ask(url, '{ openUntil }');
    await arrived;

    gateway.child.kill('SIGTERM');
    await untilRefused(url);
    // Signals that come together are one; this one comes when the first has been heard.
    gateway.child.kill('SIGTERM');
    gateway.child.kill('SIGINT');
    answer?.();
    expect(await inFlight).toMatchObject({ status: 200, data: { openUntil: 'late' } });
    const answeredAt = performance.now();
    expect(await gateway.exited).toBe(0);
    // It does not sit out its limit of 10 seconds because this client keeps its connection open.
    expect(performance.now() - answeredAt).toBeLessThan(5_000);
  });

  test('under a supervisor, Ctrl-C is left to the supervisor', async () => {
    gateway.child.kill('SIGINT');
    expect((await ask(url, '{ openUntil }')).data).toEqual({ openUntil: '18:00' });
    gateway.child.kill('SIGTERM');
    expect(await gateway.exited).toBe(0);
  });

  test('it ends when its supervisor goes away', async () => {
    gateway.child.disconnect();
    expect(await gateway.exited).toBe(0);
  });

  test('alone, SIGINT ends it with 0', async () => {
    const alone = runGateway(['--supergraph', library.file, '--port', '0']);
    await new Promise<void>((resolve, reject) => {
      alone.child.stdout?.on('data', () => alone.output().includes('the gateway answers') && resolve());
      void alone.exited.then((code) => reject(new Error(`ended with ${code}: ${alone.output()}`)));
    });
    alone.child.kill('SIGINT');
    alone.child.kill('SIGINT');
    expect(await alone.exited).toBe(0);
  });
});

describe('SIGTERM behind a balancer', () => {
  let library: Library;
  let gateway: GatewayProcess;
  let url: string;

  beforeEach(async () => {
    library = await startLibrary();
    gateway = runGateway(['--supergraph', library.file, '--port', '0', '--drain-delay', '4', '--shed-load', 'off'], {
      supervised: true,
    });
    url = await untilReady(gateway);
  });

  afterEach(async () => {
    gateway.child.kill('SIGKILL');
    await gateway.exited;
    await library.stop();
  });

  const ready = async (): Promise<number> => (await fetch(new URL('/health/ready', url))).status;

  test('for a while it is not ready, and still answers who connects, for the last time on each connection', async () => {
    const socket = createClient({
      url: url.replace('http', 'ws'),
      webSocketImpl: WebSocket,
      lazy: false,
      retryAttempts: 0,
    });
    const closed = new Promise<unknown>((resolve) => {
      socket.on('closed', (event) => resolve((event as { code: number }).code));
    });
    await new Promise((resolve) => socket.on('connected', resolve));
    gateway.child.kill('SIGTERM');
    while ((await ready()) !== 503);
    const late = await ask(url, '{ openUntil }');
    expect([late.status, late.data, late.headers.get('connection')]).toEqual([200, { openUntil: '18:00' }, 'close']);
    expect(await closed).toBe(1001);
    expect(await gateway.exited).toBe(0);
  });

  test('under load every request has its answer, where the balancer goes by /health/ready', async () => {
    const outcomes: unknown[] = [];
    const balancer = { sends: true };
    const agent = new Agent({ keepAlive: true });
    const client = async (isKept: boolean): Promise<void> => {
      while (balancer.sends) outcomes.push(await post(url, isKept ? agent : new Agent()));
    };
    const clients = Array.from({ length: 16 }, (_, index) => client(index % 2 === 0));
    while (outcomes.length < 50) await setImmediate();
    gateway.child.kill('SIGTERM');
    while ((await ready()) !== 503);
    const before = outcomes.length;
    while (outcomes.length < before + 20) await setImmediate();
    balancer.sends = false;
    await Promise.all(clients);
    expect(new Set(outcomes)).toEqual(new Set(['200 {"data":{"openUntil":"18:00"}}']));
    expect(await gateway.exited).toBe(0);
    agent.destroy();
  });
});

/** Status and body, or why there is none. */
async function post(url: string, agent: Agent): Promise<string> {
  try {
    const sent = request(url, { method: 'POST', headers: { 'content-type': 'application/json' }, agent });
    sent.end('{"query":"{ openUntil }"}');
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    return `${response.statusCode} ${(await text(response)).trim()}`;
  } catch (error) {
    return String(error);
  }
}

/** Resolves once nobody listens at the address any more. */
async function untilRefused(url: string): Promise<void> {
  for (;;) {
    try {
      await fetch(new URL('/health/live', url), { headers: { connection: 'close' } });
    } catch {
      return;
    }
  }
}
