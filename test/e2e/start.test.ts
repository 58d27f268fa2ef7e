import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { z } from 'zod';
import { createTestDatabase } from '../support/postgres.js';
import {
  familyOf,
  openFolder,
  plainEnvironment,
  run,
  type RunningCommand,
  runStart,
  stillRunning,
} from '../support/startHarness.js';

const READY = /Customer360 is ready: (http:\/\/localhost:(\d+)\/graphql)\n/;
const given = z.object({ env: z.record(z.string(), z.string()), starts: z.array(z.string()) });

const folder = openFolder();
const data = join(folder.path, 'data');
const running: RunningCommand[] = [];
afterAll(async () => {
  for (const one of running) one.signal('SIGTERM');
  await Promise.all(running.map((one) => one.ended));
  folder.remove();
});

function start(args: string[], env?: NodeJS.ProcessEnv): RunningCommand {
  const command = runStart(args, env);
  running.push(command);
  return command;
}

/** What the stand-in of the gateway was started with. */
async function whatTheGatewayWasGiven(command: RunningCommand): Promise<z.infer<typeof given>> {
  const [, url = ''] = await command.prints(READY);
  const response = await fetch(new URL('/', url));
  return given.parse(await response.json());
}

test('everything starts, in order, and is told where the others are; SIGTERM leaves no process; the next start has the data', async () => {
  const first = start(['--data', data, '--customers', '7']);
  const { env, starts } = await whatTheGatewayWasGiven(first);
  await first.prints(/customer360\(email: "ada@example\.com"\)/);

  expect(starts).toEqual(['--customers 7 --if-empty']);
  expect(env).toEqual({
    SALES_URL: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/sales\/graphql$/),
    FEEDBACK_URL: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/feedback\/graphql$/),
    DATABASE_URL: expect.stringMatching(/^postgres:\/\/postgres:\w{48}@127\.0\.0\.1:\d+\/customer360$/),
  });
  const family = familyOf(first.pid);
  expect(family.filter(({ command }) => /StandIn(Subgraphs|Gateway)\.mjs|bin\/postgres -D/.test(command))).toHaveLength(
    3,
  );

  first.signal('SIGTERM');
  expect(await first.ended).toEqual({ code: 0, signal: null });
  expect(stillRunning(family)).toEqual([]);
  expect(first.errors()).toBe('');
  expect(readFileSync(join(data, 'logs/gateway.log'), 'utf8')).toContain('listening');
  expect(readFileSync(join(data, 'postgres/postgres.log'), 'utf8')).toContain('database system is shut down');

  const began = Date.now();
  const second = start(['--data', data]);
  const again = await whatTheGatewayWasGiven(second);
  expect(Date.now() - began).toBeLessThan(10_000);
  expect(again.starts).toEqual(['--customers 7 --if-empty', '--customers 500 --if-empty']);
  second.signal('SIGINT');
  expect(await second.ended).toEqual({ code: 0, signal: null });
});

test('SIGTERM to npm itself stops everything before npm ends', async () => {
  const project = join(folder.path, 'project');
  mkdirSync(project);
  const { scripts } = z
    .object({ scripts: z.object({ start: z.string() }) })
    .parse(JSON.parse(readFileSync('package.json', 'utf8')));
  const standIn = scripts.start.replace('dist/scripts/start/main.js', 'test/support/startStandIn.mjs');
  expect(standIn).not.toBe(scripts.start);
  writeFileSync(join(project, 'package.json'), JSON.stringify({ scripts: { start: standIn } }));
  for (const name of ['test', 'dist', 'node_modules']) symlinkSync(join(process.cwd(), name), join(project, name));

  const npm = run('npm', ['start', '--', '--port', '0', '--data', data], { cwd: project, env: plainEnvironment() });
  await npm.prints(READY);
  const family = familyOf(npm.pid);
  npm.signal('SIGTERM');
  await npm.ended;
  expect(stillRunning(family)).toEqual([]);
});

test('with DATABASE_URL no Postgres is started, and it is not stopped either', async () => {
  const database = await createTestDatabase();
  const command = start(['--data', join(folder.path, 'own')], { DATABASE_URL: database.url, CUSTOMERS: '3' });
  const { env, starts } = await whatTheGatewayWasGiven(command);
  expect(env['DATABASE_URL']).toBe(database.url);
  expect(starts).toEqual(['--customers 3 --if-empty']);
  expect(familyOf(command.pid).filter(({ command: line }) => line.includes('bin/postgres'))).toEqual([]);
  expect(command.output()).not.toContain(new URL(database.url).password);
  command.signal('SIGTERM');
  expect((await command.ended).code).toBe(0);
  const client = new Client({ connectionString: database.url });
  await client.connect();
  await client.end();
  await database.drop();
});

test('a command line that cannot be understood ends with 2 and one line that names every problem', async () => {
  const command = runStart(['--prot', '1', '--port', 'x', '--customers', '-4'], { HOST: ' ' });
  expect(await command.ended).toEqual({ code: 2, signal: null });
  expect(command.errors()).toBe(
    'customer360: unknown option --prot; --port must be a whole number from 0 to 65535, not "x"; ' +
      'HOST must not be empty, not " "; --customers must be a whole number from 0 to 10000000, not "-4" ' +
      '(npm start -- --help lists the options)\n',
  );
});

test('--help lists every option with its default and its variable', async () => {
  const command = runStart(['--help']);
  expect(await command.ended).toEqual({ code: 0, signal: null });
  for (const text of [
    '--port N',
    '4000',
    'PORT',
    '--data DIR',
    '.data',
    '--customers N',
    '500',
    '--host',
    '127.0.0.1',
  ]) {
    expect(command.output()).toContain(text);
  }
});
