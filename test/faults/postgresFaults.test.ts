import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Client } from 'pg';
import { z } from 'zod';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../scripts/start/embeddedPostgres.js';
import { familyOf, openFolder, stillRunning } from '../support/startHarness.js';

const folder = openFolder();
/** One cluster serves all tests here: making one takes a second. Each test leaves it sound. */
const dataDir = join(folder.path, 'data');
const cluster = join(dataDir, 'cluster');
const postmasterFile = join(cluster, 'postmaster.pid');
const started: EmbeddedPostgres[] = [];

beforeAll(async () => {
  await (await start()).stop();
});
afterAll(async () => {
  await Promise.all(started.map((postgres) => postgres.stop()));
  folder.remove();
});

async function start(options: Partial<Parameters<typeof startEmbeddedPostgres>[0]> = {}): Promise<EmbeddedPostgres> {
  const postgres = await startEmbeddedPostgres({ dataDir, durable: false, ...options });
  started.push(postgres);
  return postgres;
}

async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  return client;
}

const postmasterPid = (): number => Number(readFileSync(postmasterFile, 'utf8').split('\n')[0]);
const startError = (message: unknown): object => ({ name: 'StartError', message });

test('a second start on the same data is refused while the first runs, and works once it has stopped', async () => {
  const first = await start();
  await expect(start()).rejects.toMatchObject(
    startError(expect.stringContaining(`in use by a running Customer360 (process ${process.pid})`)),
  );
  await (await connect(first.url)).end();
  await first.stop();
  await (await start()).stop();
});

test('many starts at once on the same data: one gets it, the others are told', async () => {
  const outcomes = await Promise.allSettled([start(), start(), start()]);
  const [winner, ...others] = outcomes.toSorted((a, b) => a.status.localeCompare(b.status));
  expect(winner?.status).toBe('fulfilled');
  for (const other of others)
    expect(other).toMatchObject({ status: 'rejected', reason: startError(expect.stringContaining('in use')) });
  await started.at(-1)?.stop();
});

test('data of another major version are left alone', async () => {
  writeFileSync(join(cluster, 'PG_VERSION'), '16\n');
  await expect(start()).rejects.toMatchObject(
    startError(expect.stringContaining(`the data in ${cluster} are of Postgres 16, this is Postgres 18`)),
  );
  writeFileSync(join(cluster, 'PG_VERSION'), '18\n');
  await (await start()).stop();
});

test('a folder that is no cluster is left alone', async () => {
  const other = join(folder.path, 'photos');
  mkdirSync(join(other, 'cluster/2024'), { recursive: true });
  await expect(start({ dataDir: other })).rejects.toMatchObject(
    startError(expect.stringContaining('no Postgres data folder')),
  );
});

test('a Postgres that refuses to start: its own reason, and where its log is', async () => {
  const settings = join(cluster, 'postgresql.conf');
  const sound = readFileSync(settings);
  appendFileSync(settings, "\nmax_connections = 'plenty'\n");
  await expect(start()).rejects.toMatchObject(
    startError(
      `Postgres does not start: FATAL:  configuration file "${settings}" contains errors; its log is ${join(dataDir, 'postgres.log')}`,
    ),
  );
  writeFileSync(settings, sound);
  await (await start()).stop();
});

test('a port that was asked for and is taken is said, not waited for', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = z.object({ port: z.number() }).parse(server.address());
  await expect(start({ port })).rejects.toMatchObject(
    startError(expect.stringContaining('could not create any TCP/IP sockets')),
  );
  server.close();
});

test('kill -9 of Postgres while it computes: `exited` tells, and the next start has what was committed', async () => {
  const first = await start({ durable: true });
  const client = await connect(first.url);
  await client.query('CREATE TABLE IF NOT EXISTS kept (answer int)');
  await client.query('INSERT INTO kept VALUES (42)');
  // A backend that computes does not notice that its postmaster is gone.
  const busy = await connect(first.url);
  const { rows } = await busy.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  const computing = busy.query('SELECT sum(sqrt(n)) FROM generate_series(1, 10000000000) AS n').catch(() => {});
  await untilActive(client, rows[0]?.pid ?? 0);
  const family = familyOf(postmasterPid());
  process.kill(postmasterPid(), 'SIGKILL');
  expect(await first.exited).toEqual({ code: null, signal: 'SIGKILL' });

  const second = await start();
  expect(stillRunning(family)).toEqual([]);
  const again = await connect(second.url);
  expect((await again.query('SELECT answer FROM kept')).rows).toEqual([{ answer: 42 }]);
  await again.end();
  await computing;
  await second.stop();
}, 30_000);

test('a stale postmaster.pid with the id of a process that is something else does no harm, to either', async () => {
  const postgres = await start();
  const content = readFileSync(postmasterFile, 'utf8').split('\n');
  await postgres.stop();
  // Of the same user as Postgres, who would take it for a Postgres of its own.
  const stranger = spawn('sleep', ['600'], process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {});
  await once(stranger, 'spawn');
  writeFileSync(postmasterFile, [stranger.pid, ...content.slice(1)].join('\n'));
  await (await start()).stop();
  expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
  stranger.kill();
});

test('what an initdb that was cut short left behind is removed', async () => {
  const other = join(folder.path, 'half');
  mkdirSync(join(other, 'initialising-abcdef/cluster/base'), { recursive: true });
  const postgres = await start({ dataDir: other });
  await (await connect(postgres.url)).end();
  await postgres.stop();
  expect(readdirSync(other).toSorted()).toEqual(['cluster', 'postgres.log']);
});

test('an aborted start rejects with the reason and leaves no process', async () => {
  const stop = new AbortController();
  const other = join(folder.path, 'aborted');
  const reason = new Error('enough');
  const starting = start({ dataDir: other, signal: stop.signal });
  stop.abort(reason);
  await expect(starting).rejects.toBe(reason);
  expect(familyOf(process.pid).filter(({ command }) => command.includes(other))).toEqual([]);
});

/** Resolves when the backend runs its query; asked of Postgres, which knows. */
async function untilActive(client: Client, pid: number): Promise<void> {
  for (;;) {
    const { rows } = await client.query<{ state: string; query: string }>(
      'SELECT state, query FROM pg_stat_activity WHERE pid = $1',
      [pid],
    );
    if (rows[0]?.state === 'active' && rows[0].query.includes('generate_series')) return;
  }
}
