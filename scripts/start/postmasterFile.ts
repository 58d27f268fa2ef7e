import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { processIdentity } from './processIdentity.js';
import { StartError } from './StartError.js';

/** How long a Postgres that nobody looks after gets to shut down before it is made to, in milliseconds. */
const SHUTDOWN_MS = 30_000;
/** The same for what was told to quit at once. */
const QUIT_MS = 5_000;

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
 * shut down in good order, and orphans of a killed one are ended. A `postmaster.pid` whose process is gone is no hindrance, also when another process has its id by now.
 * The caller holds the folder's lock, so no living supervisor owns that Postgres.
 *
 * @throws StartError when a Postgres that still runs does not end.
 */
export async function clearLeftovers(cluster: string, log: (line: string) => void): Promise<void> {
  const file = readPostmasterFile(cluster);
  if (file !== null && isPostmasterOf(file.pid, cluster)) {
    log(`stopping the Postgres that an earlier start left behind (process ${file.pid})`);
    // Postgres: SIGINT is the fast shutdown, SIGQUIT the immediate one, which loses nothing either.
    if (!(await endsAfter(file.pid, 'SIGINT', SHUTDOWN_MS)) && !(await endsAfter(file.pid, 'SIGQUIT', QUIT_MS))) {
      throw new StartError(`an earlier Postgres (process ${file.pid}) does not stop; end it and start again`);
    }
  }
  // Backends whose postmaster was killed end at their next wait; one that computes can take hours to get there.
  for (const pid of processesWorkingIn(cluster)) {
    if (!(await endsAfter(pid, 'SIGQUIT', QUIT_MS))) await endsAfter(pid, 'SIGKILL', QUIT_MS);
  }
  if (readPostmasterFile(cluster) !== null) disownPostmasterFile(cluster);
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
  if (processIdentity(pid) === null) return false;
  if (process.platform === 'linux') return processesWorkingIn(cluster).includes(pid);
  return spawnSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).stdout.includes(cluster);
}

/** Every process of Postgres changes into its data folder, and nothing of ours does. Empty where there is no /proc. */
function processesWorkingIn(folder: string): number[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && workingFolder(name) === folder)
    .map(Number);
}

function workingFolder(pid: string): string | null {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return null; // it has just ended, is a zombie, or is not ours to look at
  }
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
