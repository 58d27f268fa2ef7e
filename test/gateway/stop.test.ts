import { type GatewayProcess, ask, runGateway, untilReady } from '../support/fixtureGateway.js';
import { type Library, startLibrary } from '../support/fixtureSupergraph.js';

describe('the gateway stops when it is told to', () => {
  let library: Library;
  let gateway: GatewayProcess;
  let url: string;

  beforeEach(async () => {
    library = await startLibrary();
    gateway = runGateway(['--supergraph', library.file, '--port', '0'], { supervised: true });
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
