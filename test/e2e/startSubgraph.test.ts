import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { preloadedEnvironment } from '../../scripts/start/preloadedEnvironment.js';
import { TEST_SIGNING_KEY } from '../support/asGateway.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';
import { askSubgraph } from '../support/startTestSubgraph.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

/** Runs a command of ours, with no environment but what is given. */
function run(command: readonly string[], env: Record<string, string> = {}): ChildProcess {
  const [node, ...args] = command;
  if (node !== 'node') throw new Error(`${node} is not node`);
  return spawn(process.execPath, args, {
    env: { ...preloadedEnvironment(process.env), PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function finished(
  command: readonly string[],
  env: Record<string, string> = {},
): Promise<{ code: number; out: string; err: string }> {
  const child = run(command, env);
  let [out, err] = ['', ''];
  child.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const [code] = await once(child, 'close');
  return { code, out, err };
}

/** The address that a subgraph logs once it listens; fails when it ends before. */
async function untilListening(child: ChildProcess): Promise<string> {
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) throw new Error('its output is not piped');
    for await (const line of createInterface(stream)) {
      lines.push(line);
      const { msg, url }: { msg?: string; url?: string } = line.startsWith('{') ? JSON.parse(line) : {};
      if (msg === 'listening' && url !== undefined) return url;
    }
  }
  throw new Error(`it ended before it listened: ${lines.join('\n')}`);
}

const START = ['node', 'scripts/startSubgraph.mjs'];

describe('npm run start:subgraph', () => {
  it('is the command that the containers run', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
    // npm's shell gives way to node by `exec`; a container has no shell.
    expect(scripts['start:subgraph']).toBe(`exec ${START.join(' ')}`);
    const { services } = parse(readFileSync('docker-compose.yml', 'utf8'), { merge: true });
    expect(services.identity.command).toEqual([...START, 'identity']);
  });

  it('starts a subgraph on an empty database, with the password apart from the address, and ends on SIGTERM', async () => {
    const url = new URL(database.url);
    const PGPASSWORD = decodeURIComponent(url.password);
    expect(PGPASSWORD).not.toBe('');
    url.password = '';
    const child = run([...START, 'identity'], {
      DATABASE_URL: url.href,
      PGPASSWORD,
      PORT: '0',
      SIGNING_KEY: TEST_SIGNING_KEY,
    });
    const exited = once(child, 'exit');
    const address = await untilListening(child);
    expect(await askSubgraph('identity', address, '{ customers { totalCount } }')).toEqual({
      data: { customers: { totalCount: 0 } },
    });

    const health = new URL('/health', address).href;
    expect(await finished(['node', 'scripts/checkHealth.mjs', health])).toMatchObject({ code: 0 });

    child.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
    const { code, err } = await finished(['node', 'scripts/checkHealth.mjs', health]);
    expect([code, err]).toEqual([1, `customer360: ${health} is not healthy: ECONNREFUSED\n`]);
  });

  it.each([
    ['no name', [], 'which subgraph?'],
    ['an unknown name', ['payroll'], 'there is no subgraph "payroll":'],
    ['a folder that is no subgraph', ['kit'], 'there is no subgraph "kit":'],
    ['a path', ['../../seed/import'], 'there is no subgraph "../../seed/import":'],
  ])('says what there is to start when it gets %s, with exit code 2', async (_what, args, beginning) => {
    const { code, out, err } = await finished([...START, ...args]);
    expect([code, out]).toEqual([2, '']);
    expect(err.trim().split('\n')).toHaveLength(1);
    expect(err).toContain(`customer360: ${beginning} npm run start:subgraph -- NAME, where NAME is one of identity, `);
  });

  it('helps, in general and for one subgraph', async () => {
    const general = await finished([...START, '--help']);
    expect([general.code, general.err]).toEqual([0, '']);
    expect(general.out).toContain('NAME is one of identity, ');
    const own = await finished([...START, 'identity', '--help']);
    expect([own.code, own.err]).toEqual([0, '']);
    expect(own.out).toContain('DATABASE_URL');
  });

  it('refuses a log level that there is not, in one line', async () => {
    const { code, err } = await finished([...START, 'identity'], { LOG_LEVEL: 'loud' });
    expect(code).toBe(2);
    expect(err.trim()).toBe(
      'customer360: LOG_LEVEL must be one of trace, debug, info, warn, error, fatal, silent, not "loud"',
    );
  });

  it.each([
    ['without one', {}, 'set SIGNING_KEY to the key with which the gateway signs its requests'],
    ['with a short one', { SIGNING_KEY: 'secret' }, 'SIGNING_KEY must have at least 32 characters'],
    ['open in production', { SIGNING_KEY: 'off', NODE_ENV: 'production' }, 'not for production'],
    ['open on all addresses', { SIGNING_KEY: 'off', HOST: '0.0.0.0' }, 'HOST cannot be 0.0.0.0'],
    [
      'open on a name that only looks like loopback',
      { SIGNING_KEY: 'off', HOST: '127.0.0.1.example.com' },
      'HOST cannot be',
    ],
  ])('does not start %s: a signing key is what keeps others out', async (_how, env, why) => {
    const { code, err } = await finished([...START, 'identity'], { DATABASE_URL: database.url, ...env });
    expect([code, err.trim().split('\n').length]).toEqual([1, 1]);
    expect(err).toContain(why);
  });

  it('passes on what it does not know, which the subgraph refuses', async () => {
    const { code, err } = await finished([...START, 'identity', '--colour']);
    expect(code).toBe(2);
    expect(err).toContain('--colour');
  });
});
