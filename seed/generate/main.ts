import { parseArgs } from 'node:util';
import { z } from 'zod';
import { openLocalDatabase, type LocalDatabase } from '../../scripts/start/openLocalDatabase.js';
import { StartError } from '../../scripts/start/StartError.js';
import { subgraphs } from '../../subgraphs/all.js';
import { readConfig } from '../../subgraphs/kit/config.js';
import { createDataSource } from '../../subgraphs/kit/createDataSource.js';
import { migrate } from '../../subgraphs/kit/migrate.js';
import { generate, type Target } from './generate.js';
import { isSeedNeeded } from './isSeedNeeded.js';
import { presentOf, World } from './World.js';

const HELP = `Fills all subgraphs with the same made-up customers and their stories.

Usage: npm run seed -- [options]

  --customers N   how many customers; 0 only migrates           (500)
  --seed S        another number makes other customers          (360)
  --if-empty      do nothing where there are customers already
  --help          this text

It writes to the Postgres in DATABASE_URL, or <NAME>_DATABASE_URL for one subgraph; without them to that of \`npm start\`
(its data folder in DATA, by default .data), whether that runs or not. It migrates first. Running it again with the same
options adds nothing, and completes a run that was killed.`;

const options = z.object({
  customers: z.coerce
    .number('must be a whole number')
    .int('must be a whole number')
    .min(0)
    .max(10_000_000)
    .default(500),
  seed: z.coerce
    .number('must be a whole number')
    .int('must be a whole number')
    .min(0)
    .max(2 ** 31)
    .default(360),
  'if-empty': z.boolean().default(false),
  help: z.boolean().default(false),
});

/** The command line was not understood. */
class UsageError extends Error {}

function readOptions(): z.output<typeof options> {
  try {
    const { values } = parseArgs({
      options: {
        customers: { type: 'string' },
        seed: { type: 'string' },
        'if-empty': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    return options.parse(values);
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw new UsageError((error as Error).message);
    throw new UsageError(error.issues.map((issue) => `--${issue.path.join('.')} ${issue.message}`).join('; '));
  }
}

/** One line that grows on a terminal, a line now and then elsewhere. */
function progress(customers: number): (done: number, before: number) => void {
  const started = Date.now();
  let lastLine = 0;
  return (done, before) => {
    const left = ((Date.now() - started) / (done - before)) * (customers - done);
    const line = `seed: ${done} of ${customers} customers, about ${Math.ceil(left / 1000)} s left`;
    if (process.stderr.isTTY) process.stderr.write(`\r${line}\x1b[K${done === customers ? '\n' : ''}`);
    else if (done === customers || Date.now() - lastLine > 5000) {
      console.error(line);
      lastLine = Date.now();
    }
  };
}

function hasAllUrls(environment: NodeJS.ProcessEnv): boolean {
  return subgraphs.every(
    ({ name }) => environment[`${name.toUpperCase()}_DATABASE_URL`] ?? environment['DATABASE_URL'],
  );
}

function say(line: string): void {
  console.error(`seed: ${line}`);
}

/** The Postgres of `npm start`; one that was started for us is stopped also when we are. */
async function localDatabase(): Promise<LocalDatabase> {
  const stop = new AbortController();
  let database: LocalDatabase | undefined;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      stop.abort(new StartError('stopped'));
      say('stopped; the same seed again completes it');
      void (database?.close() ?? Promise.resolve()).finally(() => process.exit(1));
    });
  }
  database = await openLocalDatabase(process.env['DATA'] || '.data', say, stop.signal);
  return database;
}

async function main(): Promise<void> {
  const { customers, seed, 'if-empty': ifEmpty, help } = readOptions();
  if (help) {
    console.log(HELP);
    return;
  }
  const world = new World(seed, presentOf(new Date()));
  const targets: Target[] = [];
  const local = hasAllUrls(process.env) ? null : await localDatabase();
  const environment = { DATABASE_URL: local?.url, ...process.env };
  try {
    for (const subgraph of subgraphs) {
      const { databaseUrl: url } = readConfig(subgraph, environment, false);
      await migrate(subgraph, url);
      const dataSource = await createDataSource(subgraph, { url, poolSize: 1 }).initialize();
      targets.push({ subgraph, dataSource });
    }
    if (customers === 0) {
      console.log('seed: the schemas are up to date; no customers were asked for');
      return;
    }
    const identity = targets[0]?.dataSource;
    if (ifEmpty && identity && !(await isSeedNeeded(world, identity))) {
      console.log('seed: there are customers already, nothing to do');
      return;
    }
    const rows = await generate(world, customers, targets, progress(customers));
    console.log(`seed: ${customers} customers, ${rows} new rows`);
  } finally {
    await Promise.all(targets.map(({ dataSource }) => dataSource.destroy()));
    await local?.close();
  }
}

// Whoever started us is gone, and with it perhaps the database: what is committed stays, the rest is written next time.
process.on('disconnect', () => process.exit(1));
try {
  await main();
  process.exit();
} catch (error) {
  console.error(`seed: ${(error as Error).message}`);
  process.exit(error instanceof UsageError ? 2 : 1);
}
