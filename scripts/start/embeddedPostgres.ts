import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { errorMessage } from './errorMessage.js';
import type { Account } from './folderAccess.js';
import { initialiseCluster, readClusterPassword } from './initialiseCluster.js';
import { type FolderLock, lockFolder } from './lockFolder.js';
import { type LogFile, openLog, readLog } from './openLog.js';
import { findPostgresPackage, type PostgresPackage, preparePostgresBinaries } from './postgresBinaries.js';
import { postgresEnvironment } from './postgresEnvironment.js';
import { choosePostgresPlace, CLUSTER } from './postgresPlace.js';
import { clearLeftovers, readPostmasterFile } from './postmasterFile.js';
import type { ProcessEnd } from './processEnd.js';
import { SHARED_FOLDER } from './productDatabase.js';
import { StartError } from './StartError.js';
import { tryPort } from './tryPort.js';

/** Postgres is reached from this machine alone. */
const HOST = '127.0.0.1';
/** After this many milliseconds of a fast shutdown, an immediate one. */
const SHUTDOWN_MS = 30_000;
/** How often a start is tried again when the port was taken from under us, or orphans of a killed Postgres still end. */
const ATTEMPTS = 20;

/** What {@link startEmbeddedPostgres} takes. */
export interface EmbeddedPostgresOptions {
  /** Where the data are kept; made when missing. Relative to the working directory. */
  dataDir: string;
  /** The TCP port on the loopback address. Default, and for 0: any free one. */
  port?: number | undefined;
  /** False switches off every sync to disk: faster, and a power cut destroys the data. For tests. Default true. */
  durable?: boolean | undefined;
  /** Told, a line at a time, what takes long or surprises. Default: nobody. */
  log?: ((line: string) => void) | undefined;
  /** Aborting gives the start up; the promise then rejects with the signal's reason, once nothing of it runs any more. */
  signal?: AbortSignal | undefined;
  /** The npm package to run. Default: the one that npm installed for this platform. */
  package?: PostgresPackage | undefined;
  /** Where data and binaries go that `nobody` could not reach. Default `/var/lib/customer360`. */
  sharedFolder?: string | undefined;
  /** How long Postgres may take, recovery after a crash included, until it answers; in milliseconds. Default 120,000. */
  startTimeoutMs?: number | undefined;
}

/** A Postgres of ours that answers. */
export interface EmbeddedPostgres {
  /** Of the superuser, with its password, to the database `postgres`. */
  url: string;
  port: number;
  /** Where the data really are. */
  dataDir: string;
  /** Everything that Postgres has to say. */
  logFile: string;
  /** Fast shutdown: sessions are ended, everything is written. Resolves when no process is left. May be called again. */
  stop(): Promise<void>;
  /** The immediate shutdown, for those who cannot wait. The next start recovers from the write-ahead log; nothing is lost. */
  abandon(): void;
  /** Resolves when Postgres has ended, asked or not. Never rejects. */
  exited: Promise<ProcessEnd>;
}

/**
 * Starts Postgres 18 from the npm package on data of its own, which it makes the first time.
 *
 * One process uses a data folder at a time. What a killed process left behind (a Postgres that still runs, a stale
 * `postmaster.pid`, a half-made cluster) is cleared first. As root it runs as `nobody`; see {@link choosePostgresPlace}.
 *
 * @throws StartError when it cannot: the folder is in use, holds data of another major version, or Postgres itself refuses.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { durable = true, log = () => {}, signal } = options;
  const source = options.package ?? findPostgresPackage();
  const place = choosePostgresPlace(options.dataDir, options.sharedFolder ?? SHARED_FOLDER, log);
  const { dataDir, account } = place;
  const cluster = join(dataDir, CLUSTER);

  const lock = lockDataFolder(dataDir);
  try {
    const binaries = preparePostgresBinaries(source, account, place.copyFolder, log);
    await clearLeftovers(cluster, log);
    if (!existsSync(cluster)) await initialiseCluster({ binaries, dataDir, account, durable, signal });
    checkVersion(cluster, source);
    const password = readClusterPassword(dataDir);
    const running = await launchPatiently({ ...options, binaries, dataDir, cluster, account, durable });
    const exited = running.exited.finally(() => lock.release());
    return {
      url: `postgres://postgres:${password}@${HOST}:${running.port}/postgres`,
      port: running.port,
      dataDir,
      logFile: running.log.path,
      stop: () => stop(running),
      abandon: () => void running.child.kill('SIGQUIT'),
      exited,
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** A folder of another user makes even the lock impossible. */
function lockDataFolder(dataDir: string): FolderLock {
  try {
    return lockFolder(dataDir);
  } catch (error) {
    if (error instanceof StartError) throw error;
    throw new StartError(
      `cannot write to ${dataDir}: ${errorMessage(error)}; start as its owner, or choose another folder: npm start -- --data DIR`,
    );
  }
}

function checkVersion(cluster: string, source: PostgresPackage): void {
  const major = source.version.split('.')[0];
  let found: string;
  try {
    found = readFileSync(join(cluster, 'PG_VERSION'), 'utf8').trim();
  } catch (error) {
    throw new StartError(
      `${cluster} is no Postgres data folder that we can read (${errorMessage(error)}); choose another: npm start -- --data DIR`,
    );
  }
  if (found !== major) {
    throw new StartError(
      `the data in ${cluster} are of Postgres ${found}, this is Postgres ${major}; ` +
        `choose another folder (npm start -- --data DIR) and bring them over with pg_dump ${found} and psql`,
    );
  }
}

interface Launch extends EmbeddedPostgresOptions {
  binaries: string;
  dataDir: string;
  cluster: string;
  account: Account | undefined;
  durable: boolean;
}

interface Running {
  child: ChildProcess;
  port: number;
  log: LogFile;
  exited: Promise<ProcessEnd>;
}

/** Two refusals pass by themselves: a free port that somebody took first, and backends of a killed Postgres that still end. */
async function launchPatiently(launch: Launch): Promise<Running> {
  for (let attempt = 1; ; attempt++) {
    const outcome = await launchOnce(launch);
    if (!('refusal' in outcome)) return outcome;
    const { refusal, log } = outcome;
    const passes = (!launch.port && refusal.includes('could not bind')) || refusal.includes('shared memory block');
    if (!passes || attempt === ATTEMPTS) {
      throw new StartError(`Postgres does not start: ${fatalLine(refusal)}; its log is ${log.path}`);
    }
    await delay(500, undefined, { signal: launch.signal });
  }
}

async function launchOnce(launch: Launch): Promise<Running | { refusal: string; log: LogFile }> {
  const port = launch.port || (await tryPort(0, HOST));
  launch.signal?.throwIfAborted();
  const log = openLog(join(launch.dataDir, 'postgres.log'));
  const child = spawn(join(launch.binaries, 'bin/postgres'), postgresArguments(launch, port), {
    ...launch.account,
    cwd: launch.dataDir,
    env: postgresEnvironment(process.env),
    // Straight to the file: Postgres keeps its voice when we are killed.
    stdio: ['ignore', log.fd, log.fd],
    // A process group of its own: Ctrl-C in a terminal reaches us, and we stop it after those who use it.
    detached: true,
  });
  closeSync(log.fd);
  const exited = watchEnd(child);
  const running = { child, port, log, exited };
  try {
    if (await answers(running, launch)) return running;
  } catch (error) {
    await stop(running);
    throw error;
  }
  return { refusal: readLog(log), log };
}

function postgresArguments({ cluster, durable }: Launch, port: number): string[] {
  const settings = {
    listen_addresses: HOST,
    port: String(port),
    // No socket file: its path would have to be short, and TCP is what every client of ours speaks.
    unix_socket_directories: '',
    logging_collector: 'off',
    log_destination: 'stderr',
    lc_messages: 'C',
    // Errors of statements repeat values of rows, and those who ran the statements log them, without. What is above ERROR is of Postgres itself.
    log_min_messages: 'log',
    ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
  return ['-D', cluster, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}

function watchEnd(child: ChildProcess): Promise<ProcessEnd> {
  // Should this process end without `stop` (process.exit, an error), Postgres is asked to shut down all the same.
  const shutDown = (): void => void child.kill('SIGINT');
  process.once('exit', shutDown);
  return new Promise((resolve) => {
    const settle = (end: ProcessEnd): void => {
      process.off('exit', shutDown);
      resolve(end);
    };
    child.once('exit', (code, signal) => settle({ code, signal }));
    // Without a process it has not begun; else a signal could not be sent, and its end is still to come.
    child.on('error', () => child.pid === undefined && settle({ code: null, signal: null }));
  });
}

/** True once Postgres takes connections, false when it ended instead. */
async function answers({ child, exited }: Running, launch: Launch): Promise<boolean> {
  const { cluster, signal, startTimeoutMs = 120_000 } = launch;
  if (child.pid === undefined) {
    throw new StartError(`cannot run ${join(launch.binaries, 'bin/postgres')}; see that it may be executed`);
  }
  let ended = false;
  void exited.then(() => (ended = true));
  for (const deadline = Date.now() + startTimeoutMs; Date.now() < deadline; await delay(15, undefined, { signal })) {
    if (ended) return false;
    const file = readPostmasterFile(cluster);
    if (file?.pid === child.pid && file.status === 'ready') return true;
  }
  throw new StartError(
    `Postgres does not answer after ${startTimeoutMs / 1000} s; its log is ${join(launch.dataDir, 'postgres.log')}`,
  );
}

async function stop({ child, exited }: Running): Promise<void> {
  child.kill('SIGINT');
  const impatient = new AbortController();
  const { signal } = impatient;
  void delay(SHUTDOWN_MS, undefined, { signal })
    .then(() => child.kill('SIGQUIT'))
    .then(() => delay(5_000, undefined, { signal }))
    .then(() => child.kill('SIGKILL'))
    .catch(() => {});
  await exited;
  impatient.abort();
}

/** The line that matters most, without its time and process id. */
function fatalLine(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const line = lines.findLast((one) => /\b(FATAL|PANIC):/.test(one)) ?? lines.at(-1) ?? 'it ended without a word';
  return line.replace(/^\S+ \S+ \S+ \[\d+\] /, '');
}
