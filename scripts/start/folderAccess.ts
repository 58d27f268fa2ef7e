import { accessSync, chmodSync, constants, existsSync, mkdirSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';

/** A system account that a process is started as; `undefined` elsewhere means the account that we run as. */
export interface Account {
  uid: number;
  gid: number;
}

/** Bits of `stat.mode`, as they stand for one of the three classes (owner, group, others). */
const READ = 0o4;
const ENTER = 0o1;

/** Whether the account may read and enter (for a folder) or read and run (for a file) what lies at this path. */
export function mayReadAndEnter(path: string, account: Account | undefined): boolean {
  return allows(path, account, READ | ENTER);
}

/** Whether the account may read the file at this path. */
export function mayRead(path: string, account: Account | undefined): boolean {
  return allows(path, account, READ);
}

/**
 * The first folder from the root down to `path` itself that the account may not enter, or `null` when it may enter all.
 * `path` must exist. Permission bits decide; access control lists are not looked at.
 */
export function closedFolderOnTheWay(path: string, account: Account | undefined): string | null {
  const real = realpathSync(path);
  let folder: string = sep;
  for (const name of ['', ...real.split(sep).filter(Boolean)]) {
    folder = join(folder, name);
    if (!allows(folder, account, ENTER)) return folder;
  }
  return null;
}

/** The path with every symbolic link in its existing part followed. The rest, which need not exist yet, stays as it is. */
export function realPathOfExistingPart(path: string): string {
  const wanted = resolve(path);
  let existing = wanted;
  while (!existsSync(existing)) existing = dirname(existing);
  return join(realpathSync(existing), relative(existing, wanted));
}

/** Makes the folder and its missing parents so that every account may enter them, whatever the umask is. */
export function makeOpenFolder(path: string): void {
  const wanted = resolve(path);
  const first = mkdirSync(wanted, { recursive: true });
  if (first === undefined) return;
  for (let folder = wanted; ; folder = dirname(folder)) {
    chmodSync(folder, 0o755);
    if (folder === resolve(first)) return;
  }
}

function allows(path: string, account: Account | undefined, bits: number): boolean {
  try {
    if (account === undefined) {
      accessSync(path, (bits & READ ? constants.R_OK : 0) | (bits & ENTER ? constants.X_OK : 0));
      return true;
    }
    const { mode, uid, gid } = statSync(path);
    const shift = uid === account.uid ? 6 : gid === account.gid ? 3 : 0;
    return ((mode >> shift) & bits) === bits;
  } catch {
    return false;
  }
}
