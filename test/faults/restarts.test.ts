import { once } from 'node:events';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';
import type { RestartPolicy } from '../../scripts/start/RestartBudget.js';
import {
  familyOf,
  type KnownProcess,
  openFolder,
  type RunningCommand,
  runStart,
  stillRunning,
} from '../support/startHarness.js';
import { startProduct } from '../support/startProduct.js';
import { waitUntil } from '../support/waitUntil.js';

const READY = /Customer360 is ready: (http:\/\/localhost:\d+\/graphql)\n/;
const folder = openFolder();
const data = join(folder.path, 'data');
const seen: KnownProcess[] = [];
const running: RunningCommand[] = [];
// One that a failing test left must not fail all others: they share the data.
afterEach(async () => {
  for (const command of running.splice(0)) {
    command.signal('SIGTERM');
    await command.ended;
  }
});
afterAll(() => {
  for (const { pid } of stillRunning(seen)) process.kill(pid, 'SIGKILL');
  folder.remove();
});

function start(env: NodeJS.ProcessEnv): RunningCommand {
  const command = runStart(['--data', data], env);
  running.push(command);
  return command;
}

const QUICK: RestartPolicy = { most: 5, windowMs: 60_000, delayMs: 20, maxDelayMs: 200, resetMs: 60_000 };
/** Nothing comes back while a test looks. */
const NEVER: RestartPolicy = { ...QUICK, delayMs: 600_000, maxDelayMs: 600_000 };
const given = z.object({ pid: z.number(), starts: z.array(z.string()), env: z.record(z.string(), z.string()) });

interface Ending {
  readonly code: number | null;
  readonly errors: string;
  /** Processes that still run. */
  readonly left: readonly KnownProcess[];
}
const CLEAN: Ending = { code: 0, errors: '', left: [] };

class Started {
  constructor(
    readonly command: RunningCommand,
    readonly url: string,
  ) {}

  static async ready(restarts: RestartPolicy, env: NodeJS.ProcessEnv = {}): Promise<Started> {
    const command = start({ ...env, STAND_IN_RESTARTS: JSON.stringify(restarts) });
    const [, url = ''] = await command.prints(READY);
    seen.push(...familyOf(command.pid));
    return new Started(command, url);
  }

  /** What the gateway's stand-in was given. It asks the database for it. */
  async ask(): Promise<z.infer<typeof given>> {
    return given.parse(await (await fetch(new URL('/', this.url))).json());
  }

  /** Kills a process that runs now. */
  kill(text: string): void {
    const found = familyOf(this.command.pid).find(({ command }) => command.includes(text));
    if (!found) throw new Error(`no process ${text} runs`);
    process.kill(found.pid, 'SIGKILL');
  }

  /** Resolves when the service has come back for the n-th time. */
  async isBack(name: string, times = 1): Promise<void> {
    await this.command.prints(new RegExp(`(?:${name} is back, after [\\d.]+ s\\n[^]*){${times}}`));
    seen.push(...familyOf(this.command.pid));
  }

  /** Ends it; returns how that went. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ending> {
    seen.push(...familyOf(this.command.pid));
    this.command.signal(signal);
    const { code } = await this.command.ended;
    return { code, errors: this.command.errors(), left: stillRunning(seen) };
  }
}

/** Asks on a connection of its own. */
async function get(url: string, headers: Record<string, string> = {}): Promise<{ status: number; retryAfter: string }> {
  const sent = request(url, { headers, agent: false }).end();
  const [response] = await once(sent, 'response');
  response.resume();
  return { status: response.statusCode, retryAfter: response.headers['retry-after'] };
}

/** What is said at the address once somebody listens there again: within milliseconds after the gateway died, which may be told before. */
async function firstAnswer(url: string): Promise<{ status: number; retryAfter: string }> {
  let answer: { status: number; retryAfter: string } | undefined;
  await waitUntil(async () => {
    answer = await get(url).catch(() => undefined);
    return answer !== undefined;
  });
  if (!answer) throw new Error('nobody answered');
  return answer;
}

test('kill -9 of the gateway: it comes back at the same address by itself, with one line for each', async () => {
  const started = await Started.ready(QUICK);
  const before = await started.ask();
  started.kill('StandInGateway');
  await started.isBack('gateway');
  const after = await started.ask();
  expect(after.pid).not.toBe(before.pid);
  expect(after.env).toEqual(before.env);
  expect(started.command.output().match(/^.*(ended|is back).*$/gm)).toEqual([
    'gateway ended unexpectedly (SIGKILL); starting it again in 0.02 s (1 of 5 times within 60 s)',
    expect.stringMatching(/^gateway is back, after [\d.]+ s$/),
  ]);
  expect(await started.stop()).toEqual(CLEAN);
});

test('a gateway that dies with an error has it in the line', async () => {
  const started = await Started.ready(QUICK);
  await fetch(new URL('/die', started.url)).catch(() => {});
  await started.isBack('gateway');
  expect(started.command.output()).toContain(
    'gateway ended unexpectedly (exit code 3): out of stand-ins; starting it again in 0.02 s',
  );
  expect(await started.stop()).toEqual(CLEAN);
});

test('kill -9 of the subgraphs: they come back at their addresses, and the gateway is left alone', async () => {
  const started = await Started.ready(QUICK);
  const before = await started.ask();
  started.kill('StandInSubgraphs');
  await started.isBack('subgraphs');
  expect(await started.ask()).toEqual(before);
  expect((await fetch(before.env['SALES_URL'] ?? '')).status).toBe(200);
  expect(await started.stop()).toEqual(CLEAN);
});

test('kill -9 of Postgres: it comes back on the same data at the same address', async () => {
  const started = await Started.ready(QUICK);
  const before = await started.ask();
  started.kill('bin/postgres -D');
  await started.isBack('Postgres');
  expect(await started.ask()).toEqual(before);
  expect(await started.stop()).toEqual(CLEAN);
});

test('what is killed together with Postgres waits until that is back', async () => {
  const started = await Started.ready(QUICK);
  started.kill('bin/postgres -D');
  started.kill('StandInSubgraphs');
  await started.isBack('subgraphs');
  expect(started.command.output()).toMatch(/Postgres is back[^]*subgraphs is back/);
  await started.ask();
  expect(await started.stop()).toEqual(CLEAN);
});

test('a restart that fails is tried again: a port that somebody holds for a moment', async () => {
  const started = await Started.ready({ ...QUICK, delayMs: 100, maxDelayMs: 100, most: 50 });
  const { env } = await started.ask();
  const port = Number(new URL(env['SALES_URL'] ?? '').port);
  started.kill('StandInSubgraphs');
  // Killed from outside, it said nothing of it.
  await started.command.prints(/subgraphs ended unexpectedly \(SIGKILL\); starting it again/);
  const squatter = createServer().listen(port, '127.0.0.1');
  await once(squatter, 'listening');
  await started.command.prints(/subgraphs ended unexpectedly \(exit code 1\): .*EADDRINUSE/);
  squatter.close();
  await started.isBack('subgraphs');
  expect((await fetch(env['SALES_URL'] ?? '')).status).toBe(200);
  expect(await started.stop()).toEqual(CLEAN);
});

test('what ends too often is given up: one line, everything stopped in order, exit code 1', async () => {
  const started = await Started.ready({ ...QUICK, most: 2 });
  for (const times of [1, 2]) {
    await fetch(new URL('/die', started.url)).catch(() => {});
    await started.isBack('gateway', times);
  }
  await fetch(new URL('/die', started.url)).catch(() => {});
  expect(await started.command.ended).toEqual({ code: 1, signal: null });
  expect(started.command.errors()).toBe(
    'customer360: gateway ended unexpectedly (exit code 3): out of stand-ins, though it was started again 2 times within 60 s; ' +
      `see ${join(data, 'logs/gateway.log')}, mend that and start again\n`,
  );
  expect(stillRunning(seen)).toEqual([]);
});

test('a gateway that never gets ready again is ended and given up', async () => {
  const command = start({
    STAND_IN_FAULT: 'gateway:mute-again',
    STAND_IN_MARK: join(folder.path, 'mute-again'),
    STAND_IN_READY_MS: '1500',
    STAND_IN_RESTARTS: JSON.stringify({ ...QUICK, most: 1 }),
  });
  const [, url = ''] = await command.prints(READY);
  seen.push(...familyOf(command.pid));
  await fetch(new URL('/die', url)).catch(() => {});
  await command.prints(/starting it again/);
  expect(await command.ended).toEqual({ code: 1, signal: null });
  expect(command.errors()).toMatch(
    /^customer360: gateway is not ready after 1\.5 s, though it was started again 1 times/,
  );
  expect(stillRunning(seen)).toEqual([]);
});

describe('while the gateway is away', () => {
  test('a request is answered 503 with Retry-After and a code, a browser with a page that opens again by itself', async () => {
    const started = await Started.ready(NEVER);
    started.kill('StandInGateway');
    await started.command.prints(/gateway ended unexpectedly/);
    await firstAnswer(started.url);
    const asked = await fetch(started.url, { method: 'POST', body: JSON.stringify({ query: '{ a }' }) });
    expect([asked.status, asked.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await asked.json()).toEqual({
      errors: [{ message: expect.any(String), extensions: { code: 'SERVICE_UNAVAILABLE' } }],
    });
    const page = await fetch(new URL('/customers/1', started.url), { headers: { accept: 'text/html,*/*' } });
    expect([page.status, page.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await page.text()).toContain('<meta http-equiv="refresh" content="1">');
    // What asks for a WebSocket is answered as well.
    expect(await get(started.url, { connection: 'Upgrade', upgrade: 'websocket' })).toEqual({
      status: 503,
      retryAfter: '1',
    });
    expect(await started.stop()).toEqual(CLEAN);
    await expect(fetch(started.url)).rejects.toThrow('fetch failed');
  });

  test('nobody is refused a connection between the first 503 and the first answer', async () => {
    const started = await Started.ready({ ...QUICK, delayMs: 200 });
    started.kill('StandInGateway');
    await started.command.prints(/gateway ended unexpectedly/);
    const statuses = [(await firstAnswer(started.url)).status];
    while (statuses.at(-1) !== 200) statuses.push((await get(started.url)).status);
    expect(statuses.indexOf(200)).toBe(statuses.length - 1);
    expect(statuses[0]).toBe(503);
    expect(await started.stop()).toEqual(CLEAN);
  });

  test('the first start is told to who comes too early', async () => {
    const command = start({ STAND_IN_FAULT: 'gateway:mute' });
    await command.prints(/the subgraphs answer/);
    seen.push(...familyOf(command.pid));
    const [, port = ''] = /--port (\d+)/.exec(await gatewayCommand(command)) ?? [];
    expect(await get(`http://127.0.0.1:${port}/graphql`)).toEqual({ status: 503, retryAfter: '1' });
    command.signal('SIGTERM');
    expect(await command.ended).toEqual({ code: 0, signal: null });
    expect(stillRunning(seen)).toEqual([]);
  });
});

describe('Ctrl-C', () => {
  test('ends everything while a restart waits for its turn', async () => {
    const started = await Started.ready(NEVER);
    started.kill('StandInGateway');
    started.kill('StandInSubgraphs');
    await started.command.prints(/gateway ended unexpectedly/);
    await started.command.prints(/subgraphs ended unexpectedly/);
    expect(await started.stop('SIGINT')).toEqual(CLEAN);
  });

  test('ends everything while a process comes back', async () => {
    const started = await Started.ready(QUICK, {
      STAND_IN_FAULT: 'gateway:mute-again',
      STAND_IN_MARK: join(folder.path, 'mute-then-stopped'),
    });
    started.kill('StandInGateway');
    await started.command.prints(/starting it again/);
    await gatewayCommand(started.command);
    expect(await started.stop('SIGINT')).toEqual(CLEAN);
  });

  test('ends everything while Postgres comes back', async () => {
    const started = await Started.ready(QUICK);
    started.kill('bin/postgres -D');
    await started.command.prints(/Postgres ended unexpectedly/);
    expect(await started.stop('SIGINT')).toEqual(CLEAN);
    const next = await Started.ready(QUICK);
    expect((await next.ask()).starts.length).toBeGreaterThan(2);
    expect(await next.stop()).toEqual(CLEAN);
  });
});

test('the product: kill -9 of the gateway, then of the subgraphs; both come back by themselves and answer', async () => {
  const product = await startProduct(folder.path, ['--customers', '5']);
  const query = '{ customers(first: 1) { nodes { displayName orders(first: 1) { nodes { number } } } } }';
  const before = await product.ask(query);
  expect(before.errors).toBeUndefined();
  const kill = (text: string): void => {
    const found = familyOf(product.command.pid).find(({ command }) => command.includes(text));
    process.kill(found?.pid ?? 0, 'SIGKILL');
  };
  kill('dist/gateway/main.js');
  await product.command.prints(/gateway is back/);
  expect(await product.ask(query)).toEqual(before);
  kill('dist/subgraphs/main.js');
  await product.command.prints(/subgraphs is back/);
  // Its breakers may rest for a moment after what failed meanwhile.
  let after = await product.ask(query);
  while (after.errors) after = await product.ask(query);
  expect(after).toEqual(before);
  const family = familyOf(product.command.pid);
  await product.stop();
  expect(stillRunning(family)).toEqual([]);
}, 300_000);

/** The command line of the gateway's process, as soon as there is one. */
async function gatewayCommand(command: RunningCommand): Promise<string> {
  const find = (): string | undefined =>
    familyOf(command.pid).find(({ command: line }) => line.includes('StandInGateway'))?.command;
  await waitUntil(() => find() !== undefined);
  return find() ?? '';
}
