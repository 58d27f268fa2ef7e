import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ensureDatabase } from './databaseAccess.js';
import { startEmbeddedPostgres } from './embeddedPostgres.js';
import { readClusterPassword } from './initialiseCluster.js';
import { isFolderLocked } from './lockFolder.js';
import { choosePostgresPlace, CLUSTER } from './postgresPlace.js';
import { readPostmasterFile } from './postmasterFile.js';
import { POSTGRES_FOLDER, PRODUCT_DATABASE, SHARED_FOLDER } from './productDatabase.js';
import { StartError } from './StartError.js';

/** How long a Postgres that somebody else is starting may take until it answers, in milliseconds. */
const START_MS = 60_000;

/** The database of `npm start`. */
export interface LocalDatabase {
  readonly url: string;
  /** Leaves it as it was found: one that was started for us is stopped. May be called again. */
  close(): Promise<void>;
}

/**
 * Gives access to the database of `npm start`: while that runs, the same Postgres; else one started on its data until `close`.
 * @param folder the data folder of `npm start`
 * @param log told what takes long
 * @throws StartError when there is none to be had
 */
export async function openLocalDatabase(
  folder: string,
  log: (line: string) => void,
  signal: AbortSignal,
): Promise<LocalDatabase> {
  const wanted = join(folder, POSTGRES_FOLDER);
  const { dataDir } = choosePostgresPlace(wanted, SHARED_FOLDER, log);
  if (isFolderLocked(dataDir)) {
    const server = await runningServer(dataDir, signal);
    return { url: await ensureDatabase(server, PRODUCT_DATABASE), close: async () => {} };
  }
  log(`starting the database in ${dataDir} for the time of this command (npm start does not run)`);
  const postgres = await startEmbeddedPostgres({ dataDir: wanted, signal });
  try {
    return { url: await ensureDatabase(postgres.url, PRODUCT_DATABASE), close: () => postgres.stop() };
  } catch (error) {
    await postgres.stop();
    throw error;
  }
}

async function runningServer(dataDir: string, signal: AbortSignal): Promise<string> {
  const cluster = join(dataDir, CLUSTER);
  for (const deadline = Date.now() + START_MS; Date.now() < deadline; await delay(50, undefined, { signal })) {
    if (readPostmasterFile(cluster)?.status !== 'ready') continue;
    const port = readPort(cluster);
    if (port !== undefined) return `postgres://postgres:${readClusterPassword(dataDir)}@127.0.0.1:${port}/postgres`;
  }
  throw new StartError(
    `the database in ${dataDir} is in use but does not answer; stop whoever uses it, then try again`,
  );
}

/** The fourth line of `postmaster.pid` (`src/include/utils/pidfile.h` of Postgres: LOCK_FILE_LINE_PORT). */
function readPort(cluster: string): number | undefined {
  const port = Number(readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n')[3]);
  return Number.isInteger(port) && port > 0 ? port : undefined;
}
