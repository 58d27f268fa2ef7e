import { spawnSync } from 'node:child_process';
import { readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { processIdentity } from './processIdentity.js';
import { StartError } from './StartError.js';

/** How long a Postgres that nobody looks after gets to shut down before it is made to, in milliseconds. */
const SHUTDOWN_MS = 30_000;

/** What a running Postgres says of itself in `postmaster.pid` (`src/include/utils/pidfile.h`: the lines and their order). */
export interface PostmasterFile {
  pid: number;
  /** `starting`, `ready`, `stopping`, `standby`; empty before the first is written. */
  status: string;
}

/** Reads `postmaster.pid` of the cluster, or `null` when there is none. */
export function readPostmasterFile(cluster: string): PostmasterFile | null {
  try {
    const lines = readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n');
    return { pid: Number(lines[0]), status: lines[7]?.trim() ?? '' };
  } catch {
    return null;
  }
}

/**
 * Makes the cluster free to be started after a supervisor or a Postgres was killed. A Postgres that still runs on it is
 * shut down in good order. A `postmaster.pid` whose process is gone is no hindrance, also when another process has its id by now.
 * The caller holds the folder's lock, so no living supervisor owns that Postgres.
 *
 * @throws StartError when a Postgres that still runs does not end.
 */
export async function clearLeftovers(cluster: string, log: (line: string) => void): Promise<void> {
  const file = readPostmasterFile(cluster);
  if (file === null || processIdentity(file.pid) === null) {
    if (file !== null) disownPostmasterFile(cluster);
    return;
  }
  if (!isPostmasterOf(file.pid, cluster)) {
    disownPostmasterFile(cluster);
    return;
  }
  log(`stopping the Postgres that an earlier start left behind (process ${file.pid})`);
  // Postgres: SIGINT is the fast shutdown, SIGQUIT the immediate one, which loses nothing either.
  if (await endsAfter(file.pid, 'SIGINT', SHUTDOWN_MS)) return;
  if (await endsAfter(file.pid, 'SIGQUIT', 5_000)) return;
  throw new StartError(`an earlier Postgres (process ${file.pid}) does not stop; end it and start again`);
}

/**
 * Postgres refuses to start while the process named in the file seems alive, which a zombie and a stranger with the same id
 * do. It trusts its own parent's id not to be that (`CreateLockFile` in `miscinit.c`), so we put in ours. The rest
 * stays: Postgres uses it to wait for orphaned backends that still have the memory of the dead one.
 */
function disownPostmasterFile(cluster: string): void {
  const path = join(cluster, 'postmaster.pid');
  const [, ...rest] = readFileSync(path, 'utf8').split('\n');
  writeFileSync(path, [process.pid, ...rest].join('\n'));
}

/** Postgres works in its data folder and carries it on its command line. */
function isPostmasterOf(pid: number, cluster: string): boolean {
  if (process.platform === 'linux') {
    try {
      return readlinkSync(`/proc/${pid}/cwd`) === cluster;
    } catch {
      return false;
    }
  }
  return spawnSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).stdout.includes(cluster);
}

async function endsAfter(pid: number, signal: NodeJS.Signals, withinMs: number): Promise<boolean> {
  const identity = processIdentity(pid);
  try {
    process.kill(pid, signal);
  } catch {
    return processIdentity(pid) === null;
  }
  for (const deadline = Date.now() + withinMs; Date.now() < deadline; await delay(25)) {
    if (processIdentity(pid) !== identity) return true;
  }
  return false;
}
