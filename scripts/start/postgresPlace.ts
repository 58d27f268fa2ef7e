import { createHash } from 'node:crypto';
import { chmodSync, existsSync, statSync } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';
import { errorMessage } from './errorMessage.js';
import {
  type Account,
  closedFolderOnTheWay,
  makeOpenFolder,
  mayReadAndEnter,
  realPathOfExistingPart,
} from './folderAccess.js';
import { StartError } from './StartError.js';

/** Postgres refuses to run as root; this account exists everywhere and owns nothing else. */
const NOBODY: Account = { uid: 65534, gid: 65534 };

/** The folder of the database proper (Postgres's PGDATA) inside the data folder. */
export const CLUSTER = 'cluster';

/** Where Postgres keeps its data, and as whom it runs. */
export interface PostgresPlace {
  /** The data folder with all links followed; it exists. It holds the cluster, the log and the lock. */
  dataDir: string;
  /** Whom Postgres runs as; `undefined` for the account that we run as. */
  account: Account | undefined;
  /** Where a copy of the binaries goes, should one be needed. */
  copyFolder: string;
}

/**
 * Decides where the data lies and who runs Postgres.
 *
 * Not as root: in the wanted folder, as we are. As root: as the owner of data that are there, else as `nobody`; in the
 * wanted folder where that account may enter it, else in a folder of its own under `sharedFolder`, which `log` is told.
 * Data that are there already are always found again.
 *
 * @throws StartError when the folder cannot be made, or when data in it can no longer be reached.
 */
export function choosePostgresPlace(wanted: string, sharedFolder: string, log: (line: string) => void): PostgresPlace {
  const inPlace = realPathOfExistingPart(wanted);
  if (process.getuid?.() !== 0) {
    makeFolder(inPlace);
    return { dataDir: inPlace, account: undefined, copyFolder: inPlace };
  }

  const cluster = join(inPlace, CLUSTER);
  const account = existsSync(cluster) ? ownerOf(cluster) : NOBODY;
  const closed = closedFolderOnTheWay(existingPart(dirname(inPlace)), account);
  if (closed !== null && existsSync(cluster)) {
    throw new StartError(
      `the data in ${inPlace} cannot be reached by user ${account.uid}, who runs Postgres; open the way: chmod o+x ${closed}`,
    );
  }

  const elsewhere = join(sharedFolder, nameFor(inPlace));
  if (closed === null && (existsSync(cluster) || !existsSync(join(elsewhere, CLUSTER)))) {
    makeFolder(inPlace);
    if (!mayReadAndEnter(inPlace, account)) chmodSync(inPlace, 0o755);
    return { dataDir: inPlace, account, copyFolder: sharedFolder };
  }

  makeFolder(elsewhere);
  log(
    closed === null
      ? `the database is in ${elsewhere}, where it was put when Postgres could not enter ${dirname(inPlace)}`
      : `the database is in ${elsewhere}: as root Postgres runs as nobody, who may not enter ${closed}`,
  );
  const owner = existsSync(join(elsewhere, CLUSTER)) ? ownerOf(join(elsewhere, CLUSTER)) : NOBODY;
  return { dataDir: elsewhere, account: owner, copyFolder: sharedFolder };
}

function makeFolder(path: string): void {
  try {
    makeOpenFolder(path);
  } catch (error) {
    throw new StartError(
      `cannot make the folder ${path}: ${errorMessage(error)}; choose another: npm start -- --data DIR`,
    );
  }
}

function ownerOf(path: string): Account {
  const { uid, gid } = statSync(path);
  return uid === 0 ? NOBODY : { uid, gid };
}

function existingPart(path: string): string {
  return existsSync(path) ? path : existingPart(dirname(path));
}

/** Readable, and different for any two paths: `root-shop-.data-postgres-1f0c2a9b`. */
function nameFor(path: string): string {
  const readable = path
    .split(sep)
    .filter(Boolean)
    .slice(-3)
    .join('-')
    .replaceAll(/[^\w.-]/g, '_');
  return `${readable || basename(path)}-${createHash('sha256').update(path).digest('hex').slice(0, 8)}`;
}
