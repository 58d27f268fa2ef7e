import { openLocalDatabase, type LocalDatabase } from '../../scripts/start/openLocalDatabase.js';
import { StartError } from '../../scripts/start/StartError.js';
import { subgraphs } from '../../subgraphs/all.js';
import { readDatabaseUrl } from '../../subgraphs/kit/serve/config.js';
import { createDataSource } from '../../subgraphs/kit/sql/createDataSource.js';
import { migrateSubgraph } from '../../subgraphs/kit/ownership/migrateSubgraph.js';
import { generate, type Target } from './generate.js';
import { isSeedNeeded } from './isSeedNeeded.js';
import type { Options } from './options.js';
import { ownSeeds } from './ownSeeds.js';
import { progress } from './progress.js';
import { reset } from './reset.js';
import { seededPresent } from './seededPresent.js';
import { presentOf, World } from './World.js';

function hasAllUrls(environment: NodeJS.ProcessEnv): boolean {
  return subgraphs.every(
    ({ name }) => environment[`${name.toUpperCase()}_DATABASE_URL`] ?? environment['DATABASE_URL'],
  );
}

function say(line: string): void {
  console.error(`seed: ${line}`);
}

/** The Postgres of `npm start`; one that was started for us is stopped also when we are. */
async function localDatabase(folder: string): Promise<LocalDatabase> {
  const stop = new AbortController();
  let database: LocalDatabase | undefined;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      stop.abort(new StartError('stopped'));
      say('stopped; the same seed again completes it');
      void (database?.close() ?? Promise.resolve()).finally(() => process.exit(1));
    });
  }
  database = await openLocalDatabase(folder, say, stop.signal);
  return database;
}

/** Does what the options say with the targets; returns the line to end with. */
async function fill(
  { customers, seed, 'if-empty': ifEmpty, reset: empties, yes }: Options,
  targets: readonly Target[],
  urls: readonly string[],
): Promise<string> {
  if (empties && !(await reset(targets, urls, yes, say))) return 'nothing was changed';
  if (customers === 0) return 'the schemas are up to date; no customers were asked for';
  const today = new World(seed, presentOf(new Date()));
  const world = new World(seed, (await seededPresent(today, targets)) ?? today.present);
  const [identity] = targets;
  if (ifEmpty && identity && !(await isSeedNeeded(world, identity.dataSource))) {
    const own = await ownSeeds(world, customers, targets);
    return own > 0
      ? `there are customers already; ${own} rows for new subgraphs`
      : 'there are customers already, nothing to do';
  }
  const rows =
    (await generate(world, customers, targets, progress(customers))) + (await ownSeeds(world, customers, targets));
  return `${customers} customers, ${rows} new rows`;
}

/**
 * Migrates all subgraphs, does with them what the options say, and tells what that was.
 *
 * @param given the environment: `DATABASE_URL`, `<NAME>_DATABASE_URL`, and `DATA`, the folder of `npm start`
 */
export async function seedDatabases(options: Options, given: NodeJS.ProcessEnv): Promise<void> {
  const targets: Target[] = [];
  const urls: string[] = [];
  const local = hasAllUrls(given) ? null : await localDatabase(given['DATA'] || '.data');
  const environment = { DATABASE_URL: local?.url, ...given };
  try {
    for (const subgraph of subgraphs) {
      const url = readDatabaseUrl(subgraph, environment);
      await migrateSubgraph(subgraph, url);
      const dataSource = await createDataSource(subgraph, { url, poolSize: 1 }).initialize();
      targets.push({ subgraph, dataSource });
      urls.push(url);
    }
    console.log(`seed: ${await fill(options, targets, urls)}`);
  } finally {
    await Promise.all(targets.map(({ dataSource }) => dataSource.destroy()));
    await local?.close();
  }
}
