import { once } from 'node:events';
import { Agent, type IncomingMessage, type ServerResponse, request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { type Answer, type GatewayProcess, ask, runGateway, untilReady } from '../support/fixtureGateway.js';
import { type Library, startLibrary } from '../support/fixtureSupergraph.js';

const OVERLOADED = 'OVERLOADED';

const answerLate = (response: ServerResponse): unknown => response.end('{"data":{"openUntil":"late"}}');

describe('the gateway has more to do than it can', () => {
  let library: Library;
  let gateway: GatewayProcess;
  let url: string;

  beforeEach(async () => {
    library = await startLibrary();
  });

  afterEach(async () => {
    gateway.child.kill('SIGKILL');
    await gateway.exited;
    await library.stop();
  });

  const start = async (...options: string[]): Promise<void> => {
    gateway = runGateway(['--supergraph', library.file, '--port', '0', '--auth', 'off', ...options], {
      supervised: true,
      env: { LOG_LEVEL: 'error' },
    });
    url = await untilReady(gateway);
  };

  /** Keeps requests to the desk open; `release` answers all of them, and all that come. */
  function holdDesk(): { arrived(count: number): Promise<void>; release(): void } {
    const held: ServerResponse[] = [];
    library.desk.misbehave((response) => held.push(response));
    return {
      async arrived(count) {
        while (held.length < count) await library.desk.nextRequest();
      },
      release() {
        library.desk.misbehave(answerLate);
        for (const response of held) answerLate(response);
      },
    };
  }

  test('one request too many is told to come later, before its body is there; health is told all the same', async () => {
    await start('--max-in-flight', '3');
    const desk = holdDesk();
    const underWay = [1, 2, 3].map(() => ask(url, '{ openUntil }'));
    await desk.arrived(3);

    const { status, headers, data, errors } = await ask(url, '{ openUntil }', { headers: { 'x-request-id': 'r4' } });
    expect(status).toBe(503);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    expect(data).toBeUndefined();
    expect(errors).toEqual([
      {
        message: expect.stringContaining('The gateway has more to do than it can. Nothing was done'),
        extensions: { code: OVERLOADED, requestId: 'r4' },
      },
    ]);
    expect(library.desk.requests).toHaveLength(3);
    expect(await statusBeforeBody(url)).toBe(503);
    expect((await fetch(new URL('/health/ready', url))).status).toBe(200);

    desk.release();
    expect((await Promise.all(underWay)).map((answer) => answer.status)).toEqual([200, 200, 200]);
    expect(await ask(url, '{ openUntil }')).toMatchObject({ status: 200, data: { openUntil: 'late' } });
  });

  test('a flood is answered rightly or turned away, and when it is over all is as before', async () => {
    await start();
    library.desk.misbehave(answerLate);
    let asked = 0;
    // Each is another operation, so that each has to be planned.
    const askNew = (): Promise<Answer> => ask(url, `query Q${(asked += 1)} { openUntil }`);
    const outcomes: unknown[] = [];
    const caller = async (): Promise<void> => {
      for (let turn = 0; turn < 4; turn += 1) {
        const { status, data, errors } = await askNew();
        outcomes.push(errors ? { status, code: errors[0]?.extensions?.['code'] } : { status, data });
      }
    };
    await Promise.all(Array.from({ length: 250 }, caller));
    const answered = '{"status":200,"data":{"openUntil":"late"}}';
    // One caller may have so many operations planned at a time, and the gateway has so much to do.
    const turnedAway = ['{"status":429,"code":"RATE_LIMITED"}', '{"status":503,"code":"OVERLOADED"}'];
    const kinds = new Set(outcomes.map((outcome) => JSON.stringify(outcome)));
    expect(kinds).toContain(answered);
    expect(kinds.size).toBeGreaterThan(1);
    expect([answered, ...turnedAway]).toEqual(expect.arrayContaining([...kinds]));
    for (let turn = 0; turn < 20; turn += 1) expect((await askNew()).status).toBe(200);
  });

  test('SIGTERM under load: whatever was taken in is answered, and told that the connection ends', async () => {
    // On a machine that is busy with other tests, some of the fifty would be turned away.
    await start('--shed-load', 'off', '--drain-delay', '0');
    const desk = holdDesk();
    const agent = new Agent({ keepAlive: true });
    const underWay = Array.from({ length: 50 }, () => post(url, '{ openUntil }', agent));
    await desk.arrived(50);
    // A connection that is idle would keep the gateway from its end.
    const idle = connect(Number(new URL(url).port), '127.0.0.1');
    await once(idle, 'connect');

    gateway.child.kill('SIGTERM');
    await untilNobodyListens(url);
    desk.release();
    for (const answer of await Promise.all(underWay)) {
      expect(answer).toEqual({ status: 200, connection: 'close', body: '{"data":{"openUntil":"late"}}\n' });
    }
    expect(await gateway.exited).toBe(0);
    agent.destroy();
    idle.destroy();
  });
});

/** The status with which a request is answered whose body never comes. */
async function statusBeforeBody(url: string): Promise<number | undefined> {
  const headers = { 'content-type': 'application/json', 'content-length': '1000' };
  const sent = request(url, { method: 'POST', headers });
  sent.on('error', () => undefined).flushHeaders();
  const [{ statusCode }]: [IncomingMessage] = (await once(sent, 'response')) as [IncomingMessage];
  sent.destroy();
  return statusCode;
}

async function post(url: string, query: string, agent: Agent): Promise<unknown> {
  const sent = request(url, { method: 'POST', headers: { 'content-type': 'application/json' }, agent });
  sent.end(JSON.stringify({ query }));
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return { status: response.statusCode, connection: response.headers.connection, body: await text(response) };
}

async function untilNobodyListens(url: string): Promise<void> {
  for (;;) {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    try {
      await once(socket, 'connect');
    } catch {
      return;
    } finally {
      socket.destroy();
    }
  }
}
