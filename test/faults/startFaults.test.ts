import { once } from 'node:events';
import { mkdirSync, readdirSync, watch } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';
import {
  familyOf,
  type KnownProcess,
  openFolder,
  type RunningCommand,
  runStart,
  stillRunning,
} from '../support/startHarness.js';

const READY = /Customer360 is ready: (http:\/\/localhost:\d+\/graphql)\n/;
const folder = openFolder();
/** One cluster serves most tests: making one takes a second. */
const data = join(folder.path, 'data');
const seen: KnownProcess[] = [];
afterAll(() => {
  for (const { pid } of stillRunning(seen)) process.kill(pid, 'SIGKILL');
  folder.remove();
});

async function startReady(args = ['--data', data], env: NodeJS.ProcessEnv = {}): Promise<[RunningCommand, string]> {
  const command = runStart(args, env);
  const [, url = ''] = await command.prints(READY);
  seen.push(...familyOf(command.pid));
  return [command, url];
}

function processNamed(text: string): KnownProcess {
  const found = stillRunning(seen).find(({ command }) => command.includes(text));
  if (!found) throw new Error(`no process ${text} runs`);
  return found;
}

async function stop(command: RunningCommand): Promise<void> {
  command.signal('SIGTERM');
  expect(await command.ended).toEqual({ code: 0, signal: null });
  expect(stillRunning(seen)).toEqual([]);
}

test('a taken port is said at once, before anything is started', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = z.object({ port: z.number() }).parse(server.address());
  const command = runStart(['--data', join(folder.path, 'unused'), '--port', String(port)]);
  expect(await command.ended).toEqual({ code: 1, signal: null });
  expect(command.errors()).toBe(
    `customer360: port ${port} is taken; stop what uses it, or choose another: npm start -- --port ${port + 1}\n`,
  );
  expect(readdirSync(folder.path)).not.toContain('unused');
  server.close();
});

test.each(['seed', 'subgraphs', 'gateway'])(
  'a %s that dies at its start stops the rest, with one line',
  async (name) => {
    const command = runStart(['--data', data], { STAND_IN_FAULT: `${name}:die` });
    await command.prints(/Postgres is up/);
    seen.push(...familyOf(command.pid));
    expect(await command.ended).toEqual({ code: 1, signal: null });
    expect(command.errors()).toBe(
      `customer360: ${name} ended unexpectedly (exit code 1): Error: the ${name} stand-in was told to die; ` +
        `see ${join(data, 'logs', `${name}.log`)}, then start again\n`,
    );
    expect(stillRunning(seen)).toEqual([]);
  },
);

test('kill -9 of npm start: its processes go, and the next start stops the Postgres that is left, then has the data', async () => {
  const [command] = await startReady();
  command.signal('SIGKILL');
  await command.ended;
  const [next, url] = await startReady();
  expect(next.output()).toContain('stopping the Postgres that an earlier start left behind');
  const { starts } = z.object({ starts: z.array(z.string()) }).parse(await (await fetch(new URL('/', url))).json());
  expect(starts.length).toBeGreaterThan(2);
  await stop(next);
});

test('two starts on the same data: the second says who uses it, the first goes on', async () => {
  const [first, url] = await startReady();
  const second = runStart(['--data', data]);
  expect(await second.ended).toEqual({ code: 1, signal: null });
  expect(second.errors()).toBe(
    `customer360: ${join(data, 'postgres')} is in use by a running Customer360 (process ${first.pid}); ` +
      'stop that one, or choose another folder: npm start -- --data DIR\n',
  );
  expect((await fetch(new URL('/', url))).status).toBe(200);
  await stop(first);
});

test('a gateway that never gets ready is given up', async () => {
  const command = runStart(['--data', data], { STAND_IN_FAULT: 'gateway:mute', STAND_IN_READY_MS: '1500' });
  await command.prints(/the subgraphs answer/);
  seen.push(...familyOf(command.pid));
  expect(await command.ended).toEqual({ code: 1, signal: null });
  expect(command.errors()).toMatch(
    /^customer360: gateway is not ready after 1\.5 s; see .*gateway\.log, then start again\n$/,
  );
  expect(stillRunning(seen)).toEqual([]);
});

test('a process that ignores SIGTERM is killed after a while', async () => {
  const [command] = await startReady(['--data', data], {
    STAND_IN_FAULT: 'subgraphs:stubborn',
    STAND_IN_STOP_MS: '300',
  });
  const stubborn = processNamed('StandInSubgraphs');
  await stop(command);
  expect(stillRunning([stubborn])).toEqual([]);
});

test('a second signal does not wait', async () => {
  const [command] = await startReady(['--data', data], {
    STAND_IN_FAULT: 'gateway:stubborn',
    STAND_IN_STOP_MS: '50000',
  });
  command.signal('SIGINT');
  await command.prints(/stopping/);
  const repeat = setInterval(() => command.signal('SIGINT'), 200);
  expect(await command.ended).toEqual({ code: 0, signal: null });
  clearInterval(repeat);
  expect(stillRunning(seen)).toEqual([]);
});

test('SIGTERM while the database is being made, and kill -9 then: the next start makes it', async () => {
  const other = join(folder.path, 'interrupted');
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    mkdirSync(join(other, 'postgres'), { recursive: true });
    const watcher = watch(join(other, 'postgres'));
    const command = runStart(['--data', other]);
    while (!readdirSync(join(other, 'postgres')).some((name) => name.startsWith('initialising-'))) {
      await once(watcher, 'change');
    }
    watcher.close();
    command.signal(signal);
    expect(await command.ended).toEqual(signal === 'SIGTERM' ? { code: 0, signal: null } : { code: null, signal });
    expect(readdirSync(join(other, 'postgres'))).not.toContain('cluster');
  }
  const [next] = await startReady(['--data', other]);
  expect(readdirSync(join(other, 'postgres')).toSorted()).toEqual(['cluster', 'lock', 'postgres.log']);
  await stop(next);
});
