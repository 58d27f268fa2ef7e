import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chownSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorMessage } from './errorMessage.js';
import type { Account } from './folderAccess.js';
import { postgresEnvironment } from './postgresEnvironment.js';
import { CLUSTER } from './postgresPlace.js';
import { StartError } from './StartError.js';

const DRAFT = 'initialising-';
const PASSWORD_FILE = 'customer360.password';

/** Written to postgresql.conf once, where whoever runs Customer360 may change them. */
const SETTINGS = {
  timezone: 'UTC',
  log_timezone: 'UTC',
  max_connections: '200',
  shared_buffers: '128MB',
  log_line_prefix: '%m [%p] ',
  log_min_duration_statement: '-1',
};

/** What {@link initialiseCluster} works on. */
export interface ClusterOptions {
  /** The folder with `bin/initdb`. */
  binaries: string;
  /** The data folder; the cluster is made in it. */
  dataDir: string;
  account: Account | undefined;
  /** False leaves out the syncs to disk. */
  durable: boolean;
  /** Aborting ends initdb; nothing stays but a folder that the next start removes. */
  signal: AbortSignal | undefined;
}

/**
 * Makes an empty cluster in the data folder: UTF-8, sorted by code point and independent of the system's locales
 * (Postgres's own C.UTF-8), password (scram-sha-256) demanded of everyone. The cluster gets its name last, so an interrupted
 * call leaves none. The caller holds the folder's lock.
 *
 * @throws StartError when initdb fails.
 */
export async function initialiseCluster(options: ClusterOptions): Promise<void> {
  const { binaries, dataDir, account, durable, signal } = options;
  for (const name of readdirSync(dataDir)) {
    if (name.startsWith(DRAFT)) rmSync(join(dataDir, name), { recursive: true, force: true });
  }
  const draft = mkdtempSync(join(dataDir, DRAFT));
  const cluster = join(draft, CLUSTER);
  const passwordFile = join(draft, 'password');
  try {
    writeFileSync(passwordFile, randomBytes(24).toString('hex'), { mode: 0o600 });
    if (account) for (const path of [draft, passwordFile]) chownSync(path, account.uid, account.gid);
    await runInitdb(
      join(binaries, 'bin/initdb'),
      [
        `--pgdata=${cluster}`,
        `--pwfile=${passwordFile}`,
        '--username=postgres',
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        '--locale=C',
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        ...(durable ? [] : ['--no-sync']),
        ...Object.entries(SETTINGS).map(([name, value]) => `--set=${name}=${value}`),
      ],
      draft,
      account,
      signal,
    );
    renameSync(passwordFile, join(cluster, PASSWORD_FILE));
    renameSync(cluster, join(dataDir, CLUSTER));
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/**
 * The password of the cluster's superuser `postgres`, made together with the cluster.
 *
 * @throws StartError when it cannot be read.
 */
export function readClusterPassword(dataDir: string): string {
  const path = join(dataDir, CLUSTER, PASSWORD_FILE);
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    throw new StartError(
      `cannot read the database's password: ${errorMessage(error)}; restore that file, or the whole folder`,
    );
  }
}

async function runInitdb(
  program: string,
  args: string[],
  cwd: string,
  account: Account | undefined,
  signal: AbortSignal | undefined,
): Promise<void> {
  const child = spawn(program, args, {
    ...account,
    cwd,
    env: postgresEnvironment(process.env),
    stdio: ['ignore', 'ignore', 'pipe'],
    // A process group of its own: Ctrl-C in a terminal reaches us, and we end it.
    detached: true,
  });
  let complaint = '';
  child.stderr
    .setEncoding('utf8')
    .on('data', (text: string) => (complaint += text))
    .on('error', (error) => (complaint += error.message));
  const stop = (): void => void child.kill('SIGTERM');
  signal?.addEventListener('abort', stop, { once: true });
  try {
    await once(child, 'close');
    signal?.throwIfAborted();
    if (child.exitCode !== 0)
      throw new StartError(`a database could not be made: ${lastLine(complaint)}; mend that and start again`);
  } catch (error) {
    if (error instanceof StartError || signal?.aborted) throw error;
    throw new StartError(`cannot run ${program}: ${errorMessage(error)}`);
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

function lastLine(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('initdb: removing'));
  return lines.findLast((line) => /error|fatal/i.test(line)) ?? lines.at(-1) ?? 'initdb ended without a word';
}
