import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from './errorCode.js';
import { processIdentity } from './processIdentity.js';
import { StartError } from './StartError.js';

const LOCK = 'lock';

/** A held lock. `release` gives it back and may be called again. */
export interface FolderLock {
  release(): void;
}

/**
 * Makes this process the only one that uses the folder, until `release` or until the process ends in any way: a lock
 * whose process is gone (it was killed, the machine went down) is taken over.
 *
 * @throws StartError when a running process holds it.
 */
export function lockFolder(folder: string): FolderLock {
  const path = join(folder, LOCK);
  const mine = `${processIdentity(process.pid) ?? process.pid}\n`;
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, mine);
  try {
    // A link appears at once and with its whole content, or not at all: nobody can read a lock half-written.
    while (!linked(draft, path)) {
      const holder = readLock(path);
      if (holder === null) continue;
      if (isRunning(holder)) {
        throw new StartError(
          `${folder} is in use by a running Customer360 (process ${Number.parseInt(holder, 10)}); ` +
            `stop that one, or choose another folder: npm start -- --data DIR`,
        );
      }
      takeAway(path, holder);
    }
  } finally {
    rmSync(draft, { force: true });
  }
  return {
    release() {
      if (readLock(path) === mine) rmSync(path, { force: true });
    },
  };
}

/**
 * Whether the folder carries the lock of a process that runs.
 *
 * @public test/support/globalSetup.mjs imports it from dist, where knip does not look.
 */
export function isFolderLocked(folder: string): boolean {
  const holder = readLock(join(folder, LOCK));
  return holder !== null && isRunning(holder);
}

function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

function readLock(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

function isRunning(holder: string): boolean {
  return processIdentity(Number.parseInt(holder, 10)) === holder.trim();
}

/** Between our reading and our moving, another start may have taken the lock over: then it gets it back. */
function takeAway(path: string, stale: string): void {
  const aside = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  if (readLock(aside) !== stale) linked(aside, path);
  rmSync(aside, { force: true });
}
